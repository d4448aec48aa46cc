using System.Linq.Expressions;
using System.Reflection;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Which types of .NET columns hold, and how.</summary>
internal static class SourceTypes
{
    private static readonly HashSet<Type> Integers =
        [typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong)];

    /// <summary>Gives the column that holds values of a type that is not nullable; null when there is none.</summary>
    public static ColumnType? Find(Type type)
    {
        if (type.IsEnum) return ColumnType.String;
        if (Integers.Contains(type)) return ColumnType.Int64;
        if (type == typeof(bool)) return ColumnType.Boolean;
        if (type == typeof(double) || type == typeof(float) || type == typeof(Half)) return ColumnType.Float64;
        if (type == typeof(decimal)) return ColumnType.Decimal;
        if (type == typeof(string) || type == typeof(char) || type == typeof(Guid)) return ColumnType.String;
        if (type == typeof(DateOnly)) return ColumnType.Date;
        if (type == typeof(DateTime) || type == typeof(DateTimeOffset)) return ColumnType.Timestamp;
        return type == typeof(byte[]) ? ColumnType.Binary : null;
    }

    /// <summary>Adds a value to a column.</summary>
    public static Expression Add(ColumnBuffer buffer, Expression value)
    {
        var held = Convert(value);
        return Expression.Call(Expression.Constant(buffer, buffer.GetType()), buffer.GetType().GetMethod("Add", [held.Type])!, held);
    }

    private static Expression Convert(Expression value)
    {
        var type = value.Type;
        if (type.IsEnum) return Expression.Call(typeof(SourceValues), nameof(SourceValues.EnumText), [type], value);
        if (type == typeof(ulong) || type == typeof(bool)) return Call(nameof(SourceValues.ToInt64));
        if (Integers.Contains(type)) return Expression.Convert(value, typeof(long));
        if (type == typeof(double) || type == typeof(float) || type == typeof(Half)) return Expression.Convert(value, typeof(double));
        if (type == typeof(decimal)) return Call(nameof(SourceValues.ToDecimal));
        if (type == typeof(char) || type == typeof(Guid)) return Call(nameof(SourceValues.ToText));
        if (type == typeof(DateOnly)) return Call(nameof(SourceValues.ToDays));
        if (type == typeof(DateTime) || type == typeof(DateTimeOffset)) return Call(nameof(SourceValues.ToMicroseconds));
        return value;

        MethodCallExpression Call(string method) =>
            Expression.Call(typeof(SourceValues).GetMethod(method, BindingFlags.Public | BindingFlags.Static, [type])!, value);
    }
}
