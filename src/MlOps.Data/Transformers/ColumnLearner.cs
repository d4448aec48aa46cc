using System.Numerics;
using System.Text;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Data;

/// <summary>Learns from the values of one column what stands in for its missing ones.</summary>
internal abstract class ColumnLearner
{
    public static ColumnLearner For(ImputeStrategy strategy, Column column) => strategy switch
    {
        ImputeStrategy.Mean when column.Type.IsMeasured() => new Mean(column.Type),
        ImputeStrategy.Mean or ImputeStrategy.Median => new Median(MeasuredValues.For(column)),
        ImputeStrategy.MostFrequent => column.Type switch
        {
            ColumnType.Float64 => new MostFrequent<double>(Columns.Doubles, v => v + 0.0), // -0 is 0
            ColumnType.Decimal => new MostFrequent<Int128>(Columns.Decimals, DataValue.OfDecimal),
            ColumnType.String or ColumnType.Binary => new MostFrequentBytes(column.Type),
            _ => new MostFrequent<long>(Columns.Integers, v => DataValue.OfInteger(column.Type, v)),
        },
        ImputeStrategy.Previous => new Last(),
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, "Not a strategy."),
    };

    public abstract void Add(IArrowArray column);

    /// <summary>Gives what was learned; null when there was no value.</summary>
    public abstract DataValue? Learned();

    private sealed class Mean(ColumnType type) : ColumnLearner
    {
        private long _count;
        private BigInteger _total; // whole units of the column
        private double _sum, _lost; // Neumaier 1974

        public override void Add(IArrowArray column)
        {
            var present = Columns.Present(column);
            if (type == ColumnType.Float64) Add(Columns.Doubles(column), present);
            else if (type == ColumnType.Decimal) Add(Columns.Decimals(column), present);
            else Add(Columns.Integers(column), present);
        }

        public override DataValue? Learned()
        {
            if (_count == 0) return null;
            if (type == ColumnType.Float64) return (_sum + _lost) / _count;
            var floor = BigInteger.DivRem(_total, _count, out var rest);
            if (rest < 0) (floor, rest) = (floor - 1, rest + _count);
            var twice = rest * 2;
            if (twice > _count || (twice == _count && !floor.IsEven)) floor++;
            return type == ColumnType.Decimal ? DataValue.OfDecimal((Int128)floor) : DataValue.OfInteger(type, (long)floor);
        }

        private void Add(ReadOnlySpan<double> values, byte[]? present)
        {
            for (var row = 0; row < values.Length; row++)
            {
                var value = values[row];
                if (!Columns.IsSet(present, row) || !double.IsFinite(value)) continue;
                var sum = _sum + value;
                _lost += Math.Abs(_sum) >= Math.Abs(value) ? _sum - sum + value : value - sum + _sum;
                _sum = sum;
                _count++;
            }
        }

        private void Add(ReadOnlySpan<long> values, byte[]? present)
        {
            Int128 sum = 0;
            for (var row = 0; row < values.Length; row++)
            {
                if (!Columns.IsSet(present, row)) continue;
                sum += values[row];
                _count++;
            }

            _total += sum;
        }

        private void Add(ReadOnlySpan<Int128> values, byte[]? present)
        {
            for (var row = 0; row < values.Length; row++)
            {
                if (!Columns.IsSet(present, row)) continue;
                _total += values[row];
                _count++;
            }
        }
    }

    private sealed class Median(MeasuredValues values) : ColumnLearner
    {
        public override void Add(IArrowArray column) => values.Add(column);

        public override DataValue? Learned() => values.Count == 0 ? null : values.Quantile(0.5, MidpointRounding.ToEven);
    }

    private sealed class MostFrequent<T>(Func<IArrowArray, ReadOnlySpan<T>> read, Func<T, DataValue> value) : ColumnLearner
        where T : unmanaged, IComparable<T>
    {
        private readonly Dictionary<T, long> _counts = [];

        public override void Add(IArrowArray column)
        {
            var present = Columns.Present(column);
            var values = read(column);
            for (var row = 0; row < values.Length; row++)
            {
                if (!Columns.IsSet(present, row)) continue;
                _counts.TryGetValue(values[row], out var count);
                _counts[values[row]] = count + 1;
            }
        }

        public override DataValue? Learned() => _counts.Count == 0 ? null : value(_counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key).First().Key);
    }

    private sealed class MostFrequentBytes(ColumnType type) : ColumnLearner
    {
        private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal); // one char a byte, so that the order is that of the bytes

        public override void Add(IArrowArray column)
        {
            var present = Columns.Present(column);
            var counts = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
            char[] chars = [];
            for (var row = 0; row < column.Length; row++)
            {
                if (!Columns.IsSet(present, row)) continue;
                var bytes = Columns.Bytes(column, row);
                if (chars.Length < bytes.Length) chars = new char[bytes.Length * 2];
                var key = chars.AsSpan(0, Encoding.Latin1.GetChars(bytes, chars));
                counts.TryGetValue(key, out var count);
                counts[key] = count + 1;
            }
        }

        public override DataValue? Learned() => _counts.Count == 0
            ? null
            : DataValue.OfBytes(type, Encoding.Latin1.GetBytes(_counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).First().Key));
    }

    private sealed class Last : ColumnLearner
    {
        private DataValue? _last;

        public override void Add(IArrowArray column)
        {
            var present = Columns.Present(column);
            var row = column.Length - 1;
            while (row >= 0 && !Columns.IsSet(present, row)) row--;
            if (row >= 0) _last = DataValue.At(column, row);
        }

        public override DataValue? Learned() => _last;
    }
}
