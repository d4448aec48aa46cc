using MlOps.Core;

namespace MlOps.Postgres;

/// <summary>The SQL of PostgreSQL.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    // The first moment that its times know, 4713-11-24 BC, in microseconds since 1970.
    private const long First = -210_866_803_200_000_000;

    public static PostgresDialect Instance { get; } = new();

    public override string Name => "PostgreSQL";

    public override PointInTimePlan Plan => PointInTimePlan.Lateral;

    public override string Parameter(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return "@" + name;
    }

    public override string TypeOf(ColumnType type) => type switch
    {
        ColumnType.Boolean => "boolean",
        ColumnType.Int64 => "bigint",
        ColumnType.Float64 => "double precision",
        ColumnType.Decimal => "numeric(38, 18)",
        ColumnType.String => "text",
        ColumnType.Date => "date",
        ColumnType.Timestamp => "timestamp with time zone",
        ColumnType.Binary => "bytea",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a column type."),
    };

    public override string Ordered(string expression, ColumnType type) => type == ColumnType.String ? $"({expression} COLLATE \"C\")" : base.Ordered(expression, type);

    // The epoch of a time without a zone counts as if it were UTC; the result of EXTRACT is exact.
    public override string Micros(string expression) => $"(EXTRACT(EPOCH FROM {expression}) * 1000000)::bigint";

    // An interval is multiplied as a double, hence in two parts, each of which a double holds exactly.
    public override string FromMicros(string expression, string nativeType)
    {
        ArgumentNullException.ThrowIfNull(nativeType);
        var epoch = nativeType switch
        {
            "timestamptz" => "TIMESTAMPTZ '1970-01-01 00:00:00+00'",
            "timestamp" or "date" => "TIMESTAMP '1970-01-01 00:00:00'",
            _ => throw new ArgumentException($"A column of the type {nativeType} holds no times.", nameof(nativeType)),
        };
        var micros = $"GREATEST({expression}, {First})";
        return $"({epoch} + ({micros} / 1000000) * INTERVAL '1 second' + ({micros} % 1000000) * INTERVAL '1 microsecond')";
    }
}
