using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace MlOps.Core;

/// <summary>Writes a report as one HTML file that needs nothing else: no script, no font, no picture, no network. Its own policy forbids them.</summary>
internal sealed class HtmlWriter
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private static readonly Lazy<string> Style = new(ReadStyle);
    private readonly StringBuilder _html = new();

    private HtmlWriter()
    {
    }

    public static string Write(ReportDocument report)
    {
        var writer = new HtmlWriter();
        writer.Page(report);
        return writer._html.ToString();
    }

    /// <summary>Makes a text harmless: nothing in it is markup, and what HTML cannot hold is replaced.</summary>
    public static string Text(string text) => Encoder.Encode(text.Any(IsForbidden) ? string.Concat(text.Select(c => IsForbidden(c) ? '\uFFFD' : c)) : text);

    private static bool IsForbidden(char c) => char.IsControl(c) && c is not ('\n' or '\t');

    private static string Class(ReportTone tone) => tone switch
    {
        ReportTone.Good => " good",
        ReportTone.Warning => " warning",
        ReportTone.Bad => " bad",
        _ => string.Empty,
    };

    private static string Chip(string text, ReportTone tone) => $"""<span class="chip{Class(tone)}">{Text(text)}</span>""";

    private static string Key(ReportKey key)
    {
        var colour = key.Colour switch { null => string.Empty, "before" => " class=\"before\"", var other => $" style=\"background:var(--{Text(other)})\"" };
        return $"<span><i{colour}></i>{Text(key.Name)}</span>";
    }

    private static string ReadStyle()
    {
        using var stream = typeof(HtmlWriter).Assembly.GetManifestResourceStream("report.css") ?? throw new InvalidOperationException("The style sheet is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private void Page(ReportDocument report)
    {
        Line($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>{Text(report.Title)}</title>
            <style>
            {Style.Value}</style>
            </head>
            <body>
            <main>
            <p class="kind">{Text(report.Kind)}</p>
            <h1>{Text(report.Title)}</h1>
            <p class="summary{Class(report.Tone)}">{Text(report.Summary)}</p>
            """);
        Facts(report.Facts, "tiles");
        var inCards = false;
        foreach (var section in report.Sections)
        {
            if (section.IsCard != inCards) Line(inCards ? "</div>" : """<div class="cards">""");
            inCards = section.IsCard;
            Section(section);
        }

        if (inCards) Line("</div>");
        Line("""
            <footer>Written by MlOps.Sdk. This file loads nothing.</footer>
            </main>
            </body>
            </html>
            """);
    }

    private void Section(ReportSection section)
    {
        var anchor = section.Anchor is { } name ? $""" id="{Text(name)}" """.TrimEnd() : string.Empty;
        var chips = string.Concat(section.Chips.Select(c => Chip(c.Text, c.Tone)));
        Line(section.IsCard ? $"""<article class="card"{anchor}><header><h3>{Text(section.Title)}</h3>{chips}</header>""" : $"""<section{anchor}><h2>{Text(section.Title)}</h2>{chips}""");
        if (section.Note is { } note) Line($"""<p class="note">{Text(note)}</p>""");
        var ownCards = !section.IsCard && section.Figures.Count > 0; // a picture is as wide as a card
        if (ownCards) Line("""<div class="cards">""");
        foreach (var figure in section.Figures)
        {
            if (ownCards) Line("""<div class="card">""");
            if (figure.Keys.Count > 0) Line($"""<div class="legend">{string.Concat(figure.Keys.Select(Key))}</div>""");
            Line(figure.Draw());
            if (ownCards) Line("</div>");
        }

        if (ownCards) Line("</div>");

        Facts(section.Facts, "facts");
        if (section.Table is { } table) Table(table);
        Line(section.IsCard ? "</article>" : "</section>");
    }

    private void Facts(IReadOnlyList<ReportFact> facts, string style)
    {
        if (facts.Count == 0) return;
        Line($"""<dl class="{style}">""");
        foreach (var fact in facts) Line($"<div><dt>{Text(fact.Name)}</dt><dd>{Text(fact.Text)}</dd></div>");
        Line("</dl>");
    }

    private void Table(ReportTable table)
    {
        Line("""<div class="scroll"><table>""");
        if (table.Columns.Any(c => c.Header.Length > 0)) Line($"<thead><tr>{string.Concat(table.Columns.Select(c => $"<th{(c.IsNumeric ? " class=\"n\"" : "")}>{Text(c.Header)}</th>"))}</tr></thead>");
        Line("<tbody>");
        foreach (var row in table.Rows) Line($"<tr>{string.Concat(table.Columns.Zip(row, Cell))}</tr>");
        Line("</tbody></table></div>");
    }

    private static string Cell(ReportColumn column, ReportCell cell)
    {
        var style = (column, cell) switch
        {
            ({ IsNumeric: true }, _) => " class=\"n\"",
            ({ IsWide: true }, _) => " class=\"wide\"",
            (_, { IsData: true }) => " class=\"data\"",
            _ => string.Empty,
        };
        var text = cell.Tone == ReportTone.Plain ? Text(cell.Text) : Chip(cell.Text, cell.Tone);
        if (cell.Address is { } address) text = $"""<a href="{Text(address)}">{text}</a>""";
        if (cell.Link is { } link) text = $"""<a href="#{Text(link)}">{text}</a>""";
        if (cell.Bar is { } bar) text += string.Create(CultureInfo.InvariantCulture, $"""<span class="bar{(cell.IsBefore ? " before" : "")}" style="width:{100 * Math.Clamp(bar, 0, 1):0.#}%"></span>""");
        return $"<td{style}>{text}</td>";
    }

    private void Line(string text) => _html.Append(text).Append('\n');
}
