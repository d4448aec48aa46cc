namespace MlOps.Statistics;

/// <summary>Welch's test that two samples have the same mean, whatever their variances are.</summary>
/// <remarks>NaN and infinities are left out. Welch, The generalization of Student's problem when several different population variances are involved, Biometrika 34, 1947; degrees of freedom after Satterthwaite 1946.</remarks>
public static class WelchTest
{
    /// <summary>Tests two samples, in either direction.</summary>
    /// <param name="first">The first sample.</param>
    /// <param name="second">The second sample.</param>
    /// <returns>The statistic t, positive when the first mean is larger, and its chance. NaN when a sample has fewer than two values; without any variance the chance is 1 for equal means and 0 for others.</returns>
    public static TestResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var (a, b) = (Moments.OfBlock(Samples.SortedFinite(first), 0.0), Moments.OfBlock(Samples.SortedFinite(second), 0.0));
        if (a.Count < 2 || b.Count < 2) return TestResult.None;
        var (errorA, errorB) = (Math.Max(0, a.Second.Value) / (a.Count - 1) / a.Count, Math.Max(0, b.Second.Value) / (b.Count - 1) / b.Count);
        var error = errorA + errorB;
        var difference = (a.Mean - b.Mean).Value;
        if (error == 0) return new(difference == 0 ? 0 : double.PositiveInfinity * Math.Sign(difference), difference == 0 ? 1 : 0);
        var t = difference / Math.Sqrt(error);
        var share = errorA / error; // before it is squared, which neither overflows nor vanishes then
        var degrees = 1 / ((share * share / (a.Count - 1)) + ((1 - share) * (1 - share) / (b.Count - 1)));
        return new(t, SpecialFunctions.IncompleteBeta(degrees / 2, 0.5, degrees / (degrees + (t * t))));
    }
}
