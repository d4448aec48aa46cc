using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>The columns of what is pushed to a view: of one push, and of all of them.</summary>
internal static class PushedSchema
{
    /// <summary>Takes the columns of a push that the view names. A column whose type only its values tell, and that has none, is left out: it may have any type later.</summary>
    /// <param name="view">The view.</param>
    /// <param name="rows">The push.</param>
    /// <returns>The rows with these columns.</returns>
    public static RecordBatch Pick(FeatureView view, RecordBatch rows)
    {
        var columns = PushedColumns.Of(view)
            .Select(c => (c.Type, Index: rows.Schema.GetFieldIndex(c.Name, StringComparer.Ordinal)))
            .Where(c => c.Index >= 0 && (c.Type is not null || rows.Column(c.Index).NullCount < rows.Length))
            .ToList();
        return new(new Schema(columns.Select(c => rows.Schema.GetFieldByIndex(c.Index)), metadata: null), columns.Select(c => rows.Column(c.Index)), rows.Length);
    }

    /// <summary>Gives the columns that the view declares with their types.</summary>
    /// <param name="view">The view.</param>
    /// <returns>The columns.</returns>
    public static DatasetSchema Declared(FeatureView view) => new(PushedColumns.Of(view).Where(c => c.Type is not null).Select(c => new Column(c.Name, c.Type!.Value)));

    /// <summary>Gives the columns that the view names now: what it no longer names is passed over, what it did not name then is missing.</summary>
    /// <param name="view">The view.</param>
    /// <param name="found">The columns that were declared or pushed.</param>
    /// <returns>The columns; one that nobody has told the type of is a text.</returns>
    public static DatasetSchema Of(FeatureView view, DatasetSchema found) =>
        new(PushedColumns.Of(view).Select(c => new Column(c.Name, found.Contains(c.Name) ? found[c.Name].Type : ColumnType.String)));

    /// <summary>Gives all columns of several schemas.</summary>
    /// <param name="view">The view, for messages.</param>
    /// <param name="schemas">The schemas.</param>
    /// <returns>The columns, each of the type that holds all of its values.</returns>
    /// <exception cref="DataException">A column has types that do not go together.</exception>
    public static DatasetSchema Unite(FeatureView view, IEnumerable<DatasetSchema> schemas)
    {
        var columns = new List<Column>();
        foreach (var column in schemas.SelectMany(s => s))
        {
            var at = columns.FindIndex(c => c.Name == column.Name);
            if (at < 0) columns.Add(column);
            else columns[at] = new(column.Name, Wider(view, column.Name, columns[at].Type, column.Type));
        }

        return new(columns);
    }

    /// <summary>Gives rows the columns of a schema: integers are widened, a column that lacks is missing.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="schema">The columns.</param>
    /// <returns>The rows.</returns>
    public static RecordBatch Fit(RecordBatch rows, DatasetSchema schema) => new(schema.ToArrow(), schema.Select(c => ColumnOf(rows, c)), rows.Length);

    private static IArrowArray ColumnOf(RecordBatch batch, Column column)
    {
        var at = batch.Schema.GetFieldIndex(column.Name, StringComparer.Ordinal);
        if (at >= 0) return batch.Column(at) is Int64Array integers && column.Type == ColumnType.Float64 ? ArrowCasts.ToNumbers(integers) : batch.Column(at);
        var missing = new ArrowColumnBuilder(column.Type);
        for (var i = 0; i < batch.Length; i++) missing.Append(default);
        return missing.Build();
    }

    private static ColumnType Wider(FeatureView view, string column, ColumnType one, ColumnType other) => (one, other) switch
    {
        _ when one == other => one,
        (ColumnType.Int64, ColumnType.Float64) or (ColumnType.Float64, ColumnType.Int64) => ColumnType.Float64,
        _ => throw new DataException($"Column '{column}' of feature view '{view.Name}' is of type {one}, and of type {other} in what was pushed. Push it as {one}, or give the column another name.") { Column = column },
    };
}
