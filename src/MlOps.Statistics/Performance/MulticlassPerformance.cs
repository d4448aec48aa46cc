namespace MlOps.Statistics;

/// <summary>How well a classifier of several classes did on some rows: each class against the rest, and their plain means. Where the truth is known only as probabilities, each figure is what is to be expected.</summary>
/// <param name="Classes">Each class against the rest, in the order of the classes.</param>
/// <param name="Accuracy">The share of right predictions; NaN without rows.</param>
public sealed record MulticlassPerformance(IReadOnlyList<BinaryPerformance> Classes, double Accuracy)
{
    /// <summary>Gets the mean of the classes' areas; NaN when a class is absent.</summary>
    public double RocAuc => Mean(static c => c.RocAuc);

    /// <summary>Gets the mean of the classes' average precisions; NaN when a class is absent.</summary>
    public double AveragePrecision => Mean(static c => c.AveragePrecision);

    /// <summary>Gets the mean of the classes' F1; a class that is neither there nor predicted counts as 0, as in scikit-learn.</summary>
    public double F1 => Mean(static c => ZeroFor(c.F1));

    /// <summary>Gets the mean of the classes' precisions; a class that is never predicted counts as 0.</summary>
    public double Precision => Mean(static c => ZeroFor(c.Precision));

    /// <summary>Gets the mean of the classes' recalls; a class that is absent counts as 0.</summary>
    public double Recall => Mean(static c => ZeroFor(c.Recall));

    /// <summary>Gets the mean of the classes' specificities; a class that is all there is counts as 0.</summary>
    public double Specificity => Mean(static c => ZeroFor(c.Specificity));

    /// <summary>Measures predictions.</summary>
    /// <param name="scores">For each class the scores of the rows; empty lists when there are none.</param>
    /// <param name="predicted">The predicted class of each row, by its place among the classes.</param>
    /// <param name="truth">For each class the chance of each row that it is of that class: 1 or 0 when it is known. Rows where it is NaN are left out.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="ArgumentException">There are no classes, or the lengths differ.</exception>
    public static MulticlassPerformance Of(IReadOnlyList<double[]> scores, ReadOnlySpan<int> predicted, IReadOnlyList<double[]> truth)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(truth);
        if (truth.Count == 0 || scores.Count != truth.Count) throw new ArgumentException($"There are scores of {scores.Count} classes and true values of {truth.Count}.", nameof(scores));
        var classes = new BinaryPerformance[truth.Count];
        var isClass = new double[predicted.Length];
        for (var c = 0; c < classes.Length; c++)
        {
            for (var i = 0; i < isClass.Length; i++) isClass[i] = predicted[i] == c ? 1 : 0;
            classes[c] = BinaryPerformance.Of(scores[c], isClass, truth[c]);
        }

        return new(classes, classes.Sum(c => c.TruePositives) / classes[0].Count);
    }

    /// <summary>Makes probabilities of the scores of several classes: each by its own function, then all of a row to a sum of 1.</summary>
    /// <param name="functions">The function of each class; null leaves its scores.</param>
    /// <param name="scores">For each class the scores of the rows.</param>
    /// <returns>For each class the probabilities. A row whose functions all give 0 gets equal ones.</returns>
    /// <exception cref="ArgumentException">There is not one function for each class.</exception>
    public static IReadOnlyList<double[]> Calibrate(IReadOnlyList<IsotonicRegression?> functions, IReadOnlyList<double[]> scores)
    {
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentNullException.ThrowIfNull(scores);
        if (functions.Count != scores.Count) throw new ArgumentException($"There are functions for {functions.Count} classes and scores of {scores.Count}.", nameof(functions));
        var chances = scores.Select((of, c) => functions[c] is { } function ? Array.ConvertAll(of, function.At) : (double[])of.Clone()).ToArray();
        for (var i = 0; i < (chances.Length == 0 ? 0 : chances[0].Length); i++)
        {
            var sum = chances.Sum(c => c[i]);
            foreach (var chance in chances) chance[i] = sum == 0 ? 1.0 / chances.Length : chance[i] / sum;
        }

        return chances;
    }

    private static double ZeroFor(double value) => double.IsNaN(value) ? 0 : value;

    private double Mean(Func<BinaryPerformance, double> figure) => Classes.Average(figure);
}
