namespace MlOps.Statistics;

/// <summary>Whether the scores of a classifier are probabilities: of the rows with a score near p, the share p is positive.</summary>
public static class Calibration
{
    private const int Bins = 10;
    private const int Splits = 10;
    private const double TestShare = 0.1;
    private const double Separable = 0.999;

    /// <summary>Computes the expected calibration error: the mean distance of score and share of positives, over bins of equally many rows.</summary>
    /// <param name="scores">The scores, from 0 to 1.</param>
    /// <param name="truth">1 for positive, else 0. Rows where a value is NaN are left out.</param>
    /// <param name="bins">How many bins; fewer when there are less than twice as many rows.</param>
    /// <returns>The error, from 0 to 1; NaN for fewer than four rows.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <remarks>M. Naeini, G. Cooper, M. Hauskrecht, Obtaining Well Calibrated Probabilities Using Bayesian Binning, AAAI 2015, with equal counts.</remarks>
    public static double Error(ReadOnlySpan<double> scores, ReadOnlySpan<double> truth, int bins = Bins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        var (sorted, labels) = Complete(scores, truth);
        Array.Sort(sorted, labels);
        var count = sorted.Length;
        if (count < 4) return double.NaN;
        if (count <= 2 * bins) bins = count / 2;
        var (width, error) = (count / bins, 0.0);
        for (var b = 0; b < bins; b++)
        {
            var (from, to) = (b * width, b == bins - 1 ? count : (b + 1) * width);
            double score = 0, positive = 0;
            for (var i = from; i < to; i++)
            {
                score += sorted[i];
                positive += labels[i];
            }

            error += Math.Abs(score - positive) / count;
        }

        return error;
    }

    /// <summary>Fits what makes probabilities of scores, when that is better than the scores themselves on rows that it was not fitted to.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="truth">1 for positive, else 0. Rows where a value is NaN are left out.</param>
    /// <param name="seed">What the choice of the rows that are held out depends on.</param>
    /// <returns>The function, fitted to all rows; null when the scores are as good, when one class is absent, or when the scores separate the classes.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    /// <remarks>Ten times, a tenth of each class is held out (NannyML, calibration.py).</remarks>
    public static IsotonicRegression? FitWhereNeeded(ReadOnlySpan<double> scores, ReadOnlySpan<double> truth, int seed = 42)
    {
        var (x, y) = Complete(scores, truth);
        var classes = new[] { Enumerable.Range(0, y.Length).Where(i => y[i] == 0).ToArray(), Enumerable.Range(0, y.Length).Where(i => y[i] != 0).ToArray() };
        if (classes.Any(c => c.Length < 2) || BinaryPerformance.Of(x, y, y).RocAuc > Separable) return null;

        var state = (ulong)seed;
        var (before, after, labels) = (new List<double>(), new List<double>(), new List<double>());
        for (var split = 0; split < Splits; split++)
        {
            var isTest = new bool[x.Length];
            foreach (var rows in classes)
            {
                var share = Math.Max(1, (int)Math.Round(rows.Length * TestShare));
                for (var i = 0; i < share; i++)
                {
                    var other = i + (int)(SplitMix.Next(ref state) % (ulong)(rows.Length - i));
                    (rows[i], rows[other]) = (rows[other], rows[i]);
                    isTest[rows[i]] = true;
                }
            }

            var train = Enumerable.Range(0, x.Length).Where(i => !isTest[i]).ToArray();
            var fitted = IsotonicRegression.Fit(Array.ConvertAll(train, i => x[i]), Array.ConvertAll(train, i => y[i]));
            for (var i = 0; i < x.Length; i++)
            {
                if (!isTest[i]) continue;
                before.Add(x[i]);
                after.Add(fitted.At(x[i]));
                labels.Add(y[i]);
            }
        }

        var held = labels.ToArray();
        return Error(before.ToArray(), held) > Error(after.ToArray(), held) ? IsotonicRegression.Fit(x, y) : null;
    }

    private static (double[] Scores, double[] Truth) Complete(ReadOnlySpan<double> scores, ReadOnlySpan<double> truth)
    {
        if (scores.Length != truth.Length) throw new ArgumentException($"There are {scores.Length} scores and {truth.Length} true values.", nameof(truth));
        var (x, y, count) = (new double[scores.Length], new double[scores.Length], 0);
        for (var i = 0; i < scores.Length; i++)
        {
            if (double.IsNaN(scores[i]) || double.IsNaN(truth[i])) continue;
            (x[count], y[count]) = (scores[i], truth[i]);
            count++;
        }

        return (x[..count], y[..count]);
    }
}
