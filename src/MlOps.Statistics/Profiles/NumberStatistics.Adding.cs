using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.Statistics;

public sealed partial class NumberStatistics
{
    internal const int BlockSize = 2048;

    [ThreadStatic]
    private static Buffers? _buffers;

    internal static Buffers Shared => _buffers ??= new();

    /// <summary>Adds doubles of which none is missing.</summary>
    internal void Add(ReadOnlySpan<double> values)
    {
        for (; values.Length > 0; values = values[Math.Min(values.Length, BlockSize)..]) AddBlock(values[..Math.Min(values.Length, BlockSize)]);
    }

    /// <summary>Adds whole numbers of which none is missing.</summary>
    internal void Add(ReadOnlySpan<long> values)
    {
        for (; values.Length > 0; values = values[Math.Min(values.Length, BlockSize)..]) AddBlock(values[..Math.Min(values.Length, BlockSize)]);
    }

    /// <summary>Adds values that stand for points in time after or before any other.</summary>
    internal void AddInfinities(long negative, long positive)
    {
        NegativeInfinities += negative;
        PositiveInfinities += positive;
        Negatives += negative;
    }

    internal void Merge(NumberStatistics other)
    {
        NaN += other.NaN;
        PositiveInfinities += other.PositiveInfinities;
        NegativeInfinities += other.NegativeInfinities;
        Zeros += other.Zeros;
        Negatives += other.Negatives;
        _order += other._order;
        if (other.FiniteCount == 0) return;
        _moments += other._moments;
        (_min, _max) = (Math.Min(_min, other._min), Math.Max(_max, other._max));
        (_minWhole, _maxWhole) = (Math.Min(_minWhole, other._minWhole), Math.Max(_maxWhole, other._maxWhole));
        _sumWhole += other._sumWhole;
        _sketch.Merge(other._sketch);
    }

    internal NumberStatistics Clone()
    {
        var clone = new NumberStatistics(_whole, _options, _sketch.Clone());
        clone.Take(this);
        return clone;
    }

    private void AddBlock(ReadOnlySpan<double> values)
    {
        var block = RealBlock.Of(values);
        if (!block.AllFinite)
        {
            AddWithSpecials(values);
            return;
        }

        var raw = Shared.Raw.AsSpan(0, values.Length);
        Canonical(values, raw);
        if (!_order.IsSettled) _order += OrderOf(raw);
        AddFinite(values, raw, block);
    }

    private void AddWithSpecials(ReadOnlySpan<double> values)
    {
        var numbers = Shared.Finite.AsSpan(0, values.Length);
        var count = 0;
        foreach (var value in values)
        {
            numbers[count] = value;
            count += double.IsNaN(value) ? 0 : 1;
        }

        NaN += values.Length - count;
        numbers = numbers[..count];
        if (!_order.IsSettled)
        {
            var keys = Shared.Raw.AsSpan(0, count);
            Canonical(numbers, keys);
            _order += OrderOf(keys);
        }

        count = 0;
        foreach (var value in numbers)
        {
            numbers[count] = value;
            count += double.IsInfinity(value) ? 0 : 1;
            if (double.IsPositiveInfinity(value)) PositiveInfinities++;
            if (!double.IsNegativeInfinity(value)) continue;
            NegativeInfinities++;
            Negatives++;
        }

        if (count == 0) return;
        var finite = numbers[..count];
        var raw = Shared.Raw.AsSpan(0, count);
        Canonical(finite, raw);
        AddFinite(finite, raw, RealBlock.Of(finite));
    }

    private void AddFinite(ReadOnlySpan<double> values, ReadOnlySpan<long> raw, in RealBlock block)
    {
        Zeros += block.Zeros;
        Negatives += block.Negatives;
        (_min, _max) = (Math.Min(_min, block.Min), Math.Max(_max, block.Max));
        _moments += Moments.OfBlock(values, 0.0, block.Sum);
        _sketch.Add(raw);
    }

    private void AddBlock(ReadOnlySpan<long> values)
    {
        var block = WholeBlock.Of(values);
        Zeros += block.Zeros;
        Negatives += block.Negatives;
        _sumWhole += block.Sum;
        (_minWhole, _maxWhole) = (Math.Min(_minWhole, block.Min), Math.Max(_maxWhole, block.Max));
        if (!_order.IsSettled) _order += RowOrder.Of(values);
        if (block.Min == block.Max && _sketch.TryAddExact(block.Min, values.Length))
        {
            _moments += new Moments(values.Length, DoubleDouble.Of(block.Min), 0, 0, 0);
            return;
        }

        // The distances from the smallest are small whole numbers, which doubles hold without loss even for identifiers beyond 2^53.
        var origin = (UInt128)((Int128)block.Max - block.Min) <= 1UL << 53 ? block.Min : 0;
        var distances = Shared.Finite.AsSpan(0, values.Length);
        ToDoubles(values, origin, distances);
        _moments += Moments.OfBlock(distances, DoubleDouble.Of(origin));
        _sketch.Add(values);
    }

    // The bits of doubles, with one zero.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Canonical(ReadOnlySpan<double> values, Span<long> raw)
    {
        var into = MemoryMarshal.Cast<long, Vector512<double>>(raw);
        var from = MemoryMarshal.Cast<double, Vector512<double>>(values);
        for (var i = 0; i < from.Length; i++) into[i] = from[i] + Vector512<double>.Zero;
        for (var i = from.Length * 8; i < values.Length; i++) raw[i] = BitConverter.DoubleToInt64Bits(values[i] + 0.0);
    }

    private static RowOrder OrderOf(Span<long> raw)
    {
        var keys = Shared.Keys.AsSpan(0, raw.Length);
        for (var i = 0; i < raw.Length; i++) keys[i] = ValueSketch.KeyOf(raw[i], whole: false);
        return RowOrder.Of(keys);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ToDoubles(ReadOnlySpan<long> values, long origin, Span<double> distances)
    {
        var from = MemoryMarshal.Cast<long, Vector512<long>>(values);
        var into = MemoryMarshal.Cast<double, Vector512<double>>(distances);
        var origins = Vector512.Create(origin);
        for (var i = 0; i < from.Length; i++) into[i] = Vector512.ConvertToDouble(from[i] - origins);
        for (var i = from.Length * 8; i < values.Length; i++) distances[i] = values[i] - origin;
    }

    private void Take(NumberStatistics other)
    {
        (NaN, PositiveInfinities, NegativeInfinities, Zeros, Negatives) = (other.NaN, other.PositiveInfinities, other.NegativeInfinities, other.Zeros, other.Negatives);
        (_moments, _order, _min, _max) = (other._moments, other._order, other._min, other._max);
        (_minWhole, _maxWhole, _sumWhole) = (other._minWhole, other._maxWhole, other._sumWhole);
    }

    internal void Write(StateWriter writer)
    {
        writer.Number(NaN);
        writer.Number(PositiveInfinities);
        writer.Number(NegativeInfinities);
        writer.Number(Zeros);
        writer.Number(Negatives);
        writer.Moments(_moments);
        writer.Order(_order);
        if (_whole) writer.Int128(_sumWhole);
        if (_options.KeepValues && FiniteCount > 0)
        {
            if (_whole)
            {
                writer.Signed(_minWhole);
                writer.Signed(_maxWhole);
            }
            else
            {
                writer.Double(_min);
                writer.Double(_max);
            }
        }

        _sketch.Write(writer);
    }

    internal static NumberStatistics Read(StateReader reader, bool whole, ProfileOptions options)
    {
        var (nan, positive, negative, zeros, negatives) = (reader.Number(), reader.Number(), reader.Number(), reader.Number(), reader.Number());
        var (moments, order, sum) = (reader.Moments(), reader.Order(), whole ? reader.Int128() : 0);
        var (min, max, minWhole, maxWhole) = (double.PositiveInfinity, double.NegativeInfinity, long.MaxValue, long.MinValue);
        if (options.KeepValues && moments.Count > 0)
        {
            if (whole) (minWhole, maxWhole) = (reader.Signed(), reader.Signed());
            else (min, max) = (reader.Double(), reader.Double());
        }

        var sketch = ValueSketch.Read(reader, options.ExactLimit, whole, options.KeepValues);
        if (sketch.Count != moments.Count) throw StateReader.Damaged("two different numbers of values");
        var (lowest, highest) = whole ? (minWhole, maxWhole) : (BitConverter.DoubleToInt64Bits(min), BitConverter.DoubleToInt64Bits(max));
        if (options.KeepValues && moments.Count > 0 && !sketch.Spans(lowest, highest)) throw StateReader.Damaged("a smallest and a largest value that cannot be");
        return new(whole, options, sketch)
        {
            NaN = nan,
            PositiveInfinities = positive,
            NegativeInfinities = negative,
            Zeros = zeros,
            Negatives = negatives,
            _moments = moments,
            _order = order,
            _sumWhole = sum,
            _min = min,
            _max = max,
            _minWhole = minWhole,
            _maxWhole = maxWhole,
        };
    }

    internal sealed class Buffers
    {
        public readonly double[] Finite = new double[BlockSize];
        public readonly long[] Raw = new long[BlockSize];
        public readonly long[] Keys = new long[BlockSize];
        public readonly double[] Values = new double[BlockSize];
        public readonly long[] Longs = new long[BlockSize];
    }
}
