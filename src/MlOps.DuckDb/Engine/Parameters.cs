using System.Globalization;
using DuckDB.NET.Native;

namespace MlOps.DuckDb;

/// <summary>Binds the parameters of a query by name.</summary>
internal static class Parameters
{
    public static void Bind(DuckDBPreparedStatement statement, IReadOnlyDictionary<string, object?>? parameters)
    {
        var wanted = NativeMethods.PreparedStatements.DuckDBParams(statement);
        var bound = 0L;
        foreach (var (name, value) in parameters ?? new Dictionary<string, object?>())
        {
            if (!NativeMethods.PreparedStatements.DuckDBBindParameterIndex(statement, out var index, name).IsSuccess())
                throw new DuckDbError(DuckDBErrorType.ParameterNotResolved, $"The query has no parameter ${name}. Name it in the query or leave it out.");
            if (!Bind(statement, index, name, value).IsSuccess())
                throw new DuckDbError(DuckDBErrorType.ParameterNotAllowed, $"Parameter ${name} cannot be bound: {NativeMethods.PreparedStatements.DuckDBPrepareError(statement)}");
            bound++;
        }

        if (bound < wanted) throw new DuckDbError(DuckDBErrorType.ParameterNotResolved, $"The query has {wanted} parameters, {bound} were given. Give each of them by name.");
    }

    private static DuckDBState Bind(DuckDBPreparedStatement statement, long index, string name, object? value)
    {
        if (value is null or DBNull) return NativeMethods.PreparedStatements.DuckDBBindNull(statement, index);
        using var native = value switch
        {
            bool v => NativeMethods.Value.DuckDBCreateBool(v),
            sbyte or byte or short or ushort or int or uint or long => NativeMethods.Value.DuckDBCreateInt64(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            ulong v => NativeMethods.Value.DuckDBCreateUInt64(v),
            float v => NativeMethods.Value.DuckDBCreateDouble(v),
            double v => NativeMethods.Value.DuckDBCreateDouble(v),
            decimal v => NativeMethods.Value.DuckDBCreateDecimal(ToDecimal(v)),
            string v => NativeMethods.Value.DuckDBCreateVarchar(v),
            char v => NativeMethods.Value.DuckDBCreateVarchar(v.ToString()),
            Guid v => NativeMethods.Value.DuckDBCreateVarchar(v.ToString()),
            Enum v => NativeMethods.Value.DuckDBCreateVarchar(v.ToString()),
            byte[] v => NativeMethods.Value.DuckDBCreateBlob(v, v.Length),
            DateOnly v => NativeMethods.Value.DuckDBCreateDate(new DuckDBDate { Days = v.DayNumber - new DateOnly(1970, 1, 1).DayNumber }),
            DateTimeOffset v => CreateTimestamp(v.UtcTicks),
            DateTime v => CreateTimestamp(v.Kind == DateTimeKind.Local ? v.ToUniversalTime().Ticks : v.Ticks),
            _ => throw new ArgumentException($"Parameter '{name}' is a {value.GetType().Name}. Give a number, text, a truth value, a date or time, or bytes."),
        };
        return NativeMethods.PreparedStatements.DuckDBBindValue(statement, index, native);
    }

    private static DuckDBValue CreateTimestamp(long ticks) =>
        NativeMethods.Value.DuckDBCreateTimestampTz(new DuckDBTimestampStruct { Micros = (ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond });

    private static DuckDBDecimal ToDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var digits = new UInt128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        var signed = value < 0 ? -(Int128)digits : (Int128)digits;
        return new DuckDBDecimal(38, value.Scale, new DuckDBHugeInt((ulong)signed, (long)(signed >> 64)));
    }
}
