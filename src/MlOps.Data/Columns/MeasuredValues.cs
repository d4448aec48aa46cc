using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Data;

/// <summary>The values of one column, collected to be ordered: numbers, days or moments. Missing and infinite ones are left out.</summary>
/// <remarks>Needs eight bytes a value, sixteen for Decimal.</remarks>
internal abstract class MeasuredValues
{
    public static MeasuredValues For(Column column) => column.Type switch
    {
        ColumnType.Float64 => new OfDoubles(),
        ColumnType.Decimal => new OfDecimals(),
        _ when column.Type.IsMeasured() => new OfIntegers(column.Type),
        _ => throw new DataException($"Column '{column.Name}' is {column.Type}, which has no order and distance to compute with. Use the most frequent value or a constant.")
        {
            Column = column.Name,
        },
    };

    public abstract int Count { get; }

    public abstract void Add(IArrowArray column);

    /// <summary>Gives the quantile of a share, interpolated linearly between neighbours (Hyndman and Fan 1996, type 7), in the column's type.</summary>
    public abstract DataValue Quantile(double share, MidpointRounding rounding);

    /// <summary>Gives the quartiles widened by multiples of their distance (Tukey 1977), rounded outwards.</summary>
    public abstract (DataValue Low, DataValue High) Fences(double below, double above);

    /// <summary>Gives the mean less and plus multiples of the sample standard deviation, rounded outwards.</summary>
    public abstract (DataValue Low, DataValue High) Sigmas(double below, double above);

    private abstract class Of<T> : MeasuredValues
        where T : unmanaged, INumber<T>
    {
        private readonly List<T> _values = [];
        private bool _sorted;

        public override int Count => _values.Count;

        public override void Add(IArrowArray column)
        {
            var present = Columns.Present(column);
            var values = Read(column);
            for (var row = 0; row < values.Length; row++)
            {
                if (Columns.IsSet(present, row) && T.IsFinite(values[row])) _values.Add(values[row]);
            }
        }

        public override DataValue Quantile(double share, MidpointRounding rounding)
        {
            var (low, high, part) = Around(share);
            return Value(Move(low, part * Distance(low, high), rounding));
        }

        public override (DataValue Low, DataValue High) Fences(double below, double above)
        {
            var (first, second, part) = Around(0.25);
            var (third, fourth, rest) = Around(0.75);
            var lower = part * Distance(first, second); // the lower quartile, from first
            var upper = rest * Distance(third, fourth); // the upper quartile, from third
            var spread = Distance(first, third) + upper - lower;
            return (
                Value(Move(first, lower - (below * spread), MidpointRounding.ToNegativeInfinity)),
                Value(Move(third, upper + (above * spread), MidpointRounding.ToPositiveInfinity)));
        }

        public override (DataValue Low, DataValue High) Sigmas(double below, double above)
        {
            var origin = Sorted()[_values.Count / 2]; // near the mean, so that large values with small differences lose nothing
            double sum = 0, squares = 0;
            foreach (var value in Sorted()) sum += Distance(origin, value);
            var mean = sum / _values.Count;
            foreach (var value in Sorted()) squares += Math.Pow(Distance(origin, value) - mean, 2);
            var deviation = _values.Count < 2 ? 0 : Math.Sqrt(squares / (_values.Count - 1));
            return (
                Value(Move(origin, mean - (below * deviation), MidpointRounding.ToNegativeInfinity)),
                Value(Move(origin, mean + (above * deviation), MidpointRounding.ToPositiveInfinity)));
        }

        protected abstract ReadOnlySpan<T> Read(IArrowArray column);

        protected abstract DataValue Value(T value);

        protected abstract double Distance(T from, T to);

        protected abstract T Move(T from, double by, MidpointRounding rounding);

        private (T Low, T High, double Part) Around(double share)
        {
            var values = Sorted();
            var position = share * (values.Length - 1);
            var low = (int)Math.Floor(position);
            return (values[low], values[Math.Min(low + 1, values.Length - 1)], position - low);
        }

        private Span<T> Sorted()
        {
            var values = CollectionsMarshal.AsSpan(_values);
            if (!_sorted) values.Sort();
            _sorted = true;
            return values;
        }
    }

    private sealed class OfDoubles : Of<double>
    {
        protected override ReadOnlySpan<double> Read(IArrowArray column) => Columns.Doubles(column);

        protected override DataValue Value(double value) => value;

        protected override double Distance(double from, double to) => to - from;

        protected override double Move(double from, double by, MidpointRounding rounding) => from + by;
    }

    private sealed class OfIntegers(ColumnType type) : Of<long>
    {
        protected override ReadOnlySpan<long> Read(IArrowArray column) => Columns.Integers(column);

        protected override DataValue Value(long value) => DataValue.OfInteger(type, value);

        protected override double Distance(long from, long to) => (double)((Int128)to - from);

        protected override long Move(long from, double by, MidpointRounding rounding) =>
            (long)Int128.Clamp(from + (Int128)Math.Clamp(Math.Round(by, rounding), -1e20, 1e20), long.MinValue, long.MaxValue);
    }

    private sealed class OfDecimals : Of<Int128>
    {
        protected override ReadOnlySpan<Int128> Read(IArrowArray column) => Columns.Decimals(column);

        protected override DataValue Value(Int128 value) => DataValue.OfDecimal(value);

        protected override double Distance(Int128 from, Int128 to) => (double)to - (double)from;

        protected override Int128 Move(Int128 from, double by, MidpointRounding rounding) =>
            DecimalText.Clamp(from + (BigInteger)Math.Round(Math.Clamp(by, -1e40, 1e40), rounding));
    }
}
