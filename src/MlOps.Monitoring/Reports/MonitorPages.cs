using System.Text.Json;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>The index of all monitors of the host, what is open, and the reports that were saved: <c>{monitor}/{window}.html</c>, <c>.json</c> and <c>.md</c>.</summary>
internal sealed class MonitorPages(IModelMonitor monitors, IAlerts alerts, IOptions<MlOpsOptions> options) : IMonitorPages
{
    private const string Html = "text/html; charset=utf-8";
    private const string Json = "application/json; charset=utf-8";
    private const string Markdown = "text/markdown; charset=utf-8";

    public async Task<MonitorPageContent?> FindAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        switch (path)
        {
            case "": return new(Html, HtmlWriter.Write(await IndexAsync(cancellationToken).ConfigureAwait(false)));
            case "alerts.json": return new(Json, JsonSerializer.Serialize((await OpenAsync(cancellationToken).ConfigureAwait(false)).Select(AlertJson.DescribeOpen), MlOpsJson.Options));
            case "reports.json": return new(Json, JsonSerializer.Serialize(Names().SelectMany(m => Saved(m).Select(r => new { monitor = m, r.From, r.To, path = AddressOf(m, r, "json") })), MlOpsJson.Options));
        }

        var (folder, file) = (path[..Math.Max(0, path.LastIndexOf('/'))], path[(path.LastIndexOf('/') + 1)..]);
        var monitor = Names().FirstOrDefault(m => m == folder) ?? Names().FirstOrDefault(m => m == Uri.UnescapeDataString(folder)); // a slash of a name stays encoded in paths
        return monitor is null ? null : await ReadAsync(monitor, Path.GetFileNameWithoutExtension(file), Path.GetExtension(file), cancellationToken).ConfigureAwait(false);
    }

    private async Task<MonitorPageContent?> ReadAsync(string monitor, string window, string kind, CancellationToken cancellationToken)
    {
        if (Saved(monitor).All(r => r.Name != window)) return null; // so that no name leads elsewhere
        var path = Path.Combine(ReportFiles.FolderOf(options.Value, monitor), window);
        try
        {
            return kind switch
            {
                ".html" => new(Html, await File.ReadAllTextAsync(path + ".html", cancellationToken).ConfigureAwait(false)),
                ".json" => new(Json, await File.ReadAllTextAsync(path + ".json", cancellationToken).ConfigureAwait(false)),
                ".md" => new(Markdown, MonitorPage.Of(MonitorReport.FromJson(await File.ReadAllTextAsync(path + ".json", cancellationToken).ConfigureAwait(false))).ToMarkdown()),
                _ => null,
            };
        }
        catch (FileNotFoundException)
        {
            return null; // the oldest go
        }
    }

    private async Task<ReportDocument> IndexAsync(CancellationToken cancellationToken)
    {
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        var runs = new Dictionary<string, MonitorRun?>(StringComparer.Ordinal);
        foreach (var monitor in Names()) runs[monitor] = await monitors.ListRunsAsync(monitor, cancellationToken).ConfigureAwait(false) is [var last, ..] ? last : null;
        return IndexDocument.Of(open, [.. runs.Select(r => new IndexedMonitor(r.Key, r.Value, [.. Saved(r.Key).Select(s => (s, AddressOf(r.Key, s, "html"), AddressOf(r.Key, s, "json"), AddressOf(r.Key, s, "md")))]))]);
    }

    private async Task<List<Alert>> OpenAsync(CancellationToken cancellationToken) => [.. (await alerts.ListOpenAsync(null, cancellationToken).ConfigureAwait(false)).Where(a => monitors.Monitors.Contains(a.Monitor))];

    private IEnumerable<string> Names() => monitors.Monitors.Order(StringComparer.Ordinal);

    private IReadOnlyList<SavedReport> Saved(string monitor) => ReportFiles.List(options.Value, monitor);

    private static string AddressOf(string monitor, SavedReport report, string kind) => $"{Uri.EscapeDataString(monitor)}/{report.Name}.{kind}";
}
