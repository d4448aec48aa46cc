using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.DataValidation;

/// <summary>Values that lie between two others, both included.</summary>
internal sealed class IntegerRange(int column, long least, long most) : IntegerRule(column)
{
    public override bool Passes(long value) => value >= least && value <= most;

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        var values = block.Columns[Column].Integers;
        var (low, high) = (Vector512.Create(least), Vector512.Create(most));
        ref var first = ref MemoryMarshal.GetReference(values);
        var word = 0;
        for (; (word + 1) << 6 <= values.Length; word++)
        {
            ulong outside = 0;
            for (var lane = 0; lane < 64; lane += 8)
            {
                var vector = Vector512.LoadUnsafe(ref first, (nuint)((word << 6) + lane));
                outside |= (Vector512.LessThan(vector, low) | Vector512.GreaterThan(vector, high)).ExtractMostSignificantBits() << lane;
            }

            failed[word] = outside;
        }

        if (word < failed.Length) failed[word] = 0;
        for (var row = word << 6; row < values.Length; row++)
        {
            if (!Passes(values[row])) Bits.Set(failed, row);
        }
    }
}

/// <summary>Fractions that lie between two others, both included; NaN lies nowhere.</summary>
internal sealed class NumberRange(int column, double least, double most) : NumberRule(column)
{
    public override bool Passes(double value) => value >= least && value <= most;

    public override void Judge(Block block, ReadOnlySpan<ulong> judged, Span<ulong> failed)
    {
        var values = block.Columns[Column].Numbers;
        var (low, high) = (Vector512.Create(least), Vector512.Create(most));
        ref var first = ref MemoryMarshal.GetReference(values);
        var word = 0;
        for (; (word + 1) << 6 <= values.Length; word++)
        {
            ulong inside = 0;
            for (var lane = 0; lane < 64; lane += 8)
            {
                var vector = Vector512.LoadUnsafe(ref first, (nuint)((word << 6) + lane));
                inside |= (Vector512.GreaterThanOrEqual(vector, low) & Vector512.LessThanOrEqual(vector, high)).ExtractMostSignificantBits() << lane;
            }

            failed[word] = ~inside;
        }

        if (word < failed.Length) failed[word] = 0;
        for (var row = word << 6; row < values.Length; row++)
        {
            if (!Passes(values[row])) Bits.Set(failed, row);
        }
    }
}

internal sealed class DecimalRange(int column, decimal? least, decimal? most) : DecimalRule(column)
{
    public bool StrictLeast { get; init; }

    public bool StrictMost { get; init; }

    public override bool Passes(decimal value) =>
        (least is not { } low || (StrictLeast ? value > low : value >= low)) && (most is not { } high || (StrictMost ? value < high : value <= high));
}

/// <summary>Texts between two others in the order of their characters (ordinal).</summary>
internal sealed class TextRange(int column, string? least, string? most) : TextRule(column)
{
    public bool StrictLeast { get; init; }

    public bool StrictMost { get; init; }

    public override bool Passes(ReadOnlySpan<char> value)
    {
        if (least is not null && value.SequenceCompareTo(least) is var low && (StrictLeast ? low <= 0 : low < 0)) return false;
        return most is null || (value.SequenceCompareTo(most) is var high && (StrictMost ? high < 0 : high <= 0));
    }
}
