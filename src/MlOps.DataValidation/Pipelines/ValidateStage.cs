using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>Holds a dataset to a suite.</summary>
internal sealed record ValidateStage(ExpectationSuite Suite, FailureAction OnFailure, int SampleSize, IReadOnlyList<string> KeyColumns) : IPipelineStage<Dataset, Dataset>, ICacheKeySource
{
    /// <summary>A suite that looks at the clock has no answer that lasts.</summary>
    public ValueTask<string?> GetCacheKeyAsync(IServiceProvider services, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Suite.Expectations.Any(e => e is Fresh) ? null : "unchanging");

    public async Task<Dataset> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken)
    {
        var store = context.Services.GetRequiredService<IDatasetStore>();
        var options = new ValidationOptions { SampleSize = SampleSize, KeyColumns = KeyColumns, Time = context.Time, Seed = context.Seed };
        context.Report("validating");
        QuarantinedDataset? divided = null;
        ValidationResult result;
        if (OnFailure == FailureAction.Quarantine) result = (divided = await Suite.QuarantineAsync(store, input, options, cancellationToken).ConfigureAwait(false)).Result;
        else result = await Suite.ValidateAsync(store, input, options, cancellationToken).ConfigureAwait(false);
        Record(result, divided, context);
        context.ReportQuality(QualityOf(input, result));
        if (context.Services.GetService<IArtifactStore>() is { } artifacts) context.SetTag("validation.report", await KeepAsync(artifacts, result, cancellationToken).ConfigureAwait(false));
        context.Services.GetService<ILoggerFactory>()?.CreateLogger<ValidateStage>().Validated(Suite.Name, result.RowCount, result.Results.Count(r => !r.Success), result.RejectedCount);
        if (OnFailure != FailureAction.Warn && Blocking(result)) throw new DataValidationException(result);
        return divided?.Accepted ?? input;
    }

    // Rows that fail have been put aside; what is left to stop for is what no row can be blamed for, or too many of them where some are borne.
    private bool Blocking(ValidationResult result) => OnFailure == FailureAction.Stop
        ? !result.Success
        : result.Results.Any(r => r is { Success: false, Severity: Severity.Error } && (r.Error is not null || !r.JudgesRows || r.Mostly < 1));

    private static void Record(ValidationResult result, QuarantinedDataset? divided, StageContext context)
    {
        context.LogMetric("rows", result.RowCount);
        context.LogMetric("rows_rejected", result.RejectedCount);
        context.LogMetric("expectations", result.Results.Count);
        context.LogMetric("expectations_failed", result.Results.Count(r => !r.Success));
        for (var i = 0; i < result.Results.Count; i++)
        {
            var one = result.Results[i];
            if (!one.Success) context.SetTag($"validation.failed.{i}", one.Message.Length <= 500 ? one.Message : one.Message[..500]);
        }

        if (divided is not null) context.SetTag("validation.rejected", divided.Rejected.Artifact.Digest);
    }

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
