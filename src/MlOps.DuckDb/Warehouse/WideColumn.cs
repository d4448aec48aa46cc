using Apache.Arrow.Types;
using DuckDB.NET.Native;
using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>Collects one column of a result as the type that a dataset holds.</summary>
internal abstract class WideColumn : VectorColumn
{
    // What a dataset holds: years 1 to 9999, and decimals of 20 digits before the point and 18 after it.
    private static readonly long FirstMicros = FeatureTime.ToMicros(DateTimeOffset.MinValue);
    private static readonly long LastMicros = FeatureTime.ToMicros(DateTimeOffset.MaxValue);
    private static readonly int FirstDay = -DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
    private static readonly int LastDay = DateOnly.MaxValue.DayNumber + FirstDay;
    private static readonly Int128 DecimalLimit = Pow10(38);

    private WideColumn(IArrowType type)
        : base(type)
    {
    }

    /// <summary>Says which type the values of one of the engine's types get.</summary>
    /// <param name="native">The type, as the engine writes it.</param>
    /// <returns>The type; null when a dataset holds none such.</returns>
    public static ColumnType? TypeOf(string native) => native switch
    {
        "BOOLEAN" => ColumnType.Boolean,
        "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "HUGEINT" or "UHUGEINT" => ColumnType.Int64,
        "FLOAT" or "DOUBLE" => ColumnType.Float64,
        "DATE" => ColumnType.Date,
        "TIMESTAMP" or "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS" or "TIMESTAMP WITH TIME ZONE" => ColumnType.Timestamp,
        "VARCHAR" or "JSON" or "UUID" => ColumnType.String,
        "BLOB" => ColumnType.Binary,
        _ when native.EndsWith(']') => null,
        _ when native.StartsWith("DECIMAL(", StringComparison.Ordinal) => ColumnType.Decimal,
        _ when native.StartsWith("ENUM(", StringComparison.Ordinal) => ColumnType.String,
        _ => null,
    };

    /// <summary>Makes the column for one of the engine's types.</summary>
    /// <exception cref="DataException">The type cannot travel.</exception>
    public static new VectorColumn Create(string name, DuckDBLogicalType logical)
    {
        var type = NativeMethods.LogicalType.DuckDBGetTypeId(logical);
        return type switch
        {
            DuckDBType.TinyInt => Integers<sbyte>(),
            DuckDBType.SmallInt => Integers<short>(),
            DuckDBType.Integer or DuckDBType.SqlNull => Integers<int>(),
            DuckDBType.UnsignedTinyInt => Integers<byte>(),
            DuckDBType.UnsignedSmallInt => Integers<ushort>(),
            DuckDBType.UnsignedInteger => Integers<uint>(),
            DuckDBType.UnsignedBigInt => new ConvertedColumn<ulong, long>(Int64Type.Default, value => ToInt64(value, name)),
            DuckDBType.Float => new ConvertedColumn<float, double>(DoubleType.Default, static value => value),
            DuckDBType.Date => new ConvertedColumn<int, int>(Date32Type.Default, value => value >= FirstDay && value <= LastDay ? value : throw Refused(name, "a day that is infinite or not between the years 1 and 9999")),
            DuckDBType.TimestampS => Times(name, 1_000_000, 1),
            DuckDBType.TimestampMs => Times(name, 1_000, 1),
            DuckDBType.Timestamp or DuckDBType.TimestampTz => Times(name, 1, 1),
            DuckDBType.TimestampNs => Times(name, 1, 1_000),
            DuckDBType.Decimal => Decimals(name, logical),
            DuckDBType.Time => throw Unknown(name, type),
            _ => VectorColumn.Create(name, logical),
        };
    }

    private static ConvertedColumn<T, long> Integers<T>()
        where T : unmanaged, System.Numerics.INumberBase<T> => new(Int64Type.Default, static value => long.CreateTruncating(value));

    private static ConvertedColumn<long, long> Times(string name, long factor, long divisor) => new(DatasetSchema.ToArrow(ColumnType.Timestamp), value =>
    {
        var micros = (Int128)value * factor;
        if (divisor > 1) micros = Int128.DivRem(micros, divisor) is var (whole, rest) && rest < 0 ? whole - 1 : whole; // rounded down, also before 1970
        return micros >= FirstMicros && micros <= LastMicros ? (long)micros : throw Refused(name, "a time that is infinite or not between the years 1 and 9999");
    });

    private static VectorColumn Decimals(string name, DuckDBLogicalType logical)
    {
        var type = DatasetSchema.ToArrow(ColumnType.Decimal);
        int scale = NativeMethods.LogicalType.DuckDBDecimalScale(logical);
        var (factor, divisor) = (Pow10(Math.Max(18 - scale, 0)), Pow10(Math.Max(scale - 18, 0)));
        Int128 Scale(Int128 value)
        {
            var (whole, rest) = Int128.DivRem(value, divisor);
            if (rest != 0 || whole > (DecimalLimit - 1) / factor || whole < -(DecimalLimit - 1) / factor) throw Refused(name, "a number that does not fit 20 digits before and 18 after the point");
            return whole * factor;
        }

        return NativeMethods.LogicalType.DuckDBDecimalInternalType(logical) switch
        {
            DuckDBType.SmallInt => new ConvertedColumn<short, Int128>(type, value => Scale(value)),
            DuckDBType.Integer => new ConvertedColumn<int, Int128>(type, value => Scale(value)),
            DuckDBType.BigInt => new ConvertedColumn<long, Int128>(type, value => Scale(value)),
            _ => new ConvertedColumn<Int128, Int128>(type, Scale),
        };
    }

    private static Int128 Pow10(int exponent)
    {
        var power = Int128.One;
        for (var i = 0; i < exponent; i++) power *= 10;
        return power;
    }

    private static DataException Refused(string column, string what) => new($"Column '{column}' holds {what}. Filter or cast it in the query.") { Column = column };

    private static DataException Unknown(string column, DuckDBType type) =>
        new($"Column '{column}' has the type {type}, which a dataset does not hold. Leave it out, or turn it into plain columns in the query.") { Column = column };
}
