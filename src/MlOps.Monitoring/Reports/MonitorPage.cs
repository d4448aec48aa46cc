using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>A page for people about what a monitor found: in one window, or in many, as the days of a month. The same reports give the same bytes.</summary>
/// <remarks>
/// The HTML holds its styles and pictures, has no script and forbids itself to load anything; it follows the light or dark scheme of the reader and is readable on a phone. Every text from the data is encoded.
/// It shows values of columns where reports name them, as those of bins. Immutable and thread-safe.
/// </remarks>
public sealed class MonitorPage
{
    private readonly ReportDocument _document;

    private MonitorPage(ReportDocument document) => _document = document;

    /// <summary>Gets the title.</summary>
    public string Title => _document.Title;

    /// <summary>Gets the result in a sentence.</summary>
    public string Summary => _document.Summary;

    /// <summary>Tells what a monitor found in a window.</summary>
    /// <param name="report">What it found.</param>
    /// <returns>The page.</returns>
    public static MonitorPage Of(MonitorReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return Of([report]);
    }

    /// <summary>Tells what a monitor found in several windows, as a series.</summary>
    /// <param name="reports">What it found, in any order.</param>
    /// <returns>The page. Of windows that overlap each is a point of its own.</returns>
    /// <exception cref="ArgumentException">There is no report, one is null, or they are of several monitors.</exception>
    public static MonitorPage Of(IReadOnlyList<MonitorReport> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        if (reports.Count == 0) throw new ArgumentException("A page needs a report at least.", nameof(reports));
        if (reports.Any(r => r is null)) throw new ArgumentException("A report is null.", nameof(reports));
        if (reports.Select(r => r.Monitor).Distinct(StringComparer.Ordinal).Skip(1).Any())
            throw new ArgumentException($"The reports are of several monitors: {string.Join(", ", reports.Select(r => r.Monitor).Distinct(StringComparer.Ordinal))}. Give each a page of its own.", nameof(reports));
        return new(PageDocument.Of([.. reports.OrderBy(r => r.To).ThenBy(r => r.From)]));
    }

    /// <summary>Writes the page as one HTML file.</summary>
    /// <returns>The text of the file, to be stored as UTF-8.</returns>
    public string ToHtml() => HtmlWriter.Write(_document);

    /// <summary>Writes the page as Markdown, without pictures and the details of each column.</summary>
    /// <returns>The text.</returns>
    public string ToMarkdown() => MarkdownWriter.Write(_document);
}
