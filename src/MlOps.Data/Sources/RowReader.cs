using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Reads the properties of a record into columns, without boxing.</summary>
internal sealed class RowReader<T>
{
    private static readonly Lazy<RowReader<T>> Shared = new(() => new());
    private readonly PropertyInfo[] _properties;

    private RowReader()
    {
        if (SourceTypes.Find(typeof(T)) is not null) throw new ArgumentException($"{typeof(T).Name} is one value and has no columns. Put it into a record with a property.");
        _properties =
        [
            .. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(p => p.GetMethod is { IsPublic: true } && p.GetIndexParameters().Length == 0)
                .GroupBy(p => p.Name, StringComparer.Ordinal)
                .Select(same => same.MaxBy(p => Depth(p.DeclaringType))!) // the one that hides those of base types
                .OrderBy(p => Depth(p.DeclaringType)).ThenBy(p => p.MetadataToken),
        ];
        if (_properties.Length == 0) throw new ArgumentException($"{typeof(T).Name} has no public readable property, so it has no columns.");
        Schema = new(_properties.Select(p => new Column(JsonNamingPolicy.CamelCase.ConvertName(p.Name), TypeOf(p))));
    }

    /// <summary>Gets the reader of the type, which is made once.</summary>
    public static RowReader<T> Instance => Shared.Value;

    public DatasetSchema Schema { get; }

    /// <summary>Gives what reads one row, column by column.</summary>
    public Action<T>[] Bind(ColumnBuffer[] columns) => [.. _properties.Select((p, i) => Bind(p, columns[i]))];

    private static Action<T> Bind(PropertyInfo property, ColumnBuffer buffer)
    {
        var row = Expression.Parameter(typeof(T), "row");
        var target = Expression.Constant(buffer, buffer.GetType());
        var value = Expression.Variable(property.PropertyType, "value");
        var missing = Expression.Call(target, nameof(ColumnBuffer.AddNull), null);
        var isNullable = Nullable.GetUnderlyingType(property.PropertyType) is not null;
        Expression add = SourceTypes.Add(buffer, isNullable ? Expression.Property(value, nameof(Nullable<int>.Value)) : value);
        if (isNullable) add = Expression.IfThenElse(Expression.Property(value, nameof(Nullable<int>.HasValue)), add, missing);
        else if (!property.PropertyType.IsValueType) add = Expression.IfThenElse(Expression.ReferenceEqual(value, Expression.Constant(null)), missing, add);
        var body = Expression.Block([value], Expression.Assign(value, Expression.Property(row, property)), add);
        return Expression.Lambda<Action<T>>(body, row).Compile();
    }

    private static ColumnType TypeOf(PropertyInfo property) => SourceTypes.Find(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType)
        ?? throw new ArgumentException(
            $"Property {typeof(T).Name}.{property.Name} is a {property.PropertyType.Name}, which no column holds. Project the records to numbers, texts, dates, times or bytes.");

    private static int Depth(Type? type) => type is null ? 0 : 1 + Depth(type.BaseType);
}
