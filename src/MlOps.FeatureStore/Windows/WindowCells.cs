using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.FeatureStore;

/// <summary>What is kept of the values of one column in one tile for one kind of aggregation. Two of neighbouring tiles merge into that of both.</summary>
internal abstract class WindowCell
{
    public static WindowCell Of(in WindowCellKind kind) => kind.Kind switch
    {
        CellKind.Count => new CountCell(),
        CellKind.Sum => kind.Type switch
        {
            ColumnType.Float64 => new NumberSumCell(),
            ColumnType.Decimal => new DecimalSumCell(),
            _ => new IntegerSumCell(),
        },
        CellKind.Moments => new MomentsCell(),
        CellKind.Smallest => new LargestCell(kind.Type, 1, smallest: true),
        CellKind.Largest => new LargestCell(kind.Type, kind.K, smallest: false),
        CellKind.Earliest => new LatestCell(kind.Type, 1, earliest: true),
        CellKind.Latest => new LatestCell(kind.Type, kind.K, earliest: false),
        CellKind.Values => new ValuesCell(kind.Type),
        CellKind.Registers => new RegistersCell(),
        CellKind.Quantiles => new QuantilesCell(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>Adds a value that is not missing. Of two at one time the one that is added first stands first.</summary>
    public abstract void Add(long time, in FeatureValue value);

    /// <summary>Adds what another cell of this kind has seen, after what this one has seen.</summary>
    public abstract void Merge(WindowCell other);

    /// <summary>Gives the aggregation.</summary>
    /// <exception cref="DataException">A sum does not fit its type.</exception>
    public abstract FeatureValue Result(Aggregation aggregation);

    public abstract void Write(WindowWriter writer);

    /// <summary>Becomes what <see cref="Write"/> wrote; what it has seen before is forgotten.</summary>
    public abstract void Read(ref WindowReader reader);

    private sealed class CountCell : WindowCell
    {
        private long _count;

        public override void Add(long time, in FeatureValue value) => _count++;

        public override void Merge(WindowCell other) => _count += ((CountCell)other)._count;

        public override FeatureValue Result(Aggregation aggregation) => _count > 0 ? _count : default(FeatureValue);

        public override void Write(WindowWriter writer) => writer.Number(_count);

        public override void Read(ref WindowReader reader) => _count = reader.Number();
    }

    /// <summary>A count and a sum that is exact in 128 bits.</summary>
    private abstract class WholeSumCell : WindowCell
    {
        protected long Count { get; private set; }

        protected Int128 Sum { get; private set; }

        public override void Add(long time, in FeatureValue value) => Add(1, UnitsOf(value));

        public override void Merge(WindowCell other) => Add(((WholeSumCell)other).Count, ((WholeSumCell)other).Sum);

        public override void Write(WindowWriter writer)
        {
            writer.Number(Count);
            if (Count > 0) writer.Int128(Sum);
        }

        public override void Read(ref WindowReader reader)
        {
            Count = reader.Number();
            Sum = Count > 0 ? reader.Int128() : 0;
        }

        protected abstract Int128 UnitsOf(in FeatureValue value);

        protected virtual Int128 Plus(Int128 sum, Int128 units) => sum + units;

        private void Add(long count, Int128 units) => (Count, Sum) = (Count + count, Plus(Sum, units));
    }

    private sealed class IntegerSumCell : WholeSumCell
    {
        public override FeatureValue Result(Aggregation aggregation)
        {
            if (Count == 0) return default;
            return aggregation.Kind == AggregationKind.Mean ? (FeatureValue)((double)Sum / Count) : AggregateValues.Int64Of(Sum);
        }

        protected override Int128 UnitsOf(in FeatureValue value) => value.Bits;
    }

    private sealed class DecimalSumCell : WholeSumCell
    {
        public override FeatureValue Result(Aggregation aggregation)
        {
            if (Count == 0) return default;
            return aggregation.Kind == AggregationKind.Mean ? (FeatureValue)(AggregateValues.DoubleOf(Sum) / Count) : AggregateValues.DecimalOf(Sum);
        }

        protected override Int128 UnitsOf(in FeatureValue value) => AggregateValues.UnitsOf((decimal)value.Object!);

        protected override Int128 Plus(Int128 sum, Int128 units) => AggregateValues.AddUnits(sum, units);
    }

    private sealed class NumberSumCell : WindowCell
    {
        private readonly ExactSum _sum = new(squares: false);
        private long _count;

        public override void Add(long time, in FeatureValue value)
        {
            _count++;
            _sum.Add(value.ToDouble());
        }

        public override void Merge(WindowCell other)
        {
            var from = (NumberSumCell)other;
            _count += from._count;
            _sum.Add(from._sum);
        }

        public override FeatureValue Result(Aggregation aggregation)
        {
            if (_count == 0) return default;
            return aggregation.Kind == AggregationKind.Mean ? _sum.Mean(_count) : _sum.Round();
        }

        public override void Write(WindowWriter writer)
        {
            writer.Number(_count);
            if (_count > 0) _sum.Write(writer);
        }

        public override void Read(ref WindowReader reader)
        {
            _count = reader.Number();
            _sum.Clear();
            if (_count > 0) _sum.Read(ref reader);
        }
    }

    private sealed class MomentsCell : WindowCell
    {
        private readonly ExactSum _sum = new(squares: false);
        private readonly ExactSum _squares = new(squares: true);
        private long _count;

        public override void Add(long time, in FeatureValue value)
        {
            var number = AggregateValues.NumberOf(value);
            _count++;
            _sum.Add(number);
            _squares.Add(number);
        }

        public override void Merge(WindowCell other)
        {
            var from = (MomentsCell)other;
            _count += from._count;
            _sum.Add(from._sum);
            _squares.Add(from._squares);
        }

        public override FeatureValue Result(Aggregation aggregation) => _count == 0 ? default(FeatureValue) : _squares.Variance(_sum, _count);

        public override void Write(WindowWriter writer)
        {
            writer.Number(_count);
            if (_count == 0) return;
            _sum.Write(writer);
            _squares.Write(writer);
        }

        public override void Read(ref WindowReader reader)
        {
            _count = reader.Number();
            _sum.Clear();
            _squares.Clear();
            if (_count == 0) return;
            _sum.Read(ref reader);
            _squares.Read(ref reader);
        }
    }

    /// <summary>The largest values, or the smallest one, the outermost first.</summary>
    private sealed class LargestCell(ColumnType type, int k, bool smallest) : WindowCell
    {
        private readonly List<FeatureValue> _values = [];

        public override void Add(long time, in FeatureValue value) => Add(AggregateValues.Canonical(value));

        public override void Merge(WindowCell other)
        {
            foreach (var value in ((LargestCell)other)._values) Add(value);
        }

        public override FeatureValue Result(Aggregation aggregation)
        {
            var place = aggregation.Kind == AggregationKind.TopK ? aggregation.K - 1 : 0;
            return place < _values.Count ? _values[place] : default;
        }

        public override void Write(WindowWriter writer)
        {
            writer.Number(_values.Count);
            foreach (var value in _values) writer.Value(value);
        }

        public override void Read(ref WindowReader reader)
        {
            _values.Clear();
            for (var rest = reader.Length(1); rest > 0; rest--) _values.Add(reader.Value(type));
        }

        private void Add(in FeatureValue value)
        {
            var at = _values.Count;
            for (; at > 0; at--)
            {
                var order = AggregateValues.Compare(value, _values[at - 1]);
                if (smallest ? order >= 0 : order <= 0) break;
            }

            if (at == k) return;
            if (_values.Count == k) _values.RemoveAt(k - 1);
            _values.Insert(at, value);
        }
    }

    /// <summary>The latest values, or the earliest one; of several at one time the one that was added first stands first.</summary>
    private sealed class LatestCell(ColumnType type, int k, bool earliest) : WindowCell
    {
        private readonly List<(long Time, FeatureValue Value)> _values = [];

        public override void Add(long time, in FeatureValue value)
        {
            var at = _values.Count;
            while (at > 0 && (earliest ? time < _values[at - 1].Time : time > _values[at - 1].Time)) at--;
            if (at == k) return;
            if (_values.Count == k) _values.RemoveAt(k - 1);
            _values.Insert(at, (time, value));
        }

        public override void Merge(WindowCell other)
        {
            foreach (var (time, value) in ((LatestCell)other)._values) Add(time, value);
        }

        public override FeatureValue Result(Aggregation aggregation)
        {
            var place = aggregation.Kind == AggregationKind.LastK ? aggregation.K - 1 : 0;
            return place < _values.Count ? _values[place].Value : default;
        }

        public override void Write(WindowWriter writer)
        {
            writer.Number(_values.Count);
            foreach (var (time, value) in _values)
            {
                writer.Fixed64(time);
                writer.Value(value);
            }
        }

        public override void Read(ref WindowReader reader)
        {
            _values.Clear();
            for (var rest = reader.Length(9); rest > 0; rest--) _values.Add((reader.Fixed64(), reader.Value(type)));
        }
    }

    private sealed class ValuesCell(ColumnType type) : WindowCell
    {
        private readonly HashSet<FeatureValue> _values = [];

        public override void Add(long time, in FeatureValue value) => _values.Add(AggregateValues.Canonical(value));

        public override void Merge(WindowCell other) => _values.UnionWith(((ValuesCell)other)._values);

        public override FeatureValue Result(Aggregation aggregation) => _values.Count > 0 ? (long)_values.Count : default(FeatureValue);

        public override void Write(WindowWriter writer)
        {
            writer.Number(_values.Count);
            foreach (var value in _values) writer.Value(value);
        }

        public override void Read(ref WindowReader reader)
        {
            _values.Clear();
            for (var rest = reader.Length(1); rest > 0; rest--) _values.Add(reader.Value(type));
        }
    }

    private sealed class RegistersCell : WindowCell
    {
        private readonly SortedDictionary<int, byte> _ranks = [];

        public override void Add(long time, in FeatureValue value) => Raise(AggregateValues.RegisterOf(AggregateValues.HashOf(value)));

        public override void Merge(WindowCell other)
        {
            foreach (var (register, rank) in ((RegistersCell)other)._ranks) Raise((register << 6) | rank);
        }

        public override FeatureValue Result(Aggregation aggregation)
        {
            if (_ranks.Count == 0) return default;
            Span<int> with = stackalloc int[HyperLogLog.MaxRank + 1];
            with.Clear();
            with[0] = HyperLogLog.Registers - _ranks.Count;
            foreach (var rank in _ranks.Values) with[rank]++;
            return AggregateValues.DistinctOf(with);
        }

        public override void Write(WindowWriter writer)
        {
            writer.Number(_ranks.Count);
            var before = 0;
            foreach (var (register, rank) in _ranks)
            {
                writer.Number(register - before);
                writer.Byte(rank);
                before = register;
            }
        }

        public override void Read(ref WindowReader reader)
        {
            _ranks.Clear();
            var register = 0L;
            for (var rest = reader.Length(2); rest > 0; rest--)
            {
                register += reader.Number();
                var rank = reader.Byte();
                if (register is < 0 or >= HyperLogLog.Registers || rank is 0 or > HyperLogLog.MaxRank) throw WindowReader.Damaged();
                _ranks[(int)register] = rank;
            }
        }

        private void Raise(int place)
        {
            var (register, rank) = (place >> 6, (byte)(place & 63));
            if (!_ranks.TryGetValue(register, out var there) || there < rank) _ranks[register] = rank;
        }
    }

    private sealed class QuantilesCell : WindowCell
    {
        private readonly Dictionary<long, long> _counts = [];

        public override void Add(long time, in FeatureValue value) => Add(AggregateValues.QuantileKeyOf(AggregateValues.NumberOf(value)), 1);

        public override void Merge(WindowCell other)
        {
            foreach (var (key, count) in ((QuantilesCell)other)._counts) Add(key, count);
        }

        public override FeatureValue Result(Aggregation aggregation)
        {
            if (_counts.Count == 0) return default;
            var sorted = _counts.OrderBy(c => c.Key).ToArray();
            return AggregateValues.Quantile(aggregation.Quantile, sorted.Sum(c => c.Value), KeyAt);

            long KeyAt(long rank)
            {
                foreach (var (key, count) in sorted)
                {
                    if (rank < count) return key;
                    rank -= count;
                }

                return sorted[^1].Key;
            }
        }

        public override void Write(WindowWriter writer)
        {
            writer.Number(_counts.Count);
            var before = 0L;
            foreach (var (key, count) in _counts.OrderBy(c => c.Key))
            {
                // What was rounded away is zero, save in the keys of infinities and NaN and of negative numbers, in which it is one.
                writer.Signed(unchecked((key >> AggregateValues.QuantileShift) - before));
                writer.Byte((byte)(key & 1));
                writer.Number(count);
                before = key >> AggregateValues.QuantileShift;
            }
        }

        public override void Read(ref WindowReader reader)
        {
            _counts.Clear();
            var high = 0L;
            for (var rest = reader.Length(3); rest > 0; rest--)
            {
                high = unchecked(high + reader.Signed());
                var low = reader.Byte() == 0 ? 0 : (1L << AggregateValues.QuantileShift) - 1;
                Add((high << AggregateValues.QuantileShift) | low, reader.Number());
            }
        }

        private void Add(long key, long count) => System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _) += count;
    }
}

/// <summary>What is kept: of which column (-1 for events), of which type, for which kind of aggregation, and how many.</summary>
internal readonly record struct WindowCellKind(CellKind Kind, int Column, ColumnType Type, int K);

/// <summary>What aggregations are made of.</summary>
internal enum CellKind : byte
{
    Count,
    Sum,
    Moments,
    Smallest,
    Largest,
    Earliest,
    Latest,
    Values,
    Registers,
    Quantiles,
}
