namespace MlOps.DataValidation;

/// <summary>What every check refuses, and the part of the series that it looks at.</summary>
internal static class SeriesSpan
{
    public static (int Start, int End) Check(ReadOnlySpan<double> series, int start, int end)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        if (start > end) throw new ArgumentException($"The part to be checked starts at {start}, after its end at {end}.", nameof(start));
        for (var i = 0; i < series.Length; i++)
        {
            if (!double.IsFinite(series[i])) throw new ArgumentException($"Value {i} of the series is {series[i]}. Leave out what is not finite.", nameof(series));
        }

        return (Math.Min(start, series.Length), Math.Min(end, series.Length));
    }
}
