using System.Runtime.InteropServices;

namespace MlOps.DataValidation;

/// <summary>The values of a column for quantiles: all of them up to a limit, from there on their counts in bins that are at most 2^-12 of the value wide.</summary>
internal sealed class ValueStore(BoundColumn column, int limit) : Accumulator
{
    private const int Dropped = 52 - 12;
    private const int MostSelections = 16; // of values by their rank, before it is quicker to sort all
    private readonly List<double> _values = [];
    private readonly SortedDictionary<long, long> _bins = [];
    private bool _sorted;
    private int _selections;

    public int Column => column.Index;

    public long Count { get; private set; }

    public bool IsExact => _bins.Count == 0;

    /// <summary>The values of the column of an expectation that wants numbers.</summary>
    /// <exception cref="CheckException">The column is missing, or holds something else.</exception>
    public static ValueStore Of(CheckPlan plan, ColumnExpectation expectation, string wanted)
    {
        var column = plan.Column(expectation.Column);
        if (!column.Kind.IsNumeric() && column.Kind != CellKind.Nothing) throw column.Unfit(wanted);
        return plan.Share($"{column.Index}", expectation, () => new ValueStore(column, plan.Options.MaxExactValues));
    }

    /// <summary>Gets the values in their order, when they are all there.</summary>
    public ReadOnlySpan<double> Sorted()
    {
        if (!_sorted) _values.Sort();
        _sorted = true;
        return CollectionsMarshal.AsSpan(_values);
    }

    /// <summary>Gives the value at a rank from 0; NaN without values.</summary>
    public double At(long rank)
    {
        if (Count == 0) return double.NaN;
        if (IsExact) return _sorted || ++_selections > MostSelections ? Sorted()[(int)rank] : Selection.At(CollectionsMarshal.AsSpan(_values), rank);
        foreach (var (bin, count) in _bins)
        {
            if (rank < count) return Middle(bin);
            rank -= count;
        }

        return Middle(_bins.Keys.Last());
    }

    /// <summary>Gives the observed value that is nearest to a share of the way from the least to the most.</summary>
    public double Quantile(double share) => At((long)Math.Round(share * (Count - 1), MidpointRounding.ToEven));

    /// <summary>Gives the middle value, or half way between the two in the middle.</summary>
    public double Median() => Count % 2 == 1 ? At(Count / 2) : (At((Count / 2) - 1) + At(Count / 2)) / 2;

    /// <summary>Counts values by a condition.</summary>
    public long CountOf(Func<double, bool> condition)
    {
        if (!IsExact) return _bins.Where(b => condition(Middle(b.Key))).Sum(b => b.Value);
        long count = 0;
        foreach (var value in _values) count += condition(value) ? 1 : 0;
        return count;
    }

    protected override void Add(Block block, ReadOnlySpan<ulong> judged)
    {
        var source = block.Columns[column.Index];
        _sorted = false;
        var next = _values.Count;
        CollectionsMarshal.SetCount(_values, next + Bits.Count(judged));
        var values = CollectionsMarshal.AsSpan(_values);
        switch (column.Kind)
        {
            case CellKind.Number:
                var numbers = source.Numbers;
                foreach (var row in new RowsOf(judged)) values[next++] = numbers[row];
                break;
            case CellKind.Decimal:
                var decimals = source.Decimals;
                foreach (var row in new RowsOf(judged)) values[next++] = (double)decimals[row];
                break;
            default:
                var integers = source.Integers;
                foreach (var row in new RowsOf(judged)) values[next++] = integers[row];
                break;
        }

        Count += Bits.Count(judged);
        if (IsExact && next <= limit) return;
        foreach (var value in values) Bin(value);
        _values.Clear();
        if (_values.Capacity > Block.MaxRows) _values.TrimExcess();
    }

    private void Bin(double value)
    {
        var bin = Ordered(value) >> Dropped;
        _bins[bin] = _bins.GetValueOrDefault(bin) + 1;
    }

    // Bits of a double in the order of the numbers.
    private static long Ordered(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        return bits < 0 ? long.MinValue - bits - 1 : bits;
    }

    private static double Middle(long bin)
    {
        var ordered = (bin << Dropped) + (1L << (Dropped - 1));
        return BitConverter.Int64BitsToDouble(ordered < 0 ? long.MinValue - ordered - 1 : ordered);
    }
}
