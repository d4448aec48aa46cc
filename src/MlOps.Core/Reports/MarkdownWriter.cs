using System.Text;

namespace MlOps.Core;

/// <summary>Writes a report as Markdown (GitHub's), short enough for a pull request. What comes from the data stands in code spans, where it neither formats nor mentions anybody.</summary>
internal static class MarkdownWriter
{
    /// <summary>The rows of a table that are written; a comment has a limit.</summary>
    private const int MaxRows = 100;

    public static string Write(ReportDocument report)
    {
        var text = new StringBuilder();
        text.Append($"## {Mark(report.Tone)}{Escape(report.Title)}\n\n{Escape(report.Summary).Replace("\n", "  \n", StringComparison.Ordinal)}\n");
        if (report.Facts.Count > 0)
            text.Append('\n').AppendJoin(" · ", report.Facts.Select(f => $"{Escape(f.Name)} **{Escape(f.Text)}**")).Append('\n');
        foreach (var section in report.Sections.Where(s => !s.IsCard)) Section(text, section);
        return text.ToString();
    }

    private static void Section(StringBuilder text, ReportSection section)
    {
        text.Append($"\n### {Escape(section.Title)}\n");
        if (section.Note is { } note) text.Append($"\n{Escape(note)}\n");
        if (section.Facts.Count > 0) text.Append('\n').AppendJoin('\n', section.Facts.Select(f => $"- {Escape(f.Name)}: {Escape(f.Text)}")).Append('\n');
        if (section.Table is not { } table) return;
        text.Append($"\n|{string.Concat(table.Columns.Select(c => $" {Escape(c.Header)} |"))}\n|{string.Concat(table.Columns.Select(c => c.IsNumeric ? " ---: |" : " --- |"))}\n");
        foreach (var row in table.Rows.Take(MaxRows)) text.Append($"|{string.Concat(row.Select(c => $" {Cell(c)} |"))}\n");
        if (table.Rows.Count > MaxRows) text.Append($"\nand {Readable.Count(table.Rows.Count - MaxRows)} more.\n");
    }

    private static string Cell(ReportCell cell) => cell.IsData ? Code(cell.Text) : Mark(cell.Tone) + Escape(cell.Text);

    private static string Mark(ReportTone tone) => tone switch
    {
        ReportTone.Good => "✅ ",
        ReportTone.Warning => "⚠️ ",
        ReportTone.Bad => "❌ ",
        _ => string.Empty,
    };

    // A code span ends with as many backticks as it begins with, so it begins with more than the text has in a row.
    private static string Code(string text)
    {
        var line = Line(text).Replace("|", "\\|", StringComparison.Ordinal);
        if (line.Length == 0) return " ";
        var (longest, run) = (0, 0);
        foreach (var c in line) longest = Math.Max(longest, run = c == '`' ? run + 1 : 0);
        var fence = new string('`', longest + 1);
        return longest > 0 ? $"{fence} {line} {fence}" : $"{fence}{line}{fence}";
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '\r' || (char.IsControl(c) && c != '\n')) escaped.Append(' ');
            else if (c == '@') escaped.Append("@\u200b"); // a name after it would be told of the report
            else if (c is '\\' or '`' or '*' or '_' or '[' or ']' or '<' or '>' or '|' or '#' or '~' or '&') escaped.Append('\\').Append(c);
            else escaped.Append(c);
        }

        return escaped.ToString();
    }

    private static string Line(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
