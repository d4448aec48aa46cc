using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Reads the time and the keys of entity rows, checked.</summary>
internal static class EntityTimes
{
    /// <summary>Checks that rows have a time and the join keys of views, with their types.</summary>
    /// <param name="schema">The columns of the rows.</param>
    /// <param name="timeColumn">The column that holds the time.</param>
    /// <param name="views">The views.</param>
    /// <exception cref="DataException">A column lacks or has another type.</exception>
    public static void Check(DatasetSchema schema, string timeColumn, IReadOnlyList<SelectedView> views)
    {
        var found = Find(schema, timeColumn, "hold the time of each row; name the column that does");
        if (found is not (ColumnType.Timestamp or ColumnType.Date))
            throw new DataException($"Column '{timeColumn}' of the entity rows, their time, is of type {found}; Timestamp or Date was expected. Cast it.") { Column = timeColumn };
        foreach (var view in views)
        {
            foreach (var (key, column) in view.View.Keys.Zip(view.KeyColumns))
            {
                var type = Find(schema, column, $"hold join key '{key.Name}' of view '{view.View.Name}'");
                if (type != key.Type)
                    throw new DataException($"Column '{column}' of the entity rows, join key '{key.Name}' of view '{view.View.Name}', is of type {type}; {key.Type} was expected. Cast it, or change the entity.") { Column = column };
            }
        }
    }

    /// <summary>Gives the times of rows.</summary>
    /// <param name="column">The column that holds them.</param>
    /// <param name="name">Its name.</param>
    /// <param name="rowsBefore">The number of rows before these.</param>
    /// <returns>Times in microseconds, UTC; a day is its midnight.</returns>
    /// <exception cref="DataException">A time is missing.</exception>
    public static TimestampArray Read(IArrowArray column, string name, long rowsBefore)
    {
        if (column.NullCount > 0)
        {
            var row = 0;
            while (column.IsValid(row)) row++;
            throw new DataException($"Row {rowsBefore + row + 1} of the entity rows has no time in column '{name}'. Leave the row out, or give it a time.") { Column = name, Row = rowsBefore + row + 1 };
        }

        return (TimestampArray)(column is Date32Array days ? ArrowCasts.ToMidnights(days) : column);
    }

    private static ColumnType Find(DatasetSchema schema, string column, string use) => schema.Contains(column)
        ? schema[column].Type
        : throw new DataException($"The entity rows have no column '{column}', which should {use}. They have: {string.Join(", ", schema.Select(c => c.Name))}.") { Column = column };
}
