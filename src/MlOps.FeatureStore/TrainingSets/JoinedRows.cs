using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Puts the results of several engines side by side, row by row.</summary>
internal static class JoinedRows
{
    /// <summary>Joins the views of each engine, all engines at once.</summary>
    /// <param name="parts">What each engine joins; at least one.</param>
    /// <param name="slotCount">The number of slots.</param>
    /// <param name="rowCount">The number of rows, where it is known.</param>
    /// <param name="cancellationToken">Stops the join.</param>
    /// <returns>The columns of the rows, and the features by slot.</returns>
    /// <exception cref="DataException">An engine gave more or fewer rows than there are.</exception>
    public static async IAsyncEnumerable<JoinedBatch> ReadAsync(
        IReadOnlyList<(IPointInTimeEngine Engine, PointInTimeJoin Join)> parts, int slotCount, long? rowCount, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursors = parts.Skip(1).Select(p => new BatchCursor(p.Engine.JoinAsync(p.Join, cancellationToken).GetAsyncEnumerator(cancellationToken))).ToList();
        try
        {
            var rows = 0L;
            await foreach (var batch in parts[0].Engine.JoinAsync(parts[0].Join, cancellationToken).ConfigureAwait(false))
            {
                rows += batch.Length;
                var slots = new IArrowArray?[slotCount];
                var width = batch.ColumnCount - Fill(slots, batch, parts[0].Join.Views);
                for (var i = 0; i < cursors.Count; i++)
                {
                    var pieces = new List<RecordBatch>();
                    await cursors[i].TakeAsync(batch.Length, pieces).ConfigureAwait(false);
                    if (pieces.Count > 0) Fill(slots, Join(pieces), parts[i + 1].Join.Views);
                }

                yield return new(new(new Schema(batch.Schema.FieldsList.Take(width), null), batch.Arrays.Take(width), batch.Length), slots);
            }

            if (rowCount is { } expected && rows != expected) throw Uneven(parts[0].Engine, rows, expected);
            foreach (var (cursor, part) in cursors.Zip(parts.Skip(1)))
            {
                if (await cursor.HasMoreAsync().ConfigureAwait(false)) throw Uneven(part.Engine, null, rows);
            }
        }
        finally
        {
            foreach (var cursor in cursors) await cursor.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static int Fill(IArrowArray?[] slots, RecordBatch batch, IReadOnlyList<SelectedView> views)
    {
        int[] filled = [.. views.SelectMany(v => Enumerable.Range(v.FirstSlot, v.Features.Count))];
        for (var i = 0; i < filled.Length; i++) slots[filled[i]] = batch.Column(batch.ColumnCount - filled.Length + i);
        return filled.Length;
    }

    private static RecordBatch Join(List<RecordBatch> pieces) => pieces.Count == 1
        ? pieces[0]
        : new(pieces[0].Schema, Enumerable.Range(0, pieces[0].ColumnCount).Select(c => ArrowArrayConcatenator.Concatenate([.. pieces.Select(p => p.Column(c))], ArrowMemory.Managed)), pieces.Sum(p => p.Length));

    private static DataException Uneven(IPointInTimeEngine engine, long? found, long expected) =>
        new($"{engine.GetType().Name} gave {(found is { } rows ? rows.ToString(System.Globalization.CultureInfo.InvariantCulture) : "more")} rows for {expected} entity rows. The training set was not made.");
}

/// <summary>Rows with their features.</summary>
/// <param name="Rows">The columns of the entity rows.</param>
/// <param name="Slots">The values by slot; null where nothing is yet.</param>
internal sealed record JoinedBatch(RecordBatch Rows, IArrowArray?[] Slots);
