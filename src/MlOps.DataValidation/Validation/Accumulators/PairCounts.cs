using System.Runtime.InteropServices;

namespace MlOps.DataValidation;

/// <summary>How often each pair of values of two columns comes; a missing value is one of its own.</summary>
internal sealed class PairCounts(BoundColumn first, BoundColumn second, int limit) : Accumulator
{
    private readonly Dictionary<(Scalar First, Scalar Second), long> _pairs = [];

    /// <summary>Gets the pairs in the order in which they came.</summary>
    public IReadOnlyDictionary<(Scalar First, Scalar Second), long> Pairs => _pairs;

    public long Total { get; private set; }

    protected override void Add(Block block, ReadOnlySpan<ulong> judged)
    {
        var (a, b) = (block.Columns[first.Index], block.Columns[second.Index]);
        foreach (var row in new RowsOf(judged)) CollectionsMarshal.GetValueRefOrAddDefault(_pairs, (a.At(row), b.At(row)), out _)++;
        Total += Bits.Count(judged);
        if (_pairs.Count > limit) throw new CheckException($"columns '{first.Name}' and '{second.Name}' have more than {limit} different pairs. Bin them before.");
    }
}
