using System.Globalization;
using System.Reflection;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>Makes batches of the records of a type, with the columns that the source of a view has.</summary>
internal sealed class RecordColumns<T>
{
    private readonly List<(Column Column, PropertyInfo Property)> _columns = [];
    private readonly DatasetSchema _schema;

    /// <exception cref="DataException">A property lacks, or has a type that does not fit its column.</exception>
    public RecordColumns(FeatureView view)
    {
        var properties = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanRead && p.GetIndexParameters().Length == 0).ToList();
        foreach (var column in PushedColumns.Of(view))
        {
            var property = properties.Find(p => p.Name == column.Name) ?? properties.Find(p => p.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase))
                ?? throw new DataException($"{typeof(T).Name} has no property '{column.Name}', which is a column of feature view '{view.Name}'. It has: {string.Join(", ", properties.Select(p => p.Name))}.") { Column = column.Name };
            var found = ClrTypes.Find(property.PropertyType);
            if (found is null || (column.Type is { } wanted && wanted != found && (found, wanted) is not ((ColumnType.Int64, ColumnType.Float64) or (ColumnType.Date, ColumnType.Timestamp))))
                throw new DataException($"Property '{property.Name}' of {typeof(T).Name} is of type {property.PropertyType.Name}, which does not fit column '{column.Name}' of feature view '{view.Name}'{(column.Type is { } type ? $", which is of type {type}" : string.Empty)}.") { Column = column.Name };
            _columns.Add((new(column.Name, column.Type ?? found.Value), property));
        }

        _schema = new(_columns.Select(c => c.Column));
    }

    /// <exception cref="DataException">A record is null, or a value does not fit.</exception>
    public RecordBatch ToBatch(IReadOnlyList<T> rows)
    {
        var builders = _schema.Select(c => new ArrowColumnBuilder(c.Type)).ToArray();
        for (var row = 0; row < rows.Count; row++)
        {
            if (rows[row] is not { } record) throw new DataException($"Record {row + 1} of a batch is null.") { Row = row + 1 };
            for (var i = 0; i < builders.Length; i++) builders[i].Append(ValueOf(_columns[i].Property.GetValue(record), _columns[i].Column));
        }

        return new(_schema.ToArrow(), builders.Select(b => b.Build()), rows.Count);
    }

    private static FeatureValue ValueOf(object? value, Column column) => value switch
    {
        null => default,
        DateTimeOffset moment => moment,
        DateTime moment => new DateTimeOffset(moment.Kind == DateTimeKind.Local ? moment.ToUniversalTime() : DateTime.SpecifyKind(moment, DateTimeKind.Utc)),
        DateOnly day when column.Type == ColumnType.Timestamp => new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero),
        DateOnly day => day,
        bool flag => flag,
        decimal number => number,
        string text => text,
        byte[] bytes => bytes,
        Enum or char or Guid => value.ToString(),
        Half number => (double)number,
        ulong and > long.MaxValue => throw new DataException($"A value of column '{column.Name}' is larger than an integer of 64 bits with a sign.") { Column = column.Name },
        float or double => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        _ when column.Type == ColumnType.Float64 => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        _ => Convert.ToInt64(value, CultureInfo.InvariantCulture),
    };
}
