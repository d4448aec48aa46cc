using System.Text.Json;
using System.Text.Json.Nodes;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Shows a section that nobody here knows, as those of a host's own checks: its summary, its figures, and a table for each list of its properties.</summary>
/// <remarks>It is drawn from its JSON, so that one that was read back looks as it did before.</remarks>
internal static class OtherPart
{
    private const int MaxRows = 200;
    private const int MaxColumns = 12;
    private const int MaxDepth = 3;

    public static IEnumerable<ReportSection> Of(IReadOnlyList<(MonitorReport Report, MonitorSection Section)> found)
    {
        if (found.Count == 0) yield break;
        if (found.Count > 1) yield return Windows(found);
        var (report, section) = found[^1];
        var when = found.Count > 1 ? $" in {PageText.Window(report.From, report.To)}" : string.Empty;
        var node = MonitorJson.ToNode(section);
        var facts = new List<ReportFact>();
        var tables = new List<ReportSection>();
        foreach (var (name, value) in node.Where(p => p.Key is not (MonitorJson.TypeName or "check" or "summary" or "alarms")))
            Add(name, value, $"{Words.Title(section.Check)}: ", facts, tables, 0);
        yield return new($"{Words.Title(section.Check)}{when}") { Note = Readable.Cut(section.Summary, 400), Facts = facts };
        foreach (var table in tables) yield return table;
    }

    private static ReportSection Windows(IReadOnlyList<(MonitorReport Report, MonitorSection Section)> found) => new(Words.Title(found[0].Section.Check))
    {
        Table = new(
            [new("window", "Window", true), new("alarms", "Alarms", true), new("summary", "Result") { IsWide = true }],
            [.. found.TakeLast(MaxRows).Select(f => (IReadOnlyList<ReportCell>)[new(PageText.Window(f.Report.From, f.Report.To)), ReportCell.Count(f.Section.Alarms.Count), new(Readable.Cut(f.Section.Summary, 400))])]),
    };

    private static void Add(string name, JsonNode? value, string owner, List<ReportFact> facts, List<ReportSection> tables, int depth)
    {
        switch (value)
        {
            case JsonArray array when array.Any(item => item is JsonObject):
                tables.Add(new($"{owner}{Words.Title(name)}") { Table = Table(array), Note = array.Count > MaxRows ? $"The first {MaxRows} of {Readable.Count(array.Count)}." : null });
                break;
            case JsonObject parts when depth < MaxDepth:
                foreach (var (part, inner) in parts) Add($"{name}-{part}", inner, owner, facts, tables, depth + 1);
                break;
            default:
                facts.Add(Cell(value) is var cell ? new(Words.Title(name), cell.Text, cell.Value) : default);
                break;
        }
    }

    private static ReportTable Table(JsonArray array)
    {
        var rows = array.OfType<JsonObject>().Take(MaxRows).ToArray();
        string[] names = [.. rows.SelectMany(r => r.Select(p => p.Key)).Distinct(StringComparer.Ordinal).Take(MaxColumns)];
        return new(
            [.. names.Select(n => new ReportColumn(n, Words.Title(n), rows.All(r => r[n] is null || r[n]!.GetValueKind() == JsonValueKind.Number)))],
            [.. rows.Select(r => (IReadOnlyList<ReportCell>)[.. names.Select(n => Cell(r[n]))])]);
    }

    private static ReportCell Cell(JsonNode? value) => value switch
    {
        null => new(Readable.Nothing),
        JsonArray array when array.All(item => item is null or JsonValue) => PageText.Data(PageText.Some(array.Select(item => Cell(item).Text))),
        JsonArray array => new($"{Readable.Count(array.Count)} items"),
        JsonObject parts => PageText.Data(parts.ToJsonString(MlOpsJson.Options)),
        _ => value.GetValueKind() switch
        {
            JsonValueKind.Number => ReportCell.Number(value.Deserialize<double>()),
            JsonValueKind.True => new("yes"),
            JsonValueKind.False => new("no"),
            _ => PageText.Data(value.ToString()),
        },
    };
}
