using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.Statistics;

public sealed partial class ColumnProfile
{
    private static readonly long EarliestTick = DateTime.MinValue.Ticks - DateTime.UnixEpoch.Ticks;
    private static readonly long LatestTick = DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks;

    /// <summary>Adds days.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<DateOnly> values, Validity validity = default) =>
        AddTicks(ValueKind.Date, values, validity, static day => (day.DayNumber * TimeSpan.TicksPerDay) - DateTime.UnixEpoch.Ticks);

    /// <summary>Adds points in time as a clock shows them: whether they are local or UTC is not looked at.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<DateTime> values, Validity validity = default) =>
        AddTicks(ValueKind.Timestamp, values, validity, static time => time.Ticks - DateTime.UnixEpoch.Ticks);

    /// <summary>Adds points in time. They are compared in UTC, and those with another offset are counted.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<DateTimeOffset> values, Validity validity = default)
    {
        AddTicks(ValueKind.Timestamp, values, validity, static time => time.UtcTicks - DateTime.UnixEpoch.Ticks);
        for (var row = 0; row < values.Length; row++)
        {
            if (validity[row] && values[row].Offset != TimeSpan.Zero) Times!.WithOffset++;
        }
    }

    /// <summary>Adds spans of time.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<TimeSpan> values, Validity validity = default) => AddTicks(ValueKind.Duration, values, validity, static span => span.Ticks);

    /// <summary>Adds times of the day, as spans since midnight.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void Add(ReadOnlySpan<TimeOnly> values, Validity validity = default) => AddTicks(ValueKind.Duration, values, validity, static time => time.Ticks);

    /// <summary>Adds days as whole numbers from 1970-01-01, as Arrow and DuckDB keep them.</summary>
    /// <inheritdoc cref="Add(ReadOnlySpan{double}, Validity)"/>
    public void AddDates(ReadOnlySpan<int> values, Validity validity = default)
    {
        Begin(ValueKind.Date, values.Length, validity);
        var block = new int[Math.Min(BlockSize, values.Length)];
        var wide = NumberStatistics.Shared.Longs;
        for (var at = 0; at < values.Length; at += BlockSize)
        {
            var count = validity.Compact(values.Slice(at, Math.Min(BlockSize, values.Length - at)), at, block.AsSpan());
            for (var i = 0; i < count; i++) wide[i] = block[i];
            AddTimes(wide.AsSpan(0, count), TimeUnit.Day);
        }
    }

    /// <summary>Adds points in time as whole numbers from the beginning of 1970 in UTC.</summary>
    /// <param name="values">The numbers. What lies outside of the years 1 to 9999 is counted as before or after everything else.</param>
    /// <param name="unit">Their unit.</param>
    /// <param name="validity">Which rows have a value.</param>
    /// <exception cref="ArgumentException">The profile holds values of another kind, or the bitmap is too short.</exception>
    public void AddTimestamps(ReadOnlySpan<long> values, TimeUnit unit, Validity validity = default) => AddInUnit(ValueKind.Timestamp, values, unit, validity);

    /// <summary>Adds spans of time as whole numbers.</summary>
    /// <param name="values">The numbers. What 64 bits of ticks of 100 ns do not hold is counted as longer or shorter than everything else.</param>
    /// <param name="unit">Their unit.</param>
    /// <param name="validity">Which rows have a value.</param>
    /// <exception cref="ArgumentException">The profile holds values of another kind, or the bitmap is too short.</exception>
    public void AddDurations(ReadOnlySpan<long> values, TimeUnit unit, Validity validity = default) => AddInUnit(ValueKind.Duration, values, unit, validity);

    private void AddTicks<T>(ValueKind kind, ReadOnlySpan<T> values, Validity validity, Func<T, long> ticks)
    {
        if (Begin(kind, values.Length, validity) == 0) return;
        var block = NumberStatistics.Shared.Longs;
        var next = 0;
        for (var row = 0; row < values.Length; row++)
        {
            if (!validity[row]) continue;
            block[next++] = ticks(values[row]);
            if (next < BlockSize) continue;
            Times!.Ticks.Add(block.AsSpan(0, next));
            next = 0;
        }

        Times!.Ticks.Add(block.AsSpan(0, next));
    }

    private void AddInUnit(ValueKind kind, ReadOnlySpan<long> values, TimeUnit unit, Validity validity)
    {
        if (!Enum.IsDefined(unit)) throw new ArgumentOutOfRangeException(nameof(unit), unit, "There is no such unit of time.");
        if (Begin(kind, values.Length, validity) == 0) return;
        var block = NumberStatistics.Shared.Longs;
        for (var at = 0; at < values.Length; at += BlockSize)
            AddTimes(block.AsSpan(0, validity.Compact(values.Slice(at, Math.Min(BlockSize, values.Length - at)), at, block.AsSpan())), unit);
    }

    // Turns numbers in a unit into ticks in place; what ticks cannot hold is infinite.
    private void AddTimes(Span<long> values, TimeUnit unit)
    {
        var factor = unit switch
        {
            TimeUnit.Second => TimeSpan.TicksPerSecond,
            TimeUnit.Millisecond => TimeSpan.TicksPerMillisecond,
            TimeUnit.Microsecond => TimeSpan.TicksPerMicrosecond,
            TimeUnit.Day => TimeSpan.TicksPerDay,
            _ => 1,
        };
        var (earliest, latest) = Kind == ValueKind.Duration ? (long.MinValue, long.MaxValue) : (EarliestTick, LatestTick);
        if (unit != TimeUnit.Nanosecond && TryMultiply(values, earliest / factor, latest / factor, factor))
        {
            Times!.Ticks.Add(values);
            return;
        }

        var (next, before, after) = (0, 0L, 0L);
        foreach (var value in values)
        {
            if (unit == TimeUnit.Nanosecond)
            {
                var ticks = value / 100;
                values[next++] = ticks * 100 > value ? ticks - 1 : ticks;
                continue;
            }

            var whole = (Int128)value * factor;
            if (whole < earliest) before++;
            else if (whole > latest) after++;
            else values[next++] = (long)whole;
        }

        Times!.Ticks.AddInfinities(before, after);
        Times.Ticks.Add(values[..next]);
    }

    // As a rule all are inside of the bounds.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool TryMultiply(Span<long> values, long lowest, long highest, long factor)
    {
        var vectors = MemoryMarshal.Cast<long, Vector512<long>>(values);
        var rest = values[(vectors.Length * Vector512<long>.Count)..];
        var (least, most) = (Vector512.Create(lowest), Vector512.Create(highest));
        var outside = Vector512<long>.Zero;
        foreach (var vector in vectors) outside |= Vector512.LessThan(vector, least) | Vector512.GreaterThan(vector, most);
        if (outside != Vector512<long>.Zero) return false;
        foreach (var value in rest)
        {
            if (value < lowest || value > highest) return false;
        }

        var factors = Vector512.Create(factor);
        for (var i = 0; i < vectors.Length; i++) vectors[i] *= factors;
        for (var i = 0; i < rest.Length; i++) rest[i] *= factor;
        return true;
    }
}
