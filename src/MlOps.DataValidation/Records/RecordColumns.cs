using System.Linq.Expressions;
using System.Reflection;

namespace MlOps.DataValidation;

/// <summary>The members of a record as columns: what a dataset of such records would hold.</summary>
internal static class RecordColumns<T>
{
    public static IReadOnlyList<RecordColumn<T>> All { get; } = Find();

    private static List<RecordColumn<T>> Find()
    {
        var columns = new List<RecordColumn<T>>();
        foreach (var member in typeof(T).GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (member.GetMethod is { IsPublic: true } && member.GetIndexParameters().Length == 0 && MemberColumns.AttributeOf(member)?.IsIgnored != true) columns.Add(RecordColumn<T>.Of(member));
        }

        return columns;
    }
}

/// <summary>One member, with compiled code that reads it. Only the reader of its kind is there.</summary>
internal sealed record RecordColumn<T>(DataColumn Column)
{
    public Func<T, bool>? IsMissing { get; private init; }

    public Func<T, long>? Integer { get; private init; }

    public Func<T, double>? Number { get; private init; }

    public Func<T, decimal>? Decimal { get; private init; }

    public Func<T, string?>? Text { get; private init; }

    public Func<T, byte[]?>? Bytes { get; private init; }

    public static RecordColumn<T> Of(PropertyInfo member)
    {
        var type = Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType;
        var kind = KindOf(type);
        var column = new DataColumn(MemberColumns.NameOf(member), kind, kind == CellKind.Moment ? true : null);
        return new(column)
        {
            IsMissing = Missing(member),
            Integer = kind.IsIntegral() ? Reader<long>(member, type) : null,
            Number = kind == CellKind.Number ? Reader<double>(member, type) : null,
            Decimal = kind == CellKind.Decimal ? Reader<decimal>(member, type) : null,
            Text = kind == CellKind.Text ? Reader<string?>(member, type) : null,
            Bytes = kind == CellKind.Binary ? Reader<byte[]?>(member, type) : null,
        };
    }

    private static CellKind KindOf(Type type)
    {
        if (type.IsEnum || type == typeof(string) || type == typeof(char) || type == typeof(Guid)) return CellKind.Text;
        if (type == typeof(bool)) return CellKind.Boolean;
        if (type == typeof(double) || type == typeof(float) || type == typeof(Half)) return CellKind.Number;
        if (type == typeof(decimal) || type == typeof(ulong)) return CellKind.Decimal;
        if (type == typeof(DateOnly)) return CellKind.Date;
        if (type == typeof(DateTime) || type == typeof(DateTimeOffset)) return CellKind.Moment;
        if (type == typeof(byte[])) return CellKind.Binary;
        return type == typeof(long) || type == typeof(int) || type == typeof(short) || type == typeof(sbyte) || type == typeof(byte) || type == typeof(ushort) || type == typeof(uint)
            ? CellKind.Integer
            : CellKind.Other;
    }

    private static Func<T, bool>? Missing(PropertyInfo member)
    {
        var record = Expression.Parameter(typeof(T));
        if (member.PropertyType.IsValueType && Nullable.GetUnderlyingType(member.PropertyType) is null) return null;
        return Expression.Lambda<Func<T, bool>>(Expression.Equal(Expression.Property(record, member), Expression.Constant(null, member.PropertyType)), record).Compile();
    }

    private static Func<T, TValue> Reader<TValue>(PropertyInfo member, Type type)
    {
        var record = Expression.Parameter(typeof(T));
        Expression value = Expression.Property(record, member);
        if (Nullable.GetUnderlyingType(member.PropertyType) is not null) value = Expression.Call(value, nameof(Nullable<int>.GetValueOrDefault), Type.EmptyTypes);
        value = type == typeof(bool) ? Expression.Condition(value, Expression.Constant(1L), Expression.Constant(0L))
            : type == typeof(DateTime) || type == typeof(DateOnly) ? Expression.Call(typeof(Microseconds), nameof(Microseconds.Of), null, value)
            : type == typeof(DateTimeOffset) ? Expression.Call(typeof(Microseconds), nameof(Microseconds.Of), null, Expression.Property(value, nameof(DateTimeOffset.UtcDateTime)))
            : type.IsEnum ? Expression.Call(typeof(RecordTexts), nameof(RecordTexts.Name), [type], value)
            : type == typeof(char) || type == typeof(Guid) ? Expression.Call(value, nameof(ToString), Type.EmptyTypes)
            : value.Type == typeof(TValue) ? value : Expression.Convert(value, typeof(TValue));
        return Expression.Lambda<Func<T, TValue>>(value, record).Compile();
    }
}

internal static class RecordTexts
{
    /// <summary>The name of a value of an enumeration, as a dataset holds it.</summary>
    public static string Name<TEnum>(TEnum value)
        where TEnum : struct, Enum => Enum.GetName(value) ?? value.ToString();
}
