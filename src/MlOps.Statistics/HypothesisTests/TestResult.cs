namespace MlOps.Statistics;

/// <summary>What a test finds.</summary>
/// <param name="Statistic">The statistic of the test; NaN when a sample has no values.</param>
/// <param name="PValue">The chance of a statistic at least this extreme when nothing has changed; NaN when a sample has no values.</param>
public readonly record struct TestResult(double Statistic, double PValue)
{
    internal static readonly TestResult None = new(double.NaN, double.NaN);
}
