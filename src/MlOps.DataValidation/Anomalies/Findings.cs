using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Collects the anomalies of one column, each with the change of the schema that would allow it.</summary>
internal sealed class Findings(string? column)
{
    public List<(Anomaly Anomaly, Func<ColumnSchema, ColumnSchema> Relax)> Found { get; } = [];

    public List<DistanceMeasurement> Measurements { get; } = [];

    public static string Text(double? number) => number?.ToString("G10", CultureInfo.InvariantCulture) ?? "no limit";

    public void Add(AnomalyKind kind, string? observed, string? expected, string message, Func<ColumnSchema, ColumnSchema> relax) =>
        Found.Add((new(kind, column, observed, expected, message), relax));

    public void Add(AnomalyKind kind, double observed, double? expected, string message, Func<ColumnSchema, ColumnSchema> relax) =>
        Add(kind, Text(observed), Text(expected), message, relax);
}
