using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Opens registered models: nothing is loaded that does not have the registered digest and the signatures that the host asks for, and nothing is handed out that does not predict as it did.</summary>
internal sealed class ModelLoader(
    IArtifactStore artifacts, IEnumerable<IModelRuntime> runtimes, IOptions<ModelRegistryOptions> options, SignaturePolicy policy, TimeProvider time, ILogger<ModelLoader> logger) : IModelLoader
{
    // Of several runtimes for one platform the last wins, as everywhere in dependency injection.
    private readonly Dictionary<string, IModelRuntime> _runtimes = runtimes.GroupBy(r => r.Platform, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);

    public Task<BundleContent> ReadAsync(ArtifactRef bundle, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return ReadAsync(bundle, bundle.Digest, cancellationToken);
    }

    public async Task<BundleContent> ReadAsync(ModelVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        policy.Check(version);
        return await ReadAsync(version.RequireBundle().Artifact, string.Create(CultureInfo.InvariantCulture, $"{version.Model}/{version.Version}"), cancellationToken).ConfigureAwait(false);
    }

    public async Task<ILoadedModel> LoadAsync(ModelVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        using var activity = Instruments.Start(version);
        var started = time.GetTimestamp();
        try
        {
            var model = await LoadVerifiedAsync(version, cancellationToken).ConfigureAwait(false);
            var elapsed = time.GetElapsedTime(started);
            Instruments.Loaded(activity, version, elapsed);
            logger.Loaded(version.Model, version.Version, model.Manifest.Platform, elapsed.TotalMilliseconds);
            return model;
        }
        catch (Exception e)
        {
            Instruments.Loaded(activity, version, time.GetElapsedTime(started), e);
            throw;
        }
    }

    private async Task<ILoadedModel> LoadVerifiedAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var bundle = await ReadAsync(version, cancellationToken).ConfigureAwait(false);
        var name = string.Create(CultureInfo.InvariantCulture, $"{version.Model}/{version.Version}");
        if (!_runtimes.TryGetValue(bundle.Manifest.Platform, out var runtime))
        {
            var known = _runtimes.Count == 0 ? "none is registered" : "registered are those for " + string.Join(", ", _runtimes.Keys.Order(StringComparer.Ordinal));
            throw new DataException($"Model '{name}' needs a runtime for the platform '{bundle.Manifest.Platform}'; {known}. Add the package of that runtime to the host.") { DataSource = name };
        }

        var model = await runtime.LoadAsync(bundle, cancellationToken).ConfigureAwait(false);
        try
        {
            var fault = SampleReplay.FindFault(bundle, model, options.Value.SampleTolerance);
            cancellationToken.ThrowIfCancellationRequested();
            if (fault is not null) throw new DataException($"Model '{name}' is not used: {fault}. Package it again with the versions of this host, or serve it with those it was packaged with.") { DataSource = name };
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private async Task<BundleContent> ReadAsync(ArtifactRef bundle, string name, CancellationToken cancellationToken)
    {
        var stream = await artifacts.OpenAsync(bundle.Digest, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        return BundleFile.Read(stream, name);
    }
}
