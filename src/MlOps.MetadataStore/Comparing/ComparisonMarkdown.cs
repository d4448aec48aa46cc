using System.Globalization;
using System.Text;

namespace MlOps.MetadataStore;

/// <summary>Writes a comparison as Markdown.</summary>
internal static class ComparisonMarkdown
{
    private const int MaxText = 200;
    private const string Special = @"\`*_{}[]()#+-!|~";

    public static string Write(RunComparison comparison, bool onlyDifferences)
    {
        var text = new StringBuilder();
        Line(text, "run", comparison.Runs.Select(run => run.Name));
        text.Append('|').Insert(text.Length, "---|", comparison.Runs.Count + 1).Append('\n');
        Line(text, "id", comparison.Runs.Select(run => run.Id));
        Line(text, "status", comparison.Runs.Select(run => run.Status.ToString()));
        Line(text, "started", comparison.Runs.Select(run => run.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
        Line(text, "seconds", comparison.Runs.Select(run => run.Duration?.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)));
        Table(text, "Metrics", comparison.Metrics, comparison.Runs, onlyDifferences);
        Table(text, "Parameters", comparison.Parameters, comparison.Runs, onlyDifferences);
        Table(text, "Datasets", comparison.Datasets, comparison.Runs, onlyDifferences);
        Table(text, "Environment", comparison.Environment, comparison.Runs, onlyDifferences);
        return text.ToString();
    }

    /// <summary>Makes text safe in a cell: nothing in it is markup, HTML, a link or the end of the cell or the line.</summary>
    public static string Escape(string? text)
    {
        if (text is null) return string.Empty;
        var cut = text.Length <= MaxText ? text : text[..(MaxText - 1)] + "…";
        var escaped = new StringBuilder(cut.Length + 16);
        foreach (var character in cut)
        {
            if (char.IsControl(character) || character is '\u2028' or '\u2029') escaped.Append(' ');
            else if (character == '&') escaped.Append("&amp;");
            else if (character == '<') escaped.Append("&lt;");
            else if (character == '>') escaped.Append("&gt;");
            else if (character == ':') escaped.Append("&#58;"); // no address becomes a link by itself
            else if (Special.Contains(character, StringComparison.Ordinal)) escaped.Append('\\').Append(character);
            else escaped.Append(character);
        }

        return escaped.ToString();
    }

    private static void Table(StringBuilder text, string title, IReadOnlyList<ComparedRow> rows, IReadOnlyList<ComparedRun> runs, bool onlyDifferences)
    {
        var shown = rows.Where(row => row.Differs || !onlyDifferences).ToList();
        if (shown.Count == 0) return;
        text.Append("\n**").Append(title).Append("**\n\n");
        Line(text, string.Empty, runs.Select(run => run.Name));
        text.Append('|').Insert(text.Length, "---|", runs.Count + 1).Append('\n');
        foreach (var row in shown) Line(text, row.Differs ? row.Name + " ≠" : row.Name, row.Values);
    }

    private static void Line(StringBuilder text, string name, IEnumerable<string?> values) =>
        text.Append("| ").Append(Escape(name)).Append(" | ").AppendJoin(" | ", values.Select(Escape)).Append(" |\n");
}
