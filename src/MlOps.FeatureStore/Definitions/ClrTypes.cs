using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Which column holds a type of .NET: the same as when records are acquired as data.</summary>
internal static class ClrTypes
{
    public static ColumnType? Find(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum) return ColumnType.String;
        if (type == typeof(char) || type == typeof(Guid)) return ColumnType.String;
        if (type == typeof(DateTimeOffset)) return ColumnType.Timestamp;
        if (type == typeof(DateOnly)) return ColumnType.Date;
        if (type == typeof(byte[])) return ColumnType.Binary;
        if (type == typeof(Half)) return ColumnType.Float64;
        return Type.GetTypeCode(type) switch
        {
            TypeCode.SByte or TypeCode.Byte or TypeCode.Int16 or TypeCode.UInt16 or TypeCode.Int32 or TypeCode.UInt32 or TypeCode.Int64 or TypeCode.UInt64 => ColumnType.Int64,
            TypeCode.Boolean => ColumnType.Boolean,
            TypeCode.Single or TypeCode.Double => ColumnType.Float64,
            TypeCode.Decimal => ColumnType.Decimal,
            TypeCode.String => ColumnType.String,
            TypeCode.DateTime => ColumnType.Timestamp,
            _ => null,
        };
    }
}
