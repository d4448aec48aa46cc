using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Shapes a dataset: applies steps that need no fitting and keeps the result as a new one.</summary>
internal sealed record CleanStage(IReadOnlyList<IDataTransformer> Steps) : IPipelineStage<Dataset, Dataset>
{
    public async Task<Dataset> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken)
    {
        var store = context.Services.GetRequiredService<IDatasetStore>();
        var preparation = new Preparation(Steps);
        preparation.GetOutputSchema(input.Schema); // before anything is read
        var rows = store.ReadPreparedAsync(input, preparation, cancellationToken);
        var cleaned = await store.WriteAsync(input.Name, new("clean", input.Fingerprint), rows, null, cancellationToken).ConfigureAwait(false);
        context.LogMetric("rows", cleaned.RowCount);
        context.LogMetric("rows_dropped", input.RowCount - cleaned.RowCount);
        return cleaned with { FeatureService = input.FeatureService };
    }
}
