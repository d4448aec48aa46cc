namespace MlOps.Monitoring;

/// <summary>What a model said of rows, and what is true of them, as numbers.</summary>
/// <param name="count">How many rows there are.</param>
internal sealed class ScoredRows(int count)
{
    public int Count => count;

    /// <summary>Gets or sets the scores of two classes; NaN where there is none. Of other tasks empty.</summary>
    public double[] Scores { get; set; } = [];

    /// <summary>Gets or sets for each class the scores; empty lists when there are none.</summary>
    public double[][] ClassScores { get; set; } = [];

    /// <summary>Gets or sets what was predicted: 1 and 0, the place of a class, a number; NaN when it is missing.</summary>
    public double[] Predicted { get; set; } = [];

    /// <summary>Gets or sets what is true, in the same way; NaN when it is not known.</summary>
    public double[] Truth { get; set; } = [];

    /// <summary>Gets or sets the chance of each row to be positive; empty when nothing is estimated.</summary>
    public double[] Chances { get; set; } = [];

    /// <summary>Gets or sets for each class the chance; empty when nothing is estimated.</summary>
    public IReadOnlyList<double[]> ClassChances { get; set; } = [];

    /// <summary>Gets or sets for each figure of a regression the estimated loss of each row; none when nothing is estimated.</summary>
    public IReadOnlyDictionary<string, double[]> Losses { get; set; } = new Dictionary<string, double[]>();

    /// <summary>Gets or sets how many rows have a missing, an infinite and an impossible output.</summary>
    public (long Missing, long Infinite, long OutOfRange) Unsound { get; set; }

    /// <summary>Gives some of the rows.</summary>
    public ScoredRows Take(IReadOnlyList<int> rows)
    {
        double[] Of(double[] values) => values.Length == 0 ? values : [.. rows.Select(r => values[r])];
        return new(rows.Count)
        {
            Scores = Of(Scores),
            ClassScores = Array.ConvertAll(ClassScores, Of),
            Predicted = Of(Predicted),
            Truth = Of(Truth),
            Chances = Of(Chances),
            ClassChances = [.. ClassChances.Select(Of)],
            Losses = Losses.ToDictionary(l => l.Key, l => Of(l.Value), StringComparer.Ordinal),
        };
    }

    /// <summary>Puts parts together.</summary>
    public static ScoredRows Concat(IReadOnlyList<ScoredRows> parts)
    {
        double[] All(Func<ScoredRows, double[]> values) => [.. parts.SelectMany(values)];
        return new(parts.Sum(p => p.Count))
        {
            Scores = All(p => p.Scores),
            ClassScores = [.. Enumerable.Range(0, parts.Count == 0 ? 0 : parts[0].ClassScores.Length).Select(c => All(p => p.ClassScores[c]))],
            Predicted = All(p => p.Predicted),
            Truth = All(p => p.Truth),
        };
    }
}
