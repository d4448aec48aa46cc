using System.Numerics;

namespace MlOps.DataValidation;

/// <summary>Rows that follow each other.</summary>
internal readonly record struct RowRun(int Start, int Length);

/// <summary>Turns sets of rows into runs, so that rows are copied by the stretch.</summary>
internal static class RowRuns
{
    /// <summary>Adds the runs of a set.</summary>
    /// <param name="set">The rows of a block.</param>
    /// <param name="offset">Where the block starts.</param>
    /// <param name="rows">How many rows the block has.</param>
    /// <param name="wanted">Whether runs of rows in the set are wanted, or of those that are not in it.</param>
    /// <param name="runs">Where they are added.</param>
    public static void Add(ReadOnlySpan<ulong> set, int offset, int rows, bool wanted, List<RowRun> runs)
    {
        for (var row = 0; row < rows;)
        {
            var start = Next(set, row, rows, wanted);
            if (start >= rows) return;
            var end = Next(set, start, rows, !wanted);
            Append(runs, offset + start, end - start);
            row = end;
        }
    }

    private static int Next(ReadOnlySpan<ulong> set, int row, int rows, bool value)
    {
        for (var word = row >> 6; word < set.Length; word++)
        {
            var bits = value ? set[word] : ~set[word];
            if (word == row >> 6) bits &= ulong.MaxValue << (row & 63);
            if (bits != 0) return Math.Min(rows, (word << 6) + BitOperations.TrailingZeroCount(bits));
        }

        return rows;
    }

    private static void Append(List<RowRun> runs, int start, int length)
    {
        if (runs.Count > 0 && runs[^1] is var last && last.Start + last.Length == start) runs[^1] = last with { Length = last.Length + length };
        else runs.Add(new(start, length));
    }
}
