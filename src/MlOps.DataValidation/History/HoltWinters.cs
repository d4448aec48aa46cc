namespace MlOps.DataValidation;

/// <summary>Triple exponential smoothing with additive trend and season.</summary>
/// <param name="Level">How fast the level follows, from 0 to 1 (α).</param>
/// <param name="Trend">How fast the trend follows (β).</param>
/// <param name="Season">How fast the season follows (γ).</param>
internal readonly record struct HoltWinters(double Level, double Trend, double Season)
{
    private const int MaxRounds = 2_000;
    private static readonly double[] Starts = [0.1, 0.5, 0.9];

    /// <summary>Finds the weights with the smallest sum of squared errors of one step: a search from a grid of starts, along each weight with ever smaller steps.</summary>
    /// <remarks>The bounds themselves are reached exactly, and the same series gives the same weights everywhere.</remarks>
    public static HoltWinters Fit(ReadOnlySpan<double> series, int period)
    {
        var best = (Weights: default(HoltWinters), Loss: double.PositiveInfinity);
        foreach (var level in Starts)
        {
            foreach (var trend in Starts)
            {
                foreach (var season in Starts)
                {
                    var found = Search(series, period, new(level, trend, season));
                    if (found.Loss < best.Loss) best = found;
                }
            }
        }

        return best.Weights;
    }

    /// <summary>Runs over a series of at least two seasons and beyond it.</summary>
    /// <returns>The error of the forecast of each value by those before it, and the forecasts of the values after the series.</returns>
    public (double[] Errors, double[] Forecasts) Run(ReadOnlySpan<double> series, int period, int forecasts)
    {
        var (level, trend) = Begin(series, period);
        var season = new double[series.Length + period];
        for (var i = 0; i < period; i++) season[i] = series[i] - level;
        var errors = new double[series.Length];
        for (var i = 0; i < series.Length; i++)
        {
            errors[i] = series[i] - (level + trend + season[i]);
            var next = (Level * (series[i] - season[i])) + ((1 - Level) * (level + trend));
            season[i + period] = (Season * (series[i] - level - trend)) + ((1 - Season) * season[i]);
            trend = (Trend * (next - level)) + ((1 - Trend) * trend);
            level = next;
        }

        var ahead = new double[forecasts];
        for (var i = 0; i < forecasts; i++) ahead[i] = level + ((i + 1) * trend) + season[series.Length + (i % period)];
        return (errors, ahead);
    }

    // The mean of the first season, and how much the mean of the second is above it, by value.
    private static (double Level, double Trend) Begin(ReadOnlySpan<double> series, int period)
    {
        var (first, second) = (0.0, 0.0);
        for (var i = 0; i < period; i++)
        {
            first += series[i];
            second += series[i + period];
        }

        return (first / period, (second - first) / period / period);
    }

    private static (HoltWinters Weights, double Loss) Search(ReadOnlySpan<double> series, int period, HoltWinters start)
    {
        Span<double> weights = [start.Level, start.Trend, start.Season];
        var loss = start.Loss(series, period);
        var rounds = 0;
        for (var step = 0.1; step > 1e-7 && rounds < MaxRounds; rounds++)
        {
            var improved = false;
            for (var i = 0; i < weights.Length; i++)
            {
                var (here, found) = (weights[i], weights[i]);
                foreach (var there in (ReadOnlySpan<double>)[Math.Min(1, here + step), Math.Max(0, here - step)])
                {
                    weights[i] = there;
                    var other = new HoltWinters(weights[0], weights[1], weights[2]).Loss(series, period);
                    if (other < loss) (loss, found, improved) = (other, there, true);
                }

                weights[i] = found;
            }

            if (!improved) step /= 2;
        }

        return (new(weights[0], weights[1], weights[2]), loss);
    }

    private double Loss(ReadOnlySpan<double> series, int period)
    {
        var loss = 0.0;
        foreach (var error in Run(series, period, 0).Errors) loss += error * error;
        return loss;
    }
}
