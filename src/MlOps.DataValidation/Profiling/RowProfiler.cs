using System.Linq.Expressions;
using System.Reflection;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Profiles objects: each public property is a column.</summary>
internal sealed class RowProfiler<T>
{
    private readonly (ValueBuffer Buffer, ColumnProfile Profile, Action<T> Take)[] _columns;
    private int _rows;

    /// <exception cref="DataException">The type has no properties to profile, or lacks a wanted one.</exception>
    public RowProfiler(ProfilingOptions options)
    {
        if (options.Correlations.Count + options.Contingencies.Count > 0) throw new ArgumentException("Pairs of columns are measured in batches only. Profile the rows as a dataset.", nameof(options));
        Profile = new(options.Statistics);
        var columns = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanRead && p.GetIndexParameters().Length == 0)
            .Select(p => (Property: p, Attribute: MemberColumns.AttributeOf(p)))
            .Where(p => p.Attribute?.IsIgnored != true)
            .Select(p => (p.Property, Name: p.Attribute?.Name ?? p.Property.Name))
            .Where(p => options.Columns is null || options.Columns.Contains(p.Name))
            .ToList();
        var lacking = options.Columns?.Except(columns.Select(c => c.Name)).FirstOrDefault();
        if (lacking is not null || columns.Count == 0)
            throw new DataException(lacking is null ? $"{typeof(T).Name} has no public properties to profile." : $"{typeof(T).Name} has no property for the column '{lacking}'.") { Column = lacking };
        _columns = [.. columns.Select(c => Create(c.Property, c.Name))];
    }

    public DatasetProfile Profile { get; }

    public void Add(T row)
    {
        if (row is null) throw new DataException("A row is null. Leave it out.");
        foreach (var column in _columns) column.Take(row);
        if (++_rows == ValueBuffer.Rows) Flush();
    }

    public void Flush()
    {
        foreach (var column in _columns) column.Buffer.Flush(column.Profile);
        Profile.AddRows(_rows);
        _rows = 0;
    }

    private (ValueBuffer Buffer, ColumnProfile Profile, Action<T> Take) Create(PropertyInfo property, string name)
    {
        var create = typeof(RowProfiler<T>).GetMethod(nameof(CreateTyped), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(ValueAdders.StandIn(property.PropertyType));
        var (buffer, take) = ((ValueBuffer, Action<T>))create.Invoke(null, [property, name])!;
        return (buffer, Profile.Column(name), take);
    }

    // row => property is missing ? buffer.AddMissing() : buffer.Add(value)
    private static (ValueBuffer Buffer, Action<T> Take) CreateTyped<TValue>(PropertyInfo property, string name)
    {
        var buffer = new ValueBuffer<TValue>(name, ValueAdders.For<TValue>());
        var row = Expression.Parameter(typeof(T));
        var value = Expression.Variable(property.PropertyType);
        var (target, type) = (Expression.Constant(buffer), property.PropertyType);
        var isNullable = Nullable.GetUnderlyingType(type) is not null;
        Expression found = isNullable ? Expression.Property(value, "Value") : value;
        if (found.Type != typeof(TValue)) found = Expression.Call(typeof(ValueAdders), nameof(ValueAdders.TextOf), null, Expression.Convert(found, typeof(object)));
        Expression add = Expression.Call(target, nameof(ValueBuffer<TValue>.Add), null, found);
        if (isNullable || !type.IsValueType)
            add = Expression.IfThenElse(Expression.Equal(value, Expression.Constant(null, type)), Expression.Call(target, nameof(ValueBuffer<TValue>.AddMissing), null), add);
        return (buffer, Expression.Lambda<Action<T>>(Expression.Block([value], Expression.Assign(value, Expression.Property(row, property)), add), row).Compile());
    }
}
