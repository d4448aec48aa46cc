namespace MlOps.DataValidation;

/// <summary>How many standard deviations a value may lie below and above the mean; null for no bound on that side.</summary>
internal readonly record struct DeviationFactors(double? Lower, double? Upper)
{
    /// <summary>The smaller of the factors that there are.</summary>
    public double Least => Math.Min(Lower ?? double.PositiveInfinity, Upper ?? double.PositiveInfinity);

    public DeviationFactors Checked()
    {
        if (Lower is null && Upper is null) throw new ArgumentException("Give a factor below or above the mean: without one nothing can be found.");
        return Lower is < 0 or double.NaN || Upper is < 0 or double.NaN ? throw new ArgumentException("A factor of the standard deviation is not negative.") : this;
    }

    public override string ToString() => $"{Side(Lower)} below and {Side(Upper)} above the mean";

    private static string Side(double? factor) => factor is { } value ? $"{SeriesBounds.Text(value)} standard deviations" : "any distance";
}
