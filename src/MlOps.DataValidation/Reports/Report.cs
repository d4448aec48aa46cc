using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.DataValidation;

/// <summary>A report for people: one HTML file, Markdown for a pull request, JSON for programs, JUnit XML for continuous integration. The same input gives the same bytes.</summary>
/// <remarks>
/// The HTML holds its styles and pictures, has no script and forbids itself to load anything; it follows the light or dark scheme of the reader and is readable on a phone. Every text from the data is encoded.
/// A report shows what the profile holds: profile with <see cref="ProfileOptions.KeepValues"/> off when values must not be seen. Immutable and thread-safe.
/// </remarks>
public sealed class Report
{
    private readonly ReportDocument _document;

    internal Report(ReportDocument document) => _document = document;

    /// <summary>Gets the title.</summary>
    public string Title => _document.Title;

    /// <summary>Gets the result in a sentence.</summary>
    public string Summary => _document.Summary;

    /// <summary>Describes the columns of a dataset.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="dataset">What the data is called.</param>
    /// <returns>The report.</returns>
    public static Report Of(DatasetProfile profile, string dataset)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(dataset);
        return new(ProfileReport.Of(profile, dataset));
    }

    /// <summary>Compares the columns of two datasets, or of one dataset at two times.</summary>
    /// <param name="before">The profile that is compared with.</param>
    /// <param name="after">The profile that is looked at.</param>
    /// <param name="dataset">What the data is called.</param>
    /// <returns>The report. The columns that differ most come first.</returns>
    public static Report Compare(DatasetProfile before, DatasetProfile after, string dataset)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(dataset);
        return new(ComparisonReport.Of(before, after, dataset));
    }

    /// <summary>Tells what came of a suite of expectations, with samples of the rows that failed.</summary>
    /// <param name="result">What came of it.</param>
    /// <returns>The report. In JUnit each expectation is a test; one of severity warning does not fail.</returns>
    public static Report Of(ValidationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new(ValidationPage.Of(result));
    }

    /// <summary>Tells in which data do not fit their schema.</summary>
    /// <param name="anomalies">What was found.</param>
    /// <param name="dataset">What the data is called.</param>
    /// <returns>The report. In JUnit each anomaly and each distance is a test.</returns>
    public static Report Of(AnomalyReport anomalies, string dataset)
    {
        ArgumentNullException.ThrowIfNull(anomalies);
        ArgumentNullException.ThrowIfNull(dataset);
        return new(AnomalyPage.Of(anomalies, dataset));
    }

    /// <summary>Tells how the metrics of a dataset fit their history.</summary>
    /// <param name="history">What was found.</param>
    /// <returns>The report.</returns>
    public static Report Of(HistoryReport history)
    {
        ArgumentNullException.ThrowIfNull(history);
        return new(HistoryPage.Of(history));
    }

    /// <summary>Writes the report as one HTML file.</summary>
    /// <returns>The text of the file, to be stored as UTF-8.</returns>
    public string ToHtml() => HtmlWriter.Write(_document);

    /// <summary>Writes the report as Markdown, without the details of each column.</summary>
    /// <returns>The text.</returns>
    public string ToMarkdown() => MarkdownWriter.Write(_document);

    /// <summary>Writes the report as JSON.</summary>
    /// <returns>The text.</returns>
    public string ToJson() => JsonReportWriter.Write(_document);

    /// <summary>Writes what was checked as JUnit XML. A report that only describes has no tests.</summary>
    /// <returns>The text of the file, to be stored as UTF-8.</returns>
    public string ToJUnit() => JUnitWriter.Write(_document);
}
