using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>Reads a schema from a record type and its attributes.</summary>
internal static class TypeSchema
{
    private static readonly Dictionary<Type, ValueKind> Kinds = new()
    {
        [typeof(bool)] = ValueKind.Boolean,
        [typeof(sbyte)] = ValueKind.Integer,
        [typeof(byte)] = ValueKind.Integer,
        [typeof(short)] = ValueKind.Integer,
        [typeof(ushort)] = ValueKind.Integer,
        [typeof(int)] = ValueKind.Integer,
        [typeof(uint)] = ValueKind.Integer,
        [typeof(long)] = ValueKind.Integer,
        [typeof(ulong)] = ValueKind.Decimal,
        [typeof(Half)] = ValueKind.Real,
        [typeof(float)] = ValueKind.Real,
        [typeof(double)] = ValueKind.Real,
        [typeof(decimal)] = ValueKind.Decimal,
        [typeof(string)] = ValueKind.Text,
        [typeof(char)] = ValueKind.Text,
        [typeof(Guid)] = ValueKind.Text,
        [typeof(byte[])] = ValueKind.Binary,
        [typeof(DateOnly)] = ValueKind.Date,
        [typeof(DateTime)] = ValueKind.Timestamp,
        [typeof(DateTimeOffset)] = ValueKind.Timestamp,
        [typeof(TimeSpan)] = ValueKind.Duration,
    };

    /// <exception cref="SchemaException">A member has a type that a column cannot have, or an attribute says something impossible.</exception>
    public static DataSchema Read(Type type, JsonNamingPolicy? naming)
    {
        var nullability = new NullabilityInfoContext();
        var problems = new List<SchemaProblem>();
        var columns = new List<ColumnSchema>();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanRead && p.GetIndexParameters().Length == 0 && p.Name != "EqualityContract"))
        {
            var attribute = MemberColumns.AttributeOf(property);
            if (attribute?.IsIgnored == true) continue;
            var name = attribute?.Name ?? naming?.ConvertName(property.Name) ?? property.Name;
            var (kind, isList) = KindOf(property.PropertyType);
            if (kind == ValueKind.Unknown)
                problems.Add(new(AnomalyKind.MissingType, name, $"{type.Name}.{property.Name} is a {property.PropertyType.Name}, which no column holds. Change it, or mark it with [DataColumn(IsIgnored = true)]."));
            else
                columns.Add(Describe(property, new ColumnSchema(name, kind) { Lists = isList ? [new()] : [] }, attribute, nullability.Create(property).ReadState == NullabilityState.Nullable));
        }

        return problems.Count == 0 ? new DataSchema(columns) { Name = type.Name } : throw new SchemaException(problems);
    }

    private static ColumnSchema Describe(PropertyInfo property, ColumnSchema column, DataColumnAttribute? attribute, bool isNullable)
    {
        var isRequired = !isNullable || MemberColumns.Attributes<RequiredAttribute>(property).Any();
        column = column with { Presence = isRequired ? Presence.Required : attribute is { MissingShare: not 1 } ? Presence.AllowMissing(attribute.MissingShare) : Presence.Somewhere };
        if (MemberColumns.Attributes<RangeAttribute>(property).FirstOrDefault() is { } range) column = WithRange(column, range);
        if (MemberColumns.Attributes<AllowedValuesAttribute>(property).FirstOrDefault() is { } allowed)
            column = column with { Domain = [.. allowed.Values.Where(v => v is not null).Select(v => Convert.ToString(v, CultureInfo.InvariantCulture)!)] };
        if (attribute is null) return column;
        return column with
        {
            Description = attribute.Description,
            IsUnique = attribute.IsUnique,
            IsCategorical = attribute.IsCategorical,
            AllowsNaN = !attribute.IsFinite,
            AllowsInfinity = !attribute.IsFinite,
            MinDomainMass = attribute.MinDomainMass == 1 ? null : attribute.MinDomainMass,
            NotInEnvironments = attribute.NotIn,
            Lifecycle = attribute.Lifecycle,
        };
    }

    private static ColumnSchema WithRange(ColumnSchema column, RangeAttribute range)
    {
        if (column.Type is ValueKind.Date or ValueKind.Timestamp)
            return column.Between(Moment(range.Minimum), Moment(range.Maximum));
        var (min, max) = (Convert.ToDouble(range.Minimum, CultureInfo.InvariantCulture), Convert.ToDouble(range.Maximum, CultureInfo.InvariantCulture));
        return column.Between(double.IsNegativeInfinity(min) || min == double.MinValue ? null : min, double.IsPositiveInfinity(max) || max == double.MaxValue ? null : max);
    }

    private static DateTime Moment(object end) =>
        DateTime.Parse(Convert.ToString(end, CultureInfo.InvariantCulture)!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static (ValueKind Kind, bool IsList) KindOf(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (Kinds.TryGetValue(type, out var kind)) return (kind, false);
        if (type.IsEnum) return (ValueKind.Text, false);
        var item = type.IsArray ? type.GetElementType() : type.GetInterfaces().Append(type).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
        return typeof(IEnumerable).IsAssignableFrom(type) && item is not null ? (Kinds.GetValueOrDefault(Nullable.GetUnderlyingType(item) ?? item), true) : (ValueKind.Unknown, false);
    }
}
