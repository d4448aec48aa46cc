using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Monitoring;

/// <summary>The columns in which predictions lie in the log.</summary>
internal static class PredictionColumns
{
    public const string Prefix = "prediction.";
    public const string OutputPrefix = "output.";
    public const string Id = "prediction.id";
    public const string Version = "prediction.version";
    public const string Time = "prediction.time";
    public const string Latency = "prediction.latency";
    public const string Caller = "prediction.caller";
    public const string Error = "prediction.error";
    public const string Truth = "ground_truth";

    /// <summary>The columns that every row has, whatever was predicted.</summary>
    public static readonly IReadOnlyList<Column> Fixed =
    [
        new(Id, ColumnType.String),
        new(Version, ColumnType.Int64),
        new(Time, ColumnType.Timestamp),
        new(Latency, ColumnType.Float64),
        new(Caller, ColumnType.String),
        new(Error, ColumnType.String),
    ];

    /// <summary>Names that no input can have.</summary>
    public static readonly IReadOnlyList<string> Reserved = [.. Fixed.Select(c => c.Name), Truth];

    /// <summary>How many rows a request takes in the log. One that failed before it had inputs takes one.</summary>
    public static int RowsOf(PredictionEntry entry)
    {
        if (entry.Inputs.Count == 0 && entry.Outputs.Count == 0) return 1;
        var rows = 0;
        for (var i = 0; i < entry.Inputs.Count; i++) rows = Math.Max(rows, entry.Inputs[i].Rows);
        for (var i = 0; i < entry.Outputs.Count; i++) rows = Math.Max(rows, entry.Outputs[i].Rows);
        return rows;
    }
}
