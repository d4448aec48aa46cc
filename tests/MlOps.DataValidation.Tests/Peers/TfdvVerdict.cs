using System.Text.Json;
using MlOps.DataValidation;

namespace MlOps.Peers;

/// <summary>What was found, and what the peer expects, in the same form: the kinds for each column; the dataset is the column without a name.</summary>
internal static class TfdvVerdict
{
    public static Dictionary<string, AnomalyKind[]> Of(TfdvSchema schema, DatasetFacts facts, string? environment, Controls controls)
    {
        var found = AnomalyFinder.Find(schema.Schema, facts, environment, controls).SelectMany(f => f.Findings.Found.Select(a => a.Anomaly));
        var problems = schema.Problems.Where(p => p.Column is null or "" || facts[p.Column] is { Present: > 0 } || schema.Broken.Contains(p.Column)).Select(p => new Anomaly(p.Kind, p.Column, null, null, p.Message));
        return Group(found.Concat(problems).Select(a => (a.Column ?? "", a.Kind)));
    }

    public static Dictionary<string, AnomalyKind[]> Expected(JsonElement anomalies) =>
        Group(anomalies.EnumerateObject().SelectMany(c => c.Value.GetProperty("reason").EnumerateArray().Select(r => (c.Name, TfdvNames.Kinds[r.GetProperty("type").GetString()!]))));

    /// <summary>What TFDV infers: no ranges, no uniqueness, any share of missing values.</summary>
    public static InferenceOptions Inference(bool infersShape = false, int domainLimit = 100) => new() { RangeSlack = null, MissingSlack = null, UniqueFrom = null, InfersShape = infersShape, DomainLimit = domainLimit };

    /// <summary>Lists of any length are lists without a limit, and bytes and texts have one type.</summary>
    public static ColumnSchema Comparable(ColumnSchema column) => column with { Type = column.Type == MlOps.Statistics.ValueKind.Binary ? MlOps.Statistics.ValueKind.Text : column.Type, Lists = column.Lists is { Count: 1 } lists && lists[0] == new CountRange() ? null : column.Lists };

    private static Dictionary<string, AnomalyKind[]> Group(IEnumerable<(string Column, AnomalyKind Kind)> found) =>
        found.GroupBy(f => f.Column).ToDictionary(g => g.Key, g => g.Select(f => f.Kind).Distinct().Order().ToArray());
}
