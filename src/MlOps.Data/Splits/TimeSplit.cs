using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Divides rows by time: what is learned from lies before what is chosen with, and that before the holdout. Rows of one instant stay together.</summary>
/// <param name="TimeColumn">A column of days, moments or integers that count time.</param>
/// <param name="Fractions">The wanted proportions; null when the boundaries are given. Needs 8 bytes of memory a row.</param>
/// <param name="ValidationFrom">The first instant of the validation part.</param>
/// <param name="HoldoutFrom">The first instant of the holdout; null for none.</param>
internal sealed record TimeSplit(string TimeColumn, SplitFractions? Fractions, DataValue? ValidationFrom, DataValue? HoldoutFrom) : SplitStage
{
    protected override async Task<SplitCheck?> AssignAsync(SplitSource source, byte[] parts, CancellationToken cancellationToken)
    {
        var type = source.Data.Schema[TimeColumn].Type;
        if (type is not (ColumnType.Date or ColumnType.Timestamp or ColumnType.Int64))
            throw new DataException($"Column '{TimeColumn}' is {type}; a split by time wants days, moments or integers. Cast it.") { Column = TimeColumn, DataSource = source.Data.Name };
        var (validation, holdout) = Fractions is null
            ? (Boundary(ValidationFrom, type), Boundary(HoldoutFrom, type))
            : Boundaries(await TimesAsync(source, parts.Length, cancellationToken).ConfigureAwait(false), Fractions);
        string[] columns = [TimeColumn];
        var check = new SplitCheck(columns, batch => PartOf(batch, validation, holdout));
        var start = 0;
        await foreach (var batch in source.ReadAsync(columns, cancellationToken).ConfigureAwait(false))
        {
            RequirePresent(source, batch, start);
            var part = check.PartOf(batch);
            for (var row = 0; row < batch.Length; row++) parts[start + row] = part(row);
            start += batch.Length;
        }

        return check;
    }

    private long? Boundary(DataValue? value, ColumnType type)
    {
        value?.RequireFor(TimeColumn, type);
        return value?.Integer(type);
    }

    private static Func<int, byte> PartOf(RecordBatch batch, long? validation, long? holdout)
    {
        var times = Columns.Integers(batch.Column(0)).ToArray();
        return row => (byte)(times[row] < (validation ?? long.MaxValue) ? 0 : holdout is null || times[row] < holdout ? 1 : 2);
    }

    private async Task<long[]> TimesAsync(SplitSource source, int count, CancellationToken cancellationToken)
    {
        var times = new long[count];
        var start = 0;
        await foreach (var batch in source.ReadAsync([TimeColumn], cancellationToken).ConfigureAwait(false))
        {
            RequirePresent(source, batch, start);
            Columns.Integers(batch.Column(0)).CopyTo(times.AsSpan(start));
            start += batch.Length;
        }

        System.Array.Sort(times);
        return times;
    }

    private void RequirePresent(SplitSource source, RecordBatch batch, int start)
    {
        if (Columns.Present(batch.Column(0)) is not { } present) return;
        for (var row = 0; row < batch.Length; row++)
        {
            if (!Columns.IsSet(present, row)) throw source.Missing(TimeColumn, start + row);
        }
    }

    private static (long? Validation, long? Holdout) Boundaries(long[] times, SplitFractions fractions)
    {
        var counts = fractions.Counts(times.Length);
        var validation = Cut(times, counts[0], 0);
        var holdout = validation is null || counts[2] == 0 ? null : Cut(times, counts[0] + counts[1], LowerBound(times, validation.Value));
        return (validation, holdout);
    }

    /// <summary>Gives the instant from which the next part starts: the start or the end of the instant that the cut would divide, whichever is nearer and leaves rows before it.</summary>
    private static long? Cut(long[] times, long at, int start)
    {
        if (at >= times.Length) return null;
        var instant = times[Math.Max(at, start)];
        var (first, next) = (LowerBound(times, instant), instant == long.MaxValue ? times.Length : LowerBound(times, instant + 1));
        if (next == times.Length) return instant;
        return first > start && at - first <= next - at ? instant : times[next];
    }

    private static int LowerBound(long[] times, long instant)
    {
        var (low, high) = (0, times.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (times[middle] < instant) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
