using System.Globalization;

namespace MlOps.Data;

/// <summary>The shares of the three parts of a split.</summary>
internal sealed record SplitFractions
{
    public SplitFractions(double training, double validation, double holdout, bool allowNoHoldout)
    {
        if (!(training > 0 && validation > 0 && holdout >= 0) || Math.Abs(training + validation + holdout - 1) > 1e-9)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"The fractions are {training}, {validation} and {holdout}; they must be above 0 and add up to 1."));
        }

        if (holdout == 0 && !allowNoHoldout)
            throw new ArgumentException("A split without a holdout leaves nothing to accept a model with. Give it a fraction, or say allowNoHoldout: true.");
        (Training, Validation, Holdout) = (training, validation, holdout);
    }

    public double Training { get; }

    public double Validation { get; }

    public double Holdout { get; }

    /// <summary>Gives the part of a place between 0 and 1.</summary>
    public byte PartOf(double place) => (byte)(place < Training ? 0 : place < Training + Validation || Holdout == 0 ? 1 : 2);

    /// <summary>Divides a number of rows: each part gets its share rounded down, and what is left goes to the parts with the largest remainders, earlier parts first.</summary>
    public long[] Counts(long rows)
    {
        double[] exact = [Training * rows, Validation * rows, Holdout * rows];
        long[] counts = [.. exact.Select(e => (long)Math.Floor(e + 1e-9))];
        foreach (var part in Enumerable.Range(0, 3).OrderByDescending(p => exact[p] - counts[p]).Take((int)(rows - counts.Sum()))) counts[part]++;
        return counts;
    }
}
