using System.Net;
using System.Text;

namespace MlOps.ModelRegistry;

/// <summary>Writes a card as an HTML page.</summary>
internal static class ModelCardHtml
{
    private const string Style = """
        body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1b1b1b; background: #fff }
        h2 { margin-top: 2rem; border-bottom: 1px solid #ccc }
        table { border-collapse: collapse; display: block; overflow-x: auto }
        th, td { border: 1px solid #ccc; padding: .25rem .6rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
        th { background: #f3f3f3 }
        @media (prefers-color-scheme: dark) { body { color: #eee; background: #1b1b1b } th { background: #333 } }
        """;

    internal static string Write(ModelCard card)
    {
        var title = $"{Encode(card.Model)} version {card.Version}";
        var page = new StringBuilder($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width">
            <title>{title}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>{title}</h1>

            """.ReplaceLineEndings("\n"));
        foreach (var section in card.Sections)
        {
            page.Append("<h2>").Append(Encode(section.Title)).Append("</h2>\n");
            foreach (var line in (section.Text ?? string.Empty).ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries)) page.Append("<p>").Append(Encode(line)).Append("</p>\n");
            if (section.Columns.Count == 0) continue;
            page.Append("<table>\n").Append(Row("th", section.Columns));
            foreach (var row in section.Rows) page.Append(Row("td", row));
            page.Append("</table>\n");
        }

        return page.Append("</body>\n</html>\n").ToString();
    }

    private static string Row(string cell, IReadOnlyList<string> cells) => $"<tr>{string.Concat(cells.Select(text => $"<{cell}>{Encode(text)}</{cell}>"))}</tr>\n";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
