using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Scores a dataset with a served model.</summary>
internal sealed record ScoreStage(string Model, BatchScoringOptions Options) : IPipelineStage<Dataset, Dataset>
{
    public async Task<Dataset> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(context);
        var scores = await context.Services.GetRequiredService<IBatchScorer>().ScoreAsync(Model, input, Options, new Told(context), cancellationToken).ConfigureAwait(false);
        context.LogMetric($"{context.Stage}.rows", scores.Rows);
        context.LogMetric($"{context.Stage}.rows_failed", scores.Failed);
        context.SetTag($"scoring.{context.Stage}.version", string.Create(CultureInfo.InvariantCulture, $"{scores.Model}/{scores.Version}"));
        context.SetTag($"scoring.{context.Stage}.id", scores.Id);
        return scores.Predictions;
    }

    private sealed class Told(StageContext context) : IProgress<BatchProgress>
    {
        public void Report(BatchProgress value) => context.Report("scoring", value.Total == 0 ? null : (double)value.Rows / value.Total);
    }
}
