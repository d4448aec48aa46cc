using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Keeps the reports of a monitor as files, a page and its JSON for each window, and removes the oldest beyond so many.</summary>
/// <remarks>A file is there whole or not at all. A full disk costs the files, and neither the report nor what is done about it.</remarks>
internal sealed class ReportFiles(IOptions<MlOpsOptions> options, ILogger<ReportFiles> logger)
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Writes the files of a report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="keep">How many reports of the monitor are kept; 0 writes none.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task WriteAsync(MonitorReport report, int keep, CancellationToken cancellationToken)
    {
        if (keep == 0) return;
        try
        {
            var folder = FolderOf(options.Value, report.Monitor);
            Directory.CreateDirectory(folder);
            var path = Path.Combine(folder, $"{report.From.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{report.To.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}");
            await DurableFile.WriteAsync(path + ".json", Encoding.UTF8.GetBytes(report.ToJson()), cancellationToken).ConfigureAwait(false);
            await DurableFile.WriteAsync(path + ".html", Encoding.UTF8.GetBytes(MonitorPage.Of(report).ToHtml()), cancellationToken).ConfigureAwait(false);
            Remove(folder, keep);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.ReportNotWritten(e, report.Monitor);
        }
    }

    /// <summary>Lists the reports of a monitor, the latest first.</summary>
    public static IReadOnlyList<SavedReport> List(MlOpsOptions options, string monitor)
    {
        var folder = FolderOf(options, monitor);
        return !Directory.Exists(folder) ? [] :
        [
            .. Directory.EnumerateFiles(folder, "*.json").Select(f => SavedReport.Find(Path.GetFileNameWithoutExtension(f), TimeFormat)).OfType<SavedReport>().OrderByDescending(r => r.To).ThenByDescending(r => r.From),
        ];
    }

    /// <summary>The folder of a monitor's reports. Every character of its name that could lead elsewhere is written as its code.</summary>
    public static string FolderOf(MlOpsOptions options, string monitor) =>
        options.PathOf(Path.Combine("reports", string.Concat(monitor.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? $"{c}" : string.Create(CultureInfo.InvariantCulture, $"%{(int)c:x4}")))));

    // Names are in the order of windows. What a process that was killed left half-written goes with the report of its name.
    private static void Remove(string folder, int keep)
    {
        foreach (var report in Directory.EnumerateFiles(folder).GroupBy(f => Path.GetFileName(f).Split('.')[0], StringComparer.Ordinal).OrderByDescending(g => g.Key, StringComparer.Ordinal).Skip(keep))
        {
            foreach (var file in report) File.Delete(file);
        }
    }
}

/// <summary>A report that was saved.</summary>
/// <param name="Name">What its files are called, without what tells their kind.</param>
/// <param name="From">The first moment of its window.</param>
/// <param name="To">The moment after the last.</param>
internal sealed record SavedReport(string Name, DateTimeOffset From, DateTimeOffset To)
{
    public static SavedReport? Find(string name, string timeFormat) =>
        name.Split('-') is [var from, var to] && Read(from, timeFormat) is { } first && Read(to, timeFormat) is { } last ? new(name, first, last) : null;

    private static DateTimeOffset? Read(string text, string timeFormat) =>
        DateTimeOffset.TryParseExact(text, timeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
}
