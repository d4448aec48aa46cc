using Apache.Arrow;
using MlOps.Core;
using Npgsql;
using Npgsql.PostgresTypes;

namespace MlOps.Postgres;

/// <summary>Collects one column of a result as Arrow, of the type that a dataset holds.</summary>
/// <param name="append">Takes the value of the row that the reader stands on.</param>
/// <param name="skip">Takes a missing value.</param>
/// <param name="take">Hands over what was taken, and begins anew.</param>
internal sealed class PostgresColumn(Action<NpgsqlDataReader, int> append, Action skip, Func<IArrowArray> take)
{
    private const long MicrosTo2000 = 946_684_800_000_000;
    private const int DaysTo2000 = 10_957;

    // What a dataset holds: years 1 to 9999.
    private static readonly long FirstMicros = FeatureTime.ToMicros(DateTimeOffset.MinValue);
    private static readonly long LastMicros = FeatureTime.ToMicros(DateTimeOffset.MaxValue);
    private static readonly int FirstDay = -DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
    private static readonly int LastDay = DateOnly.MaxValue.DayNumber + FirstDay;

    public void Append(NpgsqlDataReader reader, int index)
    {
        if (reader.IsDBNull(index)) skip();
        else append(reader, index);
    }

    public IArrowArray Take() => take();

    /// <summary>Says what a column is.</summary>
    public static SqlColumn Describe(string name, PostgresType type)
    {
        if (type is PostgresDomainType domain) return Describe(name, domain.BaseType);
        if (type is PostgresEnumType) return new(name, ColumnType.String, type.DisplayName, IsPlain: false);
        ColumnType? ours = type.InternalName switch
        {
            "bool" => ColumnType.Boolean,
            "int2" or "int4" or "int8" => ColumnType.Int64,
            "float4" or "float8" => ColumnType.Float64,
            "numeric" => ColumnType.Decimal,
            "text" or "varchar" or "bpchar" or "name" or "citext" or "uuid" or "json" or "jsonb" => ColumnType.String,
            "date" => ColumnType.Date,
            "timestamp" or "timestamptz" => ColumnType.Timestamp,
            "bytea" => ColumnType.Binary,
            _ => null,
        };
        return new(name, ours, ours is null ? type.DisplayName : type.InternalName, type.InternalName is "bool" or "int2" or "int4" or "int8" or "text" or "varchar" or "date" or "timestamp" or "timestamptz");
    }

    /// <summary>Makes the column for one of the server's types.</summary>
    public static PostgresColumn Create(string name, ColumnType type, string native)
    {
        switch (type)
        {
            case ColumnType.Boolean:
                var flags = new BooleanArray.Builder();
                return new((reader, i) => flags.Append(reader.GetBoolean(i)), () => flags.AppendNull(), () => Taken(flags.Build(ArrowMemory.Managed), flags.Clear));
            case ColumnType.Int64:
                var integers = new Int64Array.Builder();
                return new(native switch
                {
                    "int2" => (reader, i) => integers.Append(reader.GetInt16(i)),
                    "int4" => (reader, i) => integers.Append(reader.GetInt32(i)),
                    _ => (reader, i) => integers.Append(reader.GetInt64(i)),
                }, () => integers.AppendNull(), () => Taken(integers.Build(ArrowMemory.Managed), integers.Clear));
            case ColumnType.Float64:
                var numbers = new DoubleArray.Builder();
                return new(native == "float4" ? (reader, i) => numbers.Append(reader.GetFloat(i)) : (reader, i) => numbers.Append(reader.GetDouble(i)), () => numbers.AppendNull(), () => Taken(numbers.Build(ArrowMemory.Managed), numbers.Clear));
            case ColumnType.Decimal:
                var decimals = new Decimal128Array.Builder(new(38, 18));
                return new((reader, i) => decimals.Append(ToDecimal(reader, i, name)), () => decimals.AppendNull(), () => Taken(decimals.Build(ArrowMemory.Managed), decimals.Clear));
            case ColumnType.Date:
                var days = new Int32Array.Builder();
                return new((reader, i) => days.Append(ToDay(reader, i, name)), () => days.AppendNull(), () => new Date32Array(As(type, Taken(days.Build(ArrowMemory.Managed), days.Clear))));
            case ColumnType.Timestamp:
                var times = new Int64Array.Builder();
                return new((reader, i) => times.Append(ToMicros(reader, i, name)), () => times.AppendNull(), () => new TimestampArray(As(type, Taken(times.Build(ArrowMemory.Managed), times.Clear))));
            case ColumnType.Binary:
                var bytes = new BinaryArray.Builder();
                return new((reader, i) => bytes.Append(reader.GetFieldValue<byte[]>(i).AsSpan()), () => bytes.AppendNull(), () => Taken(bytes.Build(ArrowMemory.Managed), bytes.Clear));
            default:
                var texts = new StringArray.Builder();
                return new(native == "uuid" ? (reader, i) => texts.Append(reader.GetGuid(i).ToString()) : (reader, i) => texts.Append(reader.GetString(i)), () => texts.AppendNull(), () => Taken(texts.Build(ArrowMemory.Managed), texts.Clear));
        }
    }

    // The same bytes, which a dataset calls otherwise.
    private static ArrayData As(ColumnType type, IArrowArray array) => new(DatasetSchema.ToArrow(type), array.Length, array.NullCount, array.Offset, array.Data.Buffers);

    private static IArrowArray Taken<T>(IArrowArray array, Func<T> clear)
    {
        clear();
        return array;
    }

    // As the server sends it: infinities are not taken for days of the year 9999.
    private static long ToMicros(NpgsqlDataReader reader, int index, string name)
    {
        var since2000 = reader.GetFieldValue<long>(index);
        return since2000 >= FirstMicros - MicrosTo2000 && since2000 <= LastMicros - MicrosTo2000
            ? since2000 + MicrosTo2000
            : throw Refused(name, "a time that is infinite or not between the years 1 and 9999");
    }

    private static int ToDay(NpgsqlDataReader reader, int index, string name)
    {
        var since2000 = reader.GetFieldValue<int>(index);
        return since2000 >= FirstDay - DaysTo2000 && since2000 <= LastDay - DaysTo2000
            ? since2000 + DaysTo2000
            : throw Refused(name, "a day that is infinite or not between the years 1 and 9999");
    }

    private static decimal ToDecimal(NpgsqlDataReader reader, int index, string name)
    {
        const string Unfit = "a number that does not fit 20 digits before and 18 after the point, or is none";
        try
        {
            var value = reader.GetDecimal(index);
            return value.Scale <= 18 || decimal.Round(value, 18) == value ? decimal.Round(value, 18) : throw Refused(name, Unfit);
        }
        catch (Exception e) when (e is OverflowException or InvalidCastException)
        {
            throw Refused(name, Unfit);
        }
    }

    private static DataException Refused(string column, string what) => new($"Column '{column}' holds {what}. Filter or cast it in the query.") { Column = column };
}
