using MlOps.Core;

namespace MlOps.DuckDb;

/// <summary>The SQL of DuckDB.</summary>
internal sealed class DuckDbDialect : SqlDialect
{
    public static DuckDbDialect Instance { get; } = new();

    public override string Name => "DuckDB";

    public override PointInTimePlan Plan => PointInTimePlan.Asof;

    public override bool KeepsOrder => true; // preserve_insertion_order

    public override string Parameter(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return "$" + name;
    }

    public override string TypeOf(ColumnType type) => type switch
    {
        ColumnType.Boolean => "BOOLEAN",
        ColumnType.Int64 => "BIGINT",
        ColumnType.Float64 => "DOUBLE",
        ColumnType.Decimal => "DECIMAL(38, 18)",
        ColumnType.String => "VARCHAR",
        ColumnType.Date => "DATE",
        ColumnType.Timestamp => "TIMESTAMPTZ",
        ColumnType.Binary => "BLOB",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a column type."),
    };

    public override string Micros(string expression) => $"epoch_us({expression})";

    public override string FromMicros(string expression, string nativeType) => nativeType switch
    {
        "TIMESTAMP WITH TIME ZONE" => $"(make_timestamp({expression}) AT TIME ZONE 'UTC')",
        "TIMESTAMP" or "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS" or "DATE" => $"make_timestamp({expression})",
        _ => throw new ArgumentException($"A column of the type {nativeType} holds no times.", nameof(nativeType)),
    };
}
