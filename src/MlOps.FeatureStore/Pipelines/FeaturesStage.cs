using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Puts the features of a service beside the rows of a dataset, as of each row's time.</summary>
internal sealed record FeaturesStage(string Service, string TimeColumn, bool CreatedBeforeRow, bool FullNames) : IPipelineStage<Dataset, Dataset>, ICacheKeySource
{
    public async ValueTask<string?> GetCacheKeyAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var definitions = services.GetRequiredService<FeatureDefinitions>();
        var selection = FeatureSelection.Resolve(definitions, Service, [], FullNames);
        List<string> key = [definitions.ReferenceTo(selection.Service!).Digest, .. selection.Computations.Select(c => DefinitionDigest.Of(DefinitionJson.Of(c.View)))];
        foreach (var view in selection.Views.Select(v => v.View).DistinctBy(v => v.Name))
        {
            if (await StateOfAsync(view, services, cancellationToken).ConfigureAwait(false) is not { } state) return null;
            key.Add($"{DefinitionDigest.Of(DefinitionJson.Of(view))} {state}");
        }

        return Sha256.Hex(JsonSerializer.Serialize(key, MlOpsJson.Options));
    }

    public async Task<Dataset> RunAsync(Dataset input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var made = await context.Services.GetRequiredService<ITrainingSets>().CreateAsync(
            new() { Rows = EntityRows.Of(input), TimeColumn = TimeColumn, Service = Service, CreatedBeforeRow = CreatedBeforeRow, FullNames = FullNames, Name = input.Name }, cancellationToken).ConfigureAwait(false);
        context.LogMetric("rows", made.Rows.RowCount);
        foreach (var view in made.Leakage)
        {
            context.LogMetric($"{view.View}.matched", view.Matched);
            context.LogMetric($"{view.View}.created_after_row", view.CreatedAfterRow);
        }

        if (made.Service is { } service) context.SetTag("features.service", $"{service.Name}@{service.Version} {service.Digest}");
        return made.Rows;
    }

    /// <summary>In which state the source of a view is; null when only reading tells, and the stage then always runs.</summary>
    private static async ValueTask<string?> StateOfAsync(FeatureView view, IServiceProvider services, CancellationToken cancellationToken) => view.Source switch
    {
        FeatureSource.FromDataset { Dataset.Fingerprint: var fingerprint } => fingerprint,
        FeatureSource.FromData { Source: var source } => await source.GetVersionAsync(services, cancellationToken).ConfigureAwait(false),
        FeatureSource.FromPushes => services.GetService<IPushHistory>() is { } history ? (await history.GetAsync(view, cancellationToken).ConfigureAwait(false)).Fingerprint : null,
        _ => null,
    };
}
