namespace MlOps.DataValidation;

/// <summary>How much a series changes from value to value.</summary>
internal static class Changes
{
    /// <summary>The differences of successive values, taken as often as the order says. The result is shorter by the order.</summary>
    public static double[] Differences(ReadOnlySpan<double> series, int order)
    {
        var values = series.ToArray();
        var count = values.Length;
        for (var taken = 0; taken < order && count > 0; taken++)
        {
            count--;
            for (var i = 0; i < count; i++) values[i] = values[i + 1] - values[i];
        }

        return values[..count];
    }

    /// <summary>Each value divided by that which stands so many steps before it. Nothing to nothing is no change: 1.</summary>
    public static double[] Ratios(ReadOnlySpan<double> series, int order)
    {
        var ratios = new double[Math.Max(0, series.Length - order)];
        for (var i = 0; i < ratios.Length; i++)
        {
            var (before, now) = (series[i] + 0.0, series[i + order]); // no negative zero: -0 would turn the sign of infinity
            ratios[i] = before == 0 && now == 0 ? 1 : now / before;
        }

        return ratios;
    }
}
