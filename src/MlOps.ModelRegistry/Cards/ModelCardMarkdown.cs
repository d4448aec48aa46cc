using System.Text;

namespace MlOps.ModelRegistry;

/// <summary>Writes a card as Markdown.</summary>
internal static class ModelCardMarkdown
{
    private const string Special = "\\`*_{}[]()#+-.!|~";

    internal static string Write(ModelCard card)
    {
        var text = new StringBuilder().Append("# ").Append(Escape(card.Model)).Append(" version ").Append(card.Version).Append('\n');
        foreach (var section in card.Sections)
        {
            text.Append("\n## ").Append(Escape(section.Title)).Append('\n');
            if (section.Text is { } words) text.Append('\n').Append(Paragraphs(words)).Append('\n');
            if (section.Columns.Count == 0) continue;
            text.Append("\n| ").AppendJoin(" | ", section.Columns.Select(Escape)).Append(" |\n|").Append(string.Concat(Enumerable.Repeat(" --- |", section.Columns.Count))).Append('\n');
            foreach (var row in section.Rows) text.Append("| ").AppendJoin(" | ", row.Select(Escape)).Append(" |\n");
        }

        return text.ToString();
    }

    private static string Paragraphs(string text) => string.Join("\n\n", Lines(text).Select(Escape));

    private static IEnumerable<string> Lines(string text) => text.ReplaceLineEndings("\n").Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => line.Trim());

    // CommonMark takes a backslash before any of these; HTML within Markdown is written with entities; a line break would end a cell.
    private static string Escape(string text) => string.Concat(text.Select(c => c switch
    {
        '<' => "&lt;",
        '>' => "&gt;",
        '&' => "&amp;",
        _ when char.IsControl(c) => " ",
        _ when Special.Contains(c, StringComparison.Ordinal) => "\\" + c,
        _ => c.ToString(),
    }));
}
