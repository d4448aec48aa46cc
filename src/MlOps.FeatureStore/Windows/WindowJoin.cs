using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Computes the features of windowed views for rows as of each row's own time, over local data.</summary>
/// <remarks>
/// Events and rows are laid side by side by entity and time, and each window moves along both once: the cost is that of sorting and of as many steps as there are events and rows for each feature. The rows, and of the
/// events the keys, times and columns that are asked for of entities that are asked for, are held in memory.
/// </remarks>
internal sealed class WindowJoin(IEventReader events, IDatasetStore datasets) : IPointInTimeEngine
{
    public bool CanJoin(FeatureView view, EntityRows rows) => view.IsWindowed && rows is not EntityRows.InWarehouse;

    public async IAsyncEnumerable<RecordBatch> JoinAsync(PointInTimeJoin join, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = await HeldRows.ReadAsync(join, datasets, cancellationToken).ConfigureAwait(false);
        var results = new List<WindowResults>();
        for (var v = 0; v < join.Views.Count; v++) results.AddRange(await ComputeAsync(join, v, rows, cancellationToken).ConfigureAwait(false));
        var features = join.Views.SelectMany(v => v.Features.Select((f, i) => new Field($"f{v.FirstSlot + i}", DatasetSchema.ToArrow(f.Type), nullable: true)));
        var schema = new Schema([.. rows.Schema.FieldsList, .. features], metadata: null);
        var first = 0;
        foreach (var batch in rows.Batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var at = first;
            yield return new(schema, [.. batch.Arrays, .. results.Select(r => r.ToArrow(at, batch.Length))], batch.Length);
            first += batch.Length;
        }
    }

    private async Task<WindowResults[]> ComputeAsync(PointInTimeJoin join, int place, HeldRows rows, CancellationToken cancellationToken)
    {
        var selected = join.Views[place];
        var view = selected.View;
        var found = await WindowEvents.ReadAsync(events, view, selected.Features, rows.Keys[place], addKeys: false, span: null, cancellationToken).ConfigureAwait(false);
        var sweep = new WindowSweep(view, selected.Features, found, rows.Count, join.CreatedBeforeRow);
        sweep.Run(rows.Ids[place], rows.Times, cancellationToken);
        if (view.CreatedTime is not null) join.Leakage.Add(view.Name, sweep.Matched, sweep.CreatedLater);
        return sweep.Results;
    }

    /// <summary>The rows of a join, with the numbers of their entities.</summary>
    private sealed class HeldRows
    {
        private HeldRows(Schema schema, List<RecordBatch> batches, long?[] times, KeyIndex[] keys, int[][] ids) => (Schema, Batches, Times, Keys, Ids) = (schema, batches, times, keys, ids);

        public Schema Schema { get; }

        public List<RecordBatch> Batches { get; }

        public long?[] Times { get; }

        public KeyIndex[] Keys { get; }

        public int[][] Ids { get; }

        public int Count => Times.Length;

        public static async Task<HeldRows> ReadAsync(PointInTimeJoin join, IDatasetStore datasets, CancellationToken cancellationToken)
        {
            var (batches, times) = (new List<RecordBatch>(), new List<long?>());
            var keys = join.Views.Select(v => new KeyIndex(v.View.Keys)).ToArray();
            var ids = join.Views.Select(_ => new List<int>()).ToArray();
            Schema? schema = null;
            var (scratch, numbers) = (System.Array.Empty<long>(), System.Array.Empty<int>());
            var source = join.Rows switch
            {
                EntityRows.InDataset { Dataset: var dataset } => datasets.ReadAsync(dataset, null, cancellationToken),
                EntityRows.InBatches { Batches: var given } => given,
                _ => throw new ArgumentException("Rows of a warehouse are joined there.", nameof(join)),
            };
            await foreach (var given in source.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                schema ??= given.Schema;
                var batch = given.Clone();
                batches.Add(batch);
                AddTimes(batch, join.TimeColumn, times, ref scratch);
                if (numbers.Length < batch.Length) numbers = new int[batch.Length];
                for (var v = 0; v < keys.Length; v++)
                {
                    var columns = join.Views[v].KeyColumns.Select(name => ColumnOf(batch, name, $"the join keys of view '{join.Views[v].View.Name}'")).ToArray();
                    keys[v].Resolve(columns, numbers.AsSpan(0, batch.Length), add: true);
                    ids[v].AddRange(numbers.AsSpan(0, batch.Length));
                }
            }

            return new(schema ?? throw new DataException("The entity rows gave no batch. Give at least one, which may be empty."), batches, [.. times], keys, [.. ids.Select(i => i.ToArray())]);
        }

        private static void AddTimes(RecordBatch batch, string name, List<long?> times, ref long[] scratch)
        {
            var column = ColumnOf(batch, name, "their time");
            if (column is Date32Array days) column = ArrowCasts.ToMidnights(days);
            if (column is not TimestampArray) throw new DataException($"Column '{name}' of the entity rows, their time, is of type {column.Data.DataType.Name}; a timestamp or a date was expected. Convert it.") { Column = name };
            var micros = ArrowValues.Bits(column, ref scratch);
            for (var row = 0; row < batch.Length; row++) times.Add(column.IsNull(row) ? null : micros[row]);
        }

        private static IArrowArray ColumnOf(RecordBatch batch, string name, string use)
        {
            var place = batch.Schema.GetFieldIndex(name);
            return place >= 0 ? batch.Column(place) : throw new DataException($"The entity rows have no column '{name}' for {use}. They have: {string.Join(", ", batch.Schema.FieldsList.Select(f => f.Name))}.") { Column = name };
        }
    }
}
