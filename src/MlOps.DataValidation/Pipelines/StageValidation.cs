using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>What a stage does to hold a dataset to a suite: it validates, records, keeps the metrics, and decides whether the run goes on.</summary>
internal sealed class StageValidation(ExpectationSuite suite, FailureAction onFailure, IReadOnlyList<HistoryRule> rules, StageContext context)
{
    private const int MaxTag = 500;

    private readonly IDatasetStore _store = context.Services.GetRequiredService<IDatasetStore>();
    private readonly ILogger? _log = context.Services.GetService<ILoggerFactory>()?.CreateLogger<ValidateStage>();

    public async Task<Dataset> RunAsync(Dataset input, ValidationOptions options, Dictionary<string, Dataset> references, CancellationToken cancellationToken)
    {
        context.Report("validating");
        var history = context.Services.GetService<IMetricHistory>();
        if (history is null && rules.Count > 0) throw new InvalidOperationException($"Stage '{context.Stage}' has rules about the history of its data, and the host keeps none. Add UseMetricHistory() to it.");
        var profiler = history is null ? null : new BatchProfiler(ProfilingOptions.Default);
        var store = profiler is null ? _store : new ProfiledStore(_store, profiler);
        options = options with { References = references.ToDictionary(r => r.Key, r => Read(r.Value)) };

        QuarantinedDataset? divided = null;
        ValidationResult result;
        if (onFailure == FailureAction.Quarantine) result = (divided = await suite.QuarantineAsync(store, input, options, cancellationToken).ConfigureAwait(false)).Result;
        else result = await suite.ValidateAsync(store, input, options, cancellationToken).ConfigureAwait(false);

        var isMet = IsMet(result);
        var report = history is null ? null : await CompareAsync(history, input, profiler!, result, isMet, cancellationToken).ConfigureAwait(false);
        Record(result, divided);
        if (report is not null) Record(report);
        context.ReportQuality(QualityOf(input, result));
        if (context.Services.GetService<IArtifactStore>() is { } artifacts) Tag("report", await KeepAsync(artifacts, result, cancellationToken).ConfigureAwait(false));
        _log?.Validated(suite.Name, result.RowCount, result.Results.Count(r => !r.Success), result.RejectedCount);
        if (onFailure != FailureAction.Warn && (!isMet || report is { HasAnomalies: true })) throw new DataValidationException(result, report);
        return divided?.Accepted ?? input;
    }

    private ReferenceSource Read(Dataset reference) => (columns, cancellationToken) =>
        _store.ReadAsync(reference, columns.Count > 0 && columns.All(reference.Schema.Contains) ? columns : null, cancellationToken);

    // In a quarantine rows that fail have been put aside; what is left is what no row can be blamed for, or too many of them where some are borne.
    private bool IsMet(ValidationResult result) => onFailure == FailureAction.Quarantine
        ? !result.Results.Any(r => r is { Success: false, Severity: Severity.Error } && (r.Error is not null || !r.JudgesRows || r.Mostly < 1))
        : result.Success;

    // One snapshot is one point, however often the stage is tried.
    private async Task<HistoryReport?> CompareAsync(IMetricHistory history, Dataset input, BatchProfiler profiler, ValidationResult result, bool isMet, CancellationToken cancellationToken)
    {
        var place = $"{context.Pipeline}/{context.Stage}";
        profiler.Profile.Fingerprint = input.Fingerprint;
        var metrics = result.ToMetrics(place, input.CreatedAt).And(profiler.Profile.ToMetrics(place, input.CreatedAt));
        var report = rules.Count == 0 ? null : await history.CheckAsync(metrics, rules, cancellationToken: cancellationToken).ConfigureAwait(false);
        await history.AddAsync(metrics with { IsAccepted = isMet && report is not { HasAnomalies: true } }, cancellationToken).ConfigureAwait(false);
        return report;
    }

    private void Record(ValidationResult result, QuarantinedDataset? divided)
    {
        Log("rows", result.RowCount);
        Log("rows_rejected", result.RejectedCount);
        Log("expectations", result.Results.Count);
        Log("expectations_failed", result.Results.Count(r => !r.Success));
        for (var i = 0; i < result.Results.Count; i++)
        {
            if (!result.Results[i].Success) Tag($"failed.{i}", result.Results[i].Message);
        }

        if (divided is not null) Tag("rejected", divided.Rejected.Artifact.Digest);
    }

    private void Record(HistoryReport report)
    {
        Log("history_anomalies", report.Anomalies.Count());
        for (var i = 0; i < report.Findings.Count; i++)
        {
            if (report.Findings[i].Status == HistoryStatus.Anomalous) Tag($"history.{i}", report.Findings[i].Sentence);
        }

        if (report.HasAnomalies) _log?.DoesNotFitHistory(report.Dataset, string.Join(", ", report.Anomalies.Select(f => f.Metric)));
    }

    // A run may have several stages that validate.
    private void Log(string metric, double value) => context.LogMetric($"{context.Stage}.{metric}", value);

    private void Tag(string name, string value) => context.SetTag($"validation.{context.Stage}.{name}", value.Length <= MaxTag ? value : value[..MaxTag]);

    private static DataQuality QualityOf(Dataset input, ValidationResult result) => new(
        input.Fingerprint,
        result.RowCount,
        [.. result.Results.Select(r => new DataCheck(r.Kind, r.Columns is [var only] ? only : null, r.Success, r.Expected, r.Message, r.Severity == Severity.Error ? "error" : "warning"))])
    {
        MissingCounts = result.Results
            .Where(r => r.Columns.Count == 1 && r.JudgesRows && r.Error is null && r.ElementCount == result.RowCount)
            .GroupBy(r => r.Columns[0])
            .ToDictionary(g => g.Key, g => g.Max(r => r.MissingCount)),
    };

    private static async Task<string> KeepAsync(IArtifactStore artifacts, ValidationResult result, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(result, MlOpsJson.Indented));
        return (await artifacts.PutAsync(json, cancellationToken).ConfigureAwait(false)).Digest;
    }
}
