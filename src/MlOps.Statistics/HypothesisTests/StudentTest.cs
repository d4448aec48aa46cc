namespace MlOps.Statistics;

/// <summary>Student's test that two samples of one variance have the same mean.</summary>
/// <remarks>For samples of different variance use <see cref="WelchTest"/>. NaN and infinities are left out. Student 1908; Press et al., Numerical Recipes, 3rd ed., 14.2.1.</remarks>
public static class StudentTest
{
    /// <summary>Tests two samples, in either direction.</summary>
    /// <param name="first">The first sample.</param>
    /// <param name="second">The second sample.</param>
    /// <returns>The statistic t, positive when the first mean is larger, and its chance. NaN when a sample is empty or both have a single value; without any variance the chance is 1 for equal means and 0 for others.</returns>
    public static TestResult Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        var (a, b) = (Moments.OfBlock(Samples.SortedFinite(first), 0.0), Moments.OfBlock(Samples.SortedFinite(second), 0.0));
        double degrees = a.Count + b.Count - 2;
        if (a.Count == 0 || b.Count == 0 || degrees < 1) return TestResult.None;
        var variance = Math.Max(0, (a.Second + b.Second).Value) / degrees;
        var difference = (a.Mean - b.Mean).Value;
        if (variance == 0) return new(difference == 0 ? 0 : double.PositiveInfinity * Math.Sign(difference), difference == 0 ? 1 : 0);
        var t = difference / Math.Sqrt(variance * ((1.0 / a.Count) + (1.0 / b.Count)));
        return new(t, SpecialFunctions.IncompleteBeta(degrees / 2, 0.5, degrees / (degrees + (t * t))));
    }
}
