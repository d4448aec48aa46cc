using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MlOps.Statistics;

/// <summary>In which order values come, row by row. Parts are put together in the order of their rows.</summary>
/// <remarks>Kept are the first and the last value and whether any value is followed by a larger, an equal and a smaller one; with both larger and smaller nothing more has to be known.</remarks>
internal readonly record struct RowOrder(bool Any, long First, long Last, bool Rises, bool Stays, bool Falls)
{
    public bool IsSettled => Rises && Falls;

    public ValueOrder Order => this switch
    {
        { Any: false } and { IsSettled: false } => ValueOrder.Unknown,
        { IsSettled: true } => ValueOrder.Unordered,
        { Rises: true } => Stays ? ValueOrder.Ascending : ValueOrder.StrictlyAscending,
        { Falls: true } => Stays ? ValueOrder.Descending : ValueOrder.StrictlyDescending,
        _ => ValueOrder.Constant,
    };

    /// <summary>What both sides of a seam say, given how the last value before it compares with the first after it.</summary>
    public static RowOrder Joined(RowOrder a, RowOrder b, int comparison) =>
        new RowOrder(true, a.First, b.Last, a.Rises | b.Rises | (comparison < 0), a.Stays | b.Stays | (comparison == 0), a.Falls | b.Falls | (comparison > 0)).Settled();

    public static RowOrder operator +(RowOrder a, RowOrder b)
    {
        if (a.IsSettled || b.IsSettled) return None;
        if (!a.Any) return b;
        return b.Any ? Joined(a, b, a.Last.CompareTo(b.First)) : a;
    }

    /// <summary>The order of numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RowOrder Of(ReadOnlySpan<long> keys)
    {
        if (keys.Length == 0) return default;
        var (rises, stays, falls) = (Vector512<long>.Zero, Vector512<long>.Zero, Vector512<long>.Zero);
        var i = 0;
        for (; i + 8 < keys.Length; i += 8)
        {
            var here = Vector512.Create(keys.Slice(i, 8));
            var next = Vector512.Create(keys.Slice(i + 1, 8));
            rises |= Vector512.LessThan(here, next);
            stays |= Vector512.Equals(here, next);
            falls |= Vector512.GreaterThan(here, next);
        }

        var (up, same, down) = (rises != Vector512<long>.Zero, stays != Vector512<long>.Zero, falls != Vector512<long>.Zero);
        for (; i + 1 < keys.Length; i++)
        {
            up |= keys[i] < keys[i + 1];
            same |= keys[i] == keys[i + 1];
            down |= keys[i] > keys[i + 1];
        }

        return new RowOrder(true, keys[0], keys[^1], up, same, down).Settled();
    }

    public static RowOrder None => new(false, 0, 0, true, true, true);

    private RowOrder Settled() => IsSettled ? None : this;
}
