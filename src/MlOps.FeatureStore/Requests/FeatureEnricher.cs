using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Gives requests to a model that learned from a feature service the features that the caller leaves out, as they are now.</summary>
internal sealed class FeatureEnricher(FeatureDefinitions definitions, IFeatureDirectory directory, IOnlineFeatures features) : IModelInputEnricher
{
    public IReadOnlyList<string> ColumnsOf(BundleManifest model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.FeatureService is not { } service || !definitions.Services.Any(s => s.Name == service.Name && s.Version == service.Version)) return [];
        return [.. directory.DescribeQuery(NameOf(service), [], fullNames: false).Outputs.Select(o => o.Name).Where(model.Signature.InputSchema.Contains)];
    }

    public IReadOnlyList<Column> KeysOf(BundleManifest model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.FeatureService is not { } service) return [];
        var needed = directory.DescribeQuery(NameOf(service), [], fullNames: false);
        return [.. needed.Keys, .. needed.Request];
    }

    public async ValueTask<IReadOnlyList<Tensor>> FindAsync(BundleManifest model, IReadOnlyList<string> columns, IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(inputs);
        var service = NameOf(model.FeatureService!);
        var needed = directory.DescribeQuery(service, [], fullNames: false);
        var given = new Dictionary<string, IReadOnlyList<FeatureValue>>(StringComparer.Ordinal);
        foreach (var column in needed.Keys.Concat(needed.Request))
        {
            var tensor = inputs.FirstOrDefault(t => t is not null && t.Name == column.Name)
                ?? throw new ModelInputException($"Input '{column.Name}' is missing, by which the features of '{service}' are found. Give it, or give the features themselves: {string.Join(", ", columns)}.", column.Name);
            given[column.Name] = RequestValues.Read(tensor, column);
        }

        var vectors = await features.ReadAsync(new() { Service = service, Entities = given }, cancellationToken).ConfigureAwait(false);
        return [.. columns.Select(c => RequestValues.Write(vectors, vectors.Columns.IndexOf(c)))];
    }

    private static string NameOf(FeatureServiceReference service) => FormattableString.Invariant($"{service.Name}@{service.Version}");
}
