using System.Globalization;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>A loaded version and how many requests use it. The model is disposed when its host has let go of it and the last request is done.</summary>
internal sealed class ServedModel(ModelVersion version, ILoadedModel model, ILogger logger)
{
    private int _leases = 1; // the host's own

    public string Name => Version.Model;

    public ModelVersion Version { get; } = version;

    public ILoadedModel Model { get; } = model;

    /// <summary>Gets or sets what is told when it was used and let go; null when nobody records it.</summary>
    public Deployment? Deployment { get; set; }

    /// <summary>Gets or sets what enrichers of the host know for it; null until somebody asked them.</summary>
    public Enrichment[]? Enrichments { get; set; }

    /// <summary>Gets or sets the columns by which enrichers find others and which it does not take itself; null until somebody asked for them.</summary>
    public RequestKeys? Keys { get; set; }

    /// <summary>Gets the fingerprint of what it takes and gives.</summary>
    public string SchemaHash { get; } = model.Manifest.Signature.GetFingerprint();

    public string VersionText { get; } = version.Version.ToString(CultureInfo.InvariantCulture);

    /// <summary>Takes part in the use of the model; false when it is gone or about to go.</summary>
    public bool TryLease()
    {
        for (var leases = Volatile.Read(ref _leases); leases > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _leases, leases + 1, leases);
            if (seen == leases) return true;
            leases = seen;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _leases) > 0) return;
        try
        {
            Deployment?.End();
            Model.Dispose();
        }
        catch (Exception e) // the request that happened to be the last is not to blame
        {
            logger.NotDisposed(e);
        }
    }
}

/// <summary>The right to use a model until it is disposed.</summary>
internal readonly struct ModelLease(ServedModel served) : IDisposable
{
    public ServedModel Served => served;

    public void Dispose() => served.Release();
}
