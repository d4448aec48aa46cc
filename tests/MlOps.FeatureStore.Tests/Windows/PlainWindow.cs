using System.Numerics;
using System.Text;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.FeatureStore.Tests;

/// <summary>Windows by their plain definition: every event is looked at for every row.</summary>
internal static class PlainWindow
{
    public static FeatureValue Of(WindowHistory history, Feature feature, (FeatureValue Id, long Time) row, bool createdBeforeRow)
    {
        var aggregation = feature.Aggregation!;
        var hop = (Int128)(aggregation.Hop.Ticks / 10);
        var (begin, end) = ((Int128)long.MinValue, (Int128)row.Time);
        if (aggregation.IsTumbling) end = Floor(end, hop);
        if (aggregation.Window is { } window) begin = aggregation.IsTumbling ? end - (window.Ticks / 10) : Floor(end - (window.Ticks / 10), hop);
        var seen = history.Events.Select((e, place) => (Event: e, Place: place)).Where(e => e.Event.Id == row.Id.Bits && e.Event.Time >= begin && e.Event.Time < end && IsKnown(history, e.Event, row.Time, createdBeforeRow))
            .OrderBy(e => history.HasReversals ? e.Event.Created ?? long.MinValue : 0).Select((e, place) => (e.Event, Place: place)).ToList();
        if (feature.Column.Length == 0) return Counted(seen.Sum(e => e.Event.IsReversal ? -1L : 1L));
        var column = Array.FindIndex(WindowSamples.Columns, c => c.Name == feature.Column);
        var values = seen.Select(e => new Seen(e.Event.Time, e.Place, e.Event.Values[column], e.Event.IsReversal ? -1 : 1)).Where(v => !v.Value.IsMissing).ToList();
        var total = values.Sum(v => v.Sign);
        switch (aggregation.Kind)
        {
            case AggregationKind.Count: return Counted(total);
            case AggregationKind.Sum or AggregationKind.Mean or AggregationKind.Variance: return total <= 0 ? default : Moment(aggregation.Kind, values, total, WindowSamples.Columns[column].Type);
            case AggregationKind.First or AggregationKind.Last or AggregationKind.LastK:
                var latest = InOrder(values, history.HasReversals).ToList();
                if (aggregation.Kind == AggregationKind.First)
                {
                    return latest.Count == 0 ? default : latest.Where(v => v.Time == latest[^1].Time).MinBy(v => v.Place)!.Value;
                }

                var k = aggregation.Kind == AggregationKind.Last ? 1 : aggregation.K;
                return latest.Count < k ? default : latest[k - 1].Value;
        }

        var there = values.GroupBy(v => aggregation.Kind == AggregationKind.Quantile ? Rounded(v.Value) : Canonical(v.Value)).SelectMany(g => Enumerable.Repeat(g.Key, Math.Max(0, g.Sum(v => v.Sign)))).Order(ValueOrder.Instance).ToList();
        if (there.Count == 0) return default;
        return aggregation.Kind switch
        {
            AggregationKind.Min => there[0],
            AggregationKind.Max => there[^1],
            AggregationKind.TopK => there.Count < aggregation.K ? default : there[^aggregation.K],
            AggregationKind.Distinct => (long)there.Distinct().Count(),
            AggregationKind.ApproximateDistinct => Estimated(there),
            _ => Quantile(there, aggregation.Quantile),
        };
    }

    private static bool IsKnown(WindowHistory history, WindowEvent e, long time, bool createdBeforeRow)
    {
        if (!history.HasCreated) return true;
        if (e.Created is not { } created) return !createdBeforeRow;
        return history.HasReversals ? created < time : !createdBeforeRow || created <= time;
    }

    private static FeatureValue Counted(long count) => count > 0 ? count : default(FeatureValue);

    private static FeatureValue Moment(AggregationKind kind, List<Seen> values, int total, ColumnType type)
    {
        if (type == ColumnType.Decimal && kind != AggregationKind.Variance)
        {
            var sum = values.Sum(v => v.Sign * (decimal)v.Value.Object!) + 0.0m;
            if (sum == 0) sum = 0;
            return kind == AggregationKind.Sum ? (FeatureValue)sum : (double)sum / total;
        }

        if (type != ColumnType.Float64 && kind != AggregationKind.Variance)
        {
            var sum = values.Sum(v => v.Sign * v.Value.Bits);
            return kind == AggregationKind.Sum ? (FeatureValue)sum : (double)sum / total;
        }

        var numbers = values.Select(v => (Number: NumberOf(v.Value), v.Sign)).ToList();
        int Signed(Func<double, bool> which) => numbers.Where(n => which(n.Number)).Sum(n => n.Sign);
        var (nan, up, down) = (Signed(double.IsNaN), Signed(double.IsPositiveInfinity), Signed(double.IsNegativeInfinity));
        var infinite = kind == AggregationKind.Variance ? Math.Max(0, up + down) : 0;
        if (nan > 0 || (up > 0 && down > 0) || (kind == AggregationKind.Variance && (up > 0 || down > 0 || infinite > 0))) return double.NaN;
        if (up > 0 || down > 0) return up > 0 ? double.PositiveInfinity : double.NegativeInfinity;
        var (whole, squares) = (BigInteger.Zero, BigInteger.Zero);
        foreach (var (number, sign) in numbers.Where(n => double.IsFinite(n.Number)))
        {
            var units = Units(number);
            whole += sign * units;
            squares += sign * units * units;
        }

        return kind switch
        {
            AggregationKind.Sum => Rounded(whole, 1, -1074),
            AggregationKind.Mean => Rounded(whole, 1, -1074) is var sum && double.IsFinite(sum) ? sum / total : Rounded(whole, total, -1074),
            _ => Rounded((squares * total) - (whole * whole), (BigInteger)total * total, -2148),
        };
    }

    private static IEnumerable<Seen> InOrder(List<Seen> values, bool reversals)
    {
        var groups = reversals
            ? values.GroupBy(v => (v.Time, v.Value)).SelectMany(g => Enumerable.Repeat(g.MinBy(v => v.Place)!, Math.Max(0, g.Sum(v => v.Sign))))
            : values;
        return groups.OrderByDescending(v => v.Time).ThenBy(v => v.Place);
    }

    private static FeatureValue Canonical(FeatureValue value)
    {
        if (value.Type != ColumnType.Float64) return value;
        var number = value.ToDouble();
        return number == 0 ? 0.0 : double.IsNaN(number) ? double.NaN : number;
    }

    private static FeatureValue Rounded(FeatureValue value)
    {
        var number = NumberOf(value);
        if (!double.IsFinite(number) || number == 0) return Canonical(number);
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(number)) + (1L << 39);
        var rounded = BitConverter.Int64BitsToDouble(bits & ~((1L << 40) - 1));
        return Canonical(number < 0 ? -rounded : rounded);
    }

    private static double NumberOf(FeatureValue value) => value.Type switch
    {
        ColumnType.Float64 or ColumnType.Int64 => value.ToDouble(),
        ColumnType.Decimal => (double)(decimal)value.Object!,
        _ => value.Bits,
    };

    private static FeatureValue Estimated(List<FeatureValue> values)
    {
        var sketch = new HyperLogLog();
        foreach (var value in values)
        {
            sketch.Add(value.Type switch
            {
                ColumnType.String => Hashing.Of(Encoding.UTF8.GetBytes((string)value.Object!)).First,
                ColumnType.Decimal => AggregateValues.HashOf(AggregateValues.UnitsOf((decimal)value.Object!)),
                ColumnType.Float64 => Hashing.Mix((ulong)AggregateValues.KeyOf(value.ToDouble())),
                _ => Hashing.Mix((ulong)value.Bits),
            });
        }

        return (long)Math.Round(sketch.Estimate());
    }

    private static FeatureValue Quantile(List<FeatureValue> sorted, double share)
    {
        var position = share * (sorted.Count - 1);
        var rank = (int)Math.Floor(position);
        var (low, high) = (sorted[rank].ToDouble(), sorted[Math.Min(rank + 1, sorted.Count - 1)].ToDouble());
        var fraction = position - rank;
        if (fraction == 0 || low == high) return low;
        if (double.IsInfinity(low) || double.IsInfinity(high)) return fraction < 0.5 ? low : high;
        return low + ((high - low) * fraction);
    }

    private static BigInteger Units(double number)
    {
        var bits = BitConverter.DoubleToInt64Bits(number);
        var exponent = (int)(bits >> 52) & 0x7FF;
        var units = (new BigInteger(bits & 0xFFFFFFFFFFFFF) + (exponent == 0 ? 0 : 1L << 52)) << Math.Max(0, exponent - 1);
        return bits < 0 ? -units : units;
    }

    // The nearest double to numerator / denominator * 2^exponent, ties to even.
    private static double Rounded(BigInteger numerator, BigInteger denominator, int exponent)
    {
        var magnitude = BigInteger.Abs(numerator);
        if (magnitude.IsZero) return 0;
        var unit = Math.Max((int)magnitude.GetBitLength() - (int)denominator.GetBitLength() - 54, -1074 - exponent);
        while (true)
        {
            var (scaled, divisor) = unit < 0 ? (magnitude << -unit, denominator) : (magnitude, denominator << unit);
            var kept = BigInteger.DivRem(scaled, divisor, out var rest);
            if (kept.GetBitLength() > 53)
            {
                unit++;
                continue;
            }

            var twice = (rest * 2).CompareTo(divisor);
            if (twice > 0 || (twice == 0 && !kept.IsEven)) kept++;
            return Math.ScaleB((double)kept, exponent + unit) * numerator.Sign;
        }
    }

    private static Int128 Floor(Int128 value, Int128 step) => ((value % step) + step) % step is var rest ? value - rest : value;

    private sealed record Seen(long Time, int Place, FeatureValue Value, int Sign);

    private sealed class ValueOrder : IComparer<FeatureValue>
    {
        public static ValueOrder Instance { get; } = new();

        public int Compare(FeatureValue x, FeatureValue y) => x.Type switch
        {
            ColumnType.String => Encoding.UTF8.GetBytes((string)x.Object!).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes((string)y.Object!)),
            ColumnType.Decimal => ((decimal)x.Object!).CompareTo((decimal)y.Object!),
            ColumnType.Float64 when double.IsNaN(x.ToDouble()) || double.IsNaN(y.ToDouble()) => double.IsNaN(x.ToDouble()).CompareTo(double.IsNaN(y.ToDouble())),
            ColumnType.Float64 => x.ToDouble().CompareTo(y.ToDouble()),
            _ => x.Bits.CompareTo(y.Bits),
        };
    }
}
