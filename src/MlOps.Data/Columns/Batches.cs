using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Makes batches of the columns of others.</summary>
internal static class Batches
{
    public static int IndexOf(RecordBatch batch, string column)
    {
        var fields = batch.Schema.FieldsList;
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].Name == column) return i;
        }

        return DatasetSchema.FromArrow(batch.Schema).IndexOf(column); // throws, and lists the columns
    }

    /// <summary>Puts another column in the place of one, under its name.</summary>
    public static RecordBatch With(RecordBatch batch, int index, IArrowArray column)
    {
        var columns = batch.Arrays.ToArray();
        var old = columns[index];
        columns[index] = column;
        var schema = ColumnTypes.TypeOf(old) == ColumnTypes.TypeOf(column)
            ? batch.Schema
            : new(batch.Schema.FieldsList.Select((f, i) => i == index ? new Field(f.Name, column.Data.DataType, nullable: true) : f), null);
        return new(schema, columns, batch.Length);
    }

    /// <summary>Adds columns after the last.</summary>
    public static RecordBatch Append(RecordBatch batch, IReadOnlyList<(string Name, IArrowArray Values)> columns) => columns.Count == 0
        ? batch
        : new(
            new Schema(batch.Schema.FieldsList.Concat(columns.Select(c => new Field(c.Name, c.Values.Data.DataType, nullable: true))), null),
            [.. batch.Arrays, .. columns.Select(c => c.Values)],
            batch.Length);

    /// <summary>Gives some columns under other names.</summary>
    public static RecordBatch Select(RecordBatch batch, IReadOnlyList<(int Index, string Name)> columns) => new(
        new Schema(columns.Select(c => new Field(c.Name, batch.Schema.FieldsList[c.Index].DataType, nullable: true)), null),
        [.. columns.Select(c => batch.Column(c.Index))],
        batch.Length);

    /// <summary>Gives some rows. When they are all of them, the batch itself is given.</summary>
    public static RecordBatch Take(RecordBatch batch, ReadOnlySpan<int> rows)
    {
        if (rows.Length == batch.Length) return batch;
        var columns = new IArrowArray[batch.ColumnCount];
        for (var i = 0; i < columns.Length; i++) columns[i] = Columns.Take(batch.Column(i), rows);
        return new(batch.Schema, columns, rows.Length);
    }
}
