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
    /// <param name="cancellationToken">Stops the filling.</param>
    /// <returns>The columns of the rows.</returns>
    /// <exception cref="DataException">The rows have no such column, it holds no time, or two columns have one name.</exception>
    public async Task<DatasetSchema> FillAsync(EntityRows rows, string timeColumn, CancellationToken cancellationToken)
    {
        var schema = rows switch
        {
            EntityRows.InWarehouse { Text: var text } => await CopyAsync(text, timeColumn, cancellationToken).ConfigureAwait(false),
            EntityRows.InBatches { Batches: var batches } => await SendAsync(batches, timeColumn, cancellationToken).ConfigureAwait(false),
            EntityRows.InDataset { Dataset: var dataset } => await SendAsync(datasets.ReadAsync(dataset, null, cancellationToken), timeColumn, cancellationToken).ConfigureAwait(false),
            _ => throw new ArgumentException($"Rows of the kind {rows.GetType().Name} are not known.", nameof(rows)),
        };
        await CheckTimesAsync(timeColumn, cancellationToken).ConfigureAwait(false);
        if (dialect.Plan == PointInTimePlan.Lateral)
        {
            await session.ExecuteAsync($"CREATE UNIQUE INDEX ON {SqlJoinText.Rows} (n)", cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync($"ANALYZE {SqlJoinText.Rows}", cancellationToken).ConfigureAwait(false);
        }

        return schema;
    }

    private static void CheckTime(DatasetSchema schema, string timeColumn)
    {
        var type = schema.Contains(timeColumn)
            ? schema[timeColumn].Type
            : throw new DataException($"The entity rows have no column '{timeColumn}', which should hold their time. They have: {string.Join(", ", schema.Select(c => c.Name))}. Name another one as TimeColumn.") { Column = timeColumn };
        if (type is not (ColumnType.Timestamp or ColumnType.Date))
            throw new DataException($"Column '{timeColumn}' of the entity rows, which should hold their time, is of type {type}; Timestamp or Date was expected.") { Column = timeColumn };
    }

    private async Task CheckTimesAsync(string timeColumn, CancellationToken cancellationToken)
    {
        await foreach (var batch in session.QueryAsync($"SELECT min(n) AS n FROM {SqlJoinText.Rows} WHERE m IS NULL", null, cancellationToken).ConfigureAwait(false))
        {
            if (batch.Column(0) is Int64Array { Length: 1 } first && first.GetValue(0) is { } row)
                throw new DataException($"Entity row {row} has no time in column '{timeColumn}', so there is nothing that it could be joined as of. Leave such rows out, or give them a time.") { Row = row, Column = timeColumn };
        }
    }

    // Nothing leaves the server: a query is evaluated once, and its rows are numbered in the order in which it gives them.
    private async Task<DatasetSchema> CopyAsync(string text, string timeColumn, CancellationToken cancellationToken)
    {
        var relation = await session.DescribeAsync(text, cancellationToken).ConfigureAwait(false);
        var schema = new DatasetSchema(relation.Columns.Select(c => new Column(c.Name, relation.GetColumn(c.Name).Type!.Value)));
        CheckTime(schema, timeColumn);
        var number = relation.RowOrder.Count == 0 ? "row_number() OVER ()" : $"row_number() OVER (ORDER BY {string.Join(", ", relation.RowOrder.Select(o => "q." + o))})";
        var columns = schema.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"{(c.Type == ColumnType.Decimal ? $"q.r{i}" : dialect.Cast($"q.r{i}", c.Type))} AS r{i}")); // a cast would round decimals
        var names = Enumerable.Range(0, schema.Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"r{i}"));
        await session.ExecuteAsync($"""
            CREATE TEMPORARY TABLE {SqlJoinText.Rows} AS
            SELECT {number} AS n, {dialect.Micros($"q.r{schema.IndexOf(timeColumn).ToString(CultureInfo.InvariantCulture)}")} AS m, {string.Join(", ", columns)}
            FROM {relation.From} AS q({string.Join(", ", names)})
            """, cancellationToken).ConfigureAwait(false);
        return schema;
    }

    private async Task<DatasetSchema> SendAsync(IAsyncEnumerable<RecordBatch> batches, string timeColumn, CancellationToken cancellationToken)
    {
        var rows = batches.GetAsyncEnumerator(cancellationToken);
        await using var _ = rows.ConfigureAwait(false);
        if (!await rows.MoveNextAsync().ConfigureAwait(false)) throw new DataException("The entity rows have no batch, so their columns are unknown. Yield an empty batch.");
        var schema = DatasetSchema.FromArrow(rows.Current.Schema);
        CheckTime(schema, timeColumn);
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
            var times = batch.Column(time) is Date32Array days ? ArrowCasts.ToMidnights(days) : batch.Column(time);
            var micros = new Int64Array(new ArrayData(Apache.Arrow.Types.Int64Type.Default, times.Length, times.NullCount, times.Offset, times.Data.Buffers));
            yield return new(arrow, [numbers.Build(), micros, .. batch.Arrays], batch.Length);
        }
        while (await rows.MoveNextAsync().ConfigureAwait(false));
    }
}
