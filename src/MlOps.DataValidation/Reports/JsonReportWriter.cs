using System.Globalization;
using System.Text;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Writes a report as JSON: the same facts and tables, numbers as numbers, infinities as text, and null where there is nothing.</summary>
internal static class JsonReportWriter
{
    public static string Write(ReportDocument report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true, NewLine = "\n", Encoder = MlOpsJson.Indented.Encoder }))
        {
            json.WriteStartObject();
            json.WriteString("kind", report.Kind);
            json.WriteString("title", report.Title);
            json.WriteString("verdict", Name(report.Tone));
            json.WriteString("summary", report.Summary);
            Facts(json, report.Facts);
            json.WriteStartArray("sections");
            foreach (var section in report.Sections) Section(json, section);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Section(Utf8JsonWriter json, ReportSection section)
    {
        json.WriteStartObject();
        json.WriteString("title", section.Title);
        if (section.Note is { } note) json.WriteString("note", note);
        if (section.Chips.Count > 0)
        {
            json.WriteStartArray("remarks");
            foreach (var chip in section.Chips) json.WriteStringValue(chip.Text);
            json.WriteEndArray();
        }

        Facts(json, section.Facts);
        foreach (var chart in section.Figures.OfType<ReportChart>())
        {
            if (chart.Before.Count > 0) Bins(json, "before", chart.Before);
            Bins(json, "histogram", chart.Bins);
        }

        if (section.Table is { } table) Table(json, table);
        json.WriteEndObject();
    }

    private static void Facts(Utf8JsonWriter json, IReadOnlyList<ReportFact> facts)
    {
        if (facts.Count == 0) return;
        json.WriteStartObject("facts");
        foreach (var fact in facts) Value(json, Key(fact.Name), fact.Value, fact.Text);
        json.WriteEndObject();
    }

    private static void Table(Utf8JsonWriter json, ReportTable table)
    {
        json.WriteStartArray("rows");
        foreach (var row in table.Rows)
        {
            json.WriteStartObject();
            foreach (var (column, cell) in table.Columns.Zip(row)) Value(json, column.Key, cell.Value, cell.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Bins(Utf8JsonWriter json, string name, IReadOnlyList<ReportBin> bins)
    {
        json.WriteStartArray(name);
        foreach (var bin in bins)
        {
            json.WriteStartObject();
            Value(json, "low", bin.Low, string.Empty);
            Value(json, "high", bin.High, string.Empty);
            json.WriteNumber("height", bin.Height);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Value(Utf8JsonWriter json, string name, double? value, string text)
    {
        if (value is double.NaN || (value is null && text == Readable.Nothing)) json.WriteNull(name);
        else if (value is null) json.WriteString(name, text);
        else if (double.IsFinite(value.Value)) json.WriteNumber(name, value.Value);
        else json.WriteString(name, value.Value.ToString(CultureInfo.InvariantCulture));
    }

    // "Standard deviation" for people is standardDeviation for programs.
    private static string Key(string name) => string.Concat(name.Split(' ').Select((w, i) => i == 0 ? w.ToLowerInvariant() : char.ToUpperInvariant(w[0]) + w[1..].ToLowerInvariant()));

    private static string Name(ReportTone tone) => tone switch
    {
        ReportTone.Good => "good",
        ReportTone.Warning => "warning",
        ReportTone.Bad => "bad",
        _ => "none",
    };
}
