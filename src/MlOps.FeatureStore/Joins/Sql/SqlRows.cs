using System.Globalization;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>Brings entity rows into the table of rows of a session: numbered from 1, with their time in microseconds.</summary>
internal sealed class SqlRows(ISqlSession session, SqlDialect dialect, IDatasetStore datasets)
{
    /// <summary>Fills the table.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="timeColumn">The column with their time.</param>
    /// <param name="views">The views that are joined to them.</param>
    /// <param name="cancellationToken">Stops the filling.</param>
    /// <returns>The columns of the rows.</returns>
    /// <exception cref="DataException">A column lacks or has another type, two columns have one name, or a row has no time.</exception>
    public async Task<DatasetSchema> FillAsync(EntityRows rows, string timeColumn, IReadOnlyList<SelectedView> views, CancellationToken cancellationToken)
    {
        var schema = rows switch
        {
            EntityRows.InWarehouse { Text: var text } => await CopyAsync(text, timeColumn, views, cancellationToken).ConfigureAwait(false),
            EntityRows.InBatches { Batches: var batches } => await SendAsync(batches, timeColumn, views, cancellationToken).ConfigureAwait(false),
            EntityRows.InDataset { Dataset: var dataset } => await SendAsync(datasets.ReadAsync(dataset, null, cancellationToken), timeColumn, views, cancellationToken).ConfigureAwait(false),
            _ => throw new ArgumentException($"Rows of the kind {rows.GetType().Name} are not known.", nameof(rows)),
        };
        if (dialect.Plan == PointInTimePlan.Lateral)
        {
            await session.ExecuteAsync($"CREATE UNIQUE INDEX ON {SqlJoinText.Rows} (n)", cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync($"ANALYZE {SqlJoinText.Rows}", cancellationToken).ConfigureAwait(false);
        }

        return schema;
    }

    private async Task CheckTimesAsync(string timeColumn, CancellationToken cancellationToken)
    {
        await foreach (var batch in session.QueryAsync($"SELECT min(n) AS n FROM {SqlJoinText.Rows} WHERE m IS NULL", null, cancellationToken).ConfigureAwait(false))
        {
            if (batch.Column(0) is Int64Array { Length: 1 } first && first.GetValue(0) is { } row)
                throw new DataException($"Row {row} of the entity rows has no time in column '{timeColumn}'. Leave the row out, or give it a time.") { Row = row, Column = timeColumn };
        }
    }

    // Nothing leaves the server: a query is evaluated once, and its rows are numbered in the order in which it gives them.
    private async Task<DatasetSchema> CopyAsync(string text, string timeColumn, IReadOnlyList<SelectedView> views, CancellationToken cancellationToken)
    {
        var relation = await session.DescribeAsync(text, cancellationToken).ConfigureAwait(false);
        var schema = new DatasetSchema(relation.Columns.Select(c => new Column(c.Name, relation.GetColumn(c.Name).Type!.Value)));
        EntityTimes.Check(schema, timeColumn, views);
        var number = relation.RowOrder.Count == 0 ? "row_number() OVER ()" : $"row_number() OVER (ORDER BY {string.Join(", ", relation.RowOrder.Select(o => "q." + o))})";
        var types = schema.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"r{i} {(c.Type == ColumnType.Decimal ? relation.Columns[i].NativeType : dialect.TypeOf(c.Type))}")); // ours would round decimals
        var names = string.Join(", ", Enumerable.Range(0, schema.Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"r{i}")));
        var values = string.Join(", ", schema.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"{(c.Type == ColumnType.Decimal ? $"q.r{i}" : dialect.Cast($"q.r{i}", c.Type))}")));
        await session.ExecuteAsync($"CREATE TEMPORARY TABLE {SqlJoinText.Rows} (n BIGINT, m BIGINT, {string.Join(", ", types)})", cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync($"""
            INSERT INTO {SqlJoinText.Rows}
            SELECT {number}, {dialect.Micros($"q.r{schema.IndexOf(timeColumn).ToString(CultureInfo.InvariantCulture)}")}, {values}
            FROM {relation.From} AS q({names})
            """, cancellationToken).ConfigureAwait(false);
        await CheckTimesAsync(timeColumn, cancellationToken).ConfigureAwait(false);
        return schema;
    }

    private async Task<DatasetSchema> SendAsync(
        IAsyncEnumerable<RecordBatch> batches, string timeColumn, IReadOnlyList<SelectedView> views, CancellationToken cancellationToken)
    {
        var rows = batches.GetAsyncEnumerator(cancellationToken);
        await using var _ = rows.ConfigureAwait(false);
        if (!await rows.MoveNextAsync().ConfigureAwait(false)) throw new DataException("The entity rows have no batch, so their columns are unknown. Yield an empty batch.");
        var schema = DatasetSchema.FromArrow(rows.Current.Schema);
        EntityTimes.Check(schema, timeColumn, views);
        var table = new DatasetSchema([new("n", ColumnType.Int64), new("m", ColumnType.Int64), .. schema.Select((c, i) => new Column(string.Create(CultureInfo.InvariantCulture, $"r{i}"), c.Type))]);
        await session.WriteTemporaryAsync(SqlJoinText.Rows, table, NumberAsync(rows, schema, table, schema.IndexOf(timeColumn), cancellationToken), cancellationToken).ConfigureAwait(false);
        return schema;
    }

    private static async IAsyncEnumerable<RecordBatch> NumberAsync(
        IAsyncEnumerator<RecordBatch> rows, DatasetSchema schema, DatasetSchema table, int time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var arrow = table.ToArrow();
        var count = 0L;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var batch = rows.Current;
            var found = DatasetSchema.FromArrow(batch.Schema);
            if (!schema.Equals(found)) throw new DataException($"After {count} entity rows the columns changed from ({schema}) to ({found}). All batches must have one schema.");
            var numbers = new Int64Array.Builder().Reserve(batch.Length);
            for (var i = 0; i < batch.Length; i++) numbers.Append(++count);
            var times = EntityTimes.Read(batch.Column(time), schema[time].Name, count - batch.Length);
            var micros = new Int64Array(new ArrayData(Apache.Arrow.Types.Int64Type.Default, times.Length, times.NullCount, times.Offset, times.Data.Buffers));
            yield return new(arrow, [numbers.Build(ArrowMemory.Managed), micros, .. batch.Arrays], batch.Length);
        }
        while (await rows.MoveNextAsync().ConfigureAwait(false));
    }
}
