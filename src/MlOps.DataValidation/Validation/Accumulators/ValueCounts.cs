using System.Buffers;
using System.Runtime.InteropServices;

namespace MlOps.DataValidation;

/// <summary>How often each value of a column comes. Exact; stops with an error beyond a number of different values.</summary>
internal sealed class ValueCounts(BoundColumn column, int limit) : Accumulator
{
    private readonly Dictionary<long, long> _integers = [];
    private readonly Dictionary<double, long> _numbers = [];
    private readonly Dictionary<decimal, long> _decimals = [];
    private readonly Dictionary<string, long> _texts = new(StringComparer.Ordinal);

    public long Total { get; private set; }

    public int Distinct => _integers.Count + _numbers.Count + _decimals.Count + _texts.Count;

    /// <summary>Gets the values in their order with their counts.</summary>
    public IReadOnlyList<(Scalar Value, long Count)> Sorted() =>
    [
        .. _integers.OrderBy(p => p.Key).Select(p => (Whole(p.Key), p.Value)),
        .. _numbers.OrderBy(p => p.Key).Select(p => (new Scalar(p.Key), p.Value)),
        .. _decimals.OrderBy(p => p.Key).Select(p => (new Scalar(p.Key), p.Value)),
        .. _texts.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (new Scalar(p.Key), p.Value)),
    ];

    /// <summary>Gives the count of a value of an expectation.</summary>
    public long Count(Scalar value) => column.Kind switch
    {
        CellKind.Nothing => 0,
        CellKind.Number => _numbers.GetValueOrDefault(Literals.Number(value, column)),
        CellKind.Decimal => _decimals.GetValueOrDefault(Literals.Decimal(value, column)),
        CellKind.Text => _texts.GetValueOrDefault(Literals.Text(value, column)),
        _ => Literals.Integer(value, column) is { } integer ? _integers.GetValueOrDefault(integer) : 0,
    };

    protected override void Add(Block block, ReadOnlySpan<ulong> judged)
    {
        var source = block.Columns[column.Index];
        switch (column.Kind)
        {
            case CellKind.Number:
                var numbers = source.Numbers;
                foreach (var row in new RowsOf(judged)) CollectionsMarshal.GetValueRefOrAddDefault(_numbers, numbers[row] + 0.0, out _)++;
                break;
            case CellKind.Decimal:
                var decimals = source.Decimals;
                foreach (var row in new RowsOf(judged)) CollectionsMarshal.GetValueRefOrAddDefault(_decimals, decimals[row], out _)++;
                break;
            case CellKind.Text:
                if (!source.Codes.IsEmpty)
                {
                    AddCodes(source, judged);
                    break;
                }

                var texts = _texts.GetAlternateLookup<ReadOnlySpan<char>>();
                foreach (var row in new RowsOf(judged)) CollectionsMarshal.GetValueRefOrAddDefault(texts, source.Text(row), out _)++;
                break;
            default:
                if (!column.Kind.IsIntegral()) break;
                var integers = source.Integers;
                foreach (var row in new RowsOf(judged)) CollectionsMarshal.GetValueRefOrAddDefault(_integers, integers[row], out _)++;
                break;
        }

        Total += Bits.Count(judged);
        if (Distinct > limit) throw new CheckException($"column '{column.Name}' has more than {limit} different values. Raise MaxDistinct if the memory is there, or take the expectation away.");
    }

    private void AddCodes(BlockColumn source, ReadOnlySpan<ulong> judged)
    {
        var counts = ArrayPool<int>.Shared.Rent(source.Texts.Count);
        Array.Clear(counts, 0, source.Texts.Count);
        var codes = source.Codes;
        foreach (var row in new RowsOf(judged)) counts[codes[row]]++;
        for (var code = 0; code < source.Texts.Count; code++)
        {
            if (counts[code] > 0) CollectionsMarshal.GetValueRefOrAddDefault(_texts, source.Texts[code], out _) += counts[code];
        }

        ArrayPool<int>.Shared.Return(counts);
    }

    private Scalar Whole(long value) => column.Kind switch
    {
        CellKind.Boolean => value != 0,
        CellKind.Date => DateOnly.FromDateTime(Microseconds.ToDateTime(value)),
        CellKind.Moment => Microseconds.ToDateTime(value),
        _ => value,
    };
}
