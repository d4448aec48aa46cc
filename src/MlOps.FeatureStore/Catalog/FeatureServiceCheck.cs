using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Refuses to serve a model whose feature service this host defines otherwise, or not at all. A host that defines no services is given the features by its callers, and is not asked.</summary>
internal sealed class FeatureServiceCheck(FeatureDefinitions definitions) : IModelServingCheck
{
    public void Check(ModelVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (version.Bundle?.Manifest.FeatureService is not { } trainedOn || definitions.Services.Count == 0) return;
        var service = definitions.Services.FirstOrDefault(s => s.Name == trainedOn.Name && s.Version == trainedOn.Version);
        var defined = service is null ? null : definitions.ReferenceTo(service);
        if (defined == trainedOn) return;
        var (name, model) = ($"{trainedOn.Name}@{trainedOn.Version}", $"Version {version.Version} of model '{version.Model}'");
        throw new FeatureServiceMismatchException(
            service is null
                ? $"{model} was trained on feature service '{name}', which this host does not define. It defines: {string.Join(", ", definitions.Services.Select(s => $"{s.Name}@{s.Version}"))}. Keep a version of a service as long as a model of it is served, or train the model again."
                : $"{model} was trained on feature service '{name}' when it had other features, types, keys or another order than in this host: {string.Join(", ", service.Features.Select(f => f.Name))}. Leave that version as it was, define the next one beside it, and train the model again.",
            trainedOn,
            defined);
    }
}
