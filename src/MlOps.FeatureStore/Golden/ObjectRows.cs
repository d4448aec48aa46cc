using System.Reflection;
using System.Text.Json;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore;

/// <summary>Makes a batch of objects: a column for each public property that can be read. It has the name of the property where that is known, else that name in camel case, as records have when they are acquired as data.</summary>
internal static class ObjectRows
{
    public static RecordBatch ToBatch<T>(IEnumerable<T> rows, HashSet<string> known)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var all = rows.ToList();
        if (all.Exists(r => r is null)) throw new ArgumentException("A row is null. Leave it out.", nameof(rows));
        var type = typeof(T) == typeof(object) && all.Count > 0 ? all[0]!.GetType() : typeof(T);
        if (all.Find(r => !type.IsInstanceOfType(r)) is { } other) throw new ArgumentException($"The rows are of two types, {type.Name} and {other.GetType().Name}. Give all rows the same properties.", nameof(rows));
        PropertyInfo[] properties = [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanRead && p.GetIndexParameters().Length == 0)];
        if (properties.Length == 0) throw new ArgumentException($"{type.Name} has no properties, so its rows have no columns.", nameof(rows));
        var columns = new IArrowArray[properties.Length];
        var schema = new List<Column>();
        for (var i = 0; i < properties.Length; i++)
        {
            var property = properties[i];
            var columnType = ClrTypes.Find(property.PropertyType)
                ?? throw new ArgumentException($"Property '{property.Name}' is a {property.PropertyType.Name}, which no column holds. Use a number, a text, a boolean, a date, a moment or bytes; a missing value needs a nullable type.", nameof(rows));
            schema.Add(new(known.Contains(property.Name) ? property.Name : JsonNamingPolicy.CamelCase.ConvertName(property.Name), columnType));
            var builder = new ArrowColumnBuilder(columnType);
            foreach (var row in all) builder.Append(ValueOf(property.GetValue(row)));
            columns[i] = builder.Build();
        }

        return new(new DatasetSchema(schema).ToArrow(), columns, all.Count);
    }

    private static FeatureValue ValueOf(object? value) => value switch
    {
        null => default,
        double number => number,
        float number => (double)number,
        Half number => (double)number,
        bool flag => flag,
        decimal number => number,
        string text => text,
        DateOnly day => day,
        DateTimeOffset time => time,
        DateTime time => new DateTimeOffset(time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time),
        byte[] bytes => bytes,
        Enum or Guid or char => value.ToString(),
        _ => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture),
    };
}
