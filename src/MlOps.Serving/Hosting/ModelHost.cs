using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Keeps the models that are served in memory and swaps them when their alias moves. Thread-safe.</summary>
/// <remarks>
/// A version is loaded beside the one that serves, and takes its place only when the loader has let it reproduce its sample predictions, which also warms it
/// up, and every predictor of this host can use it. Requests that began with the old version end with it. A version that cannot be loaded leaves the old one.
/// </remarks>
internal sealed class ModelHost(
    IModelRegistry registry, IModelLoader loader, IEnumerable<PredictorRegistration> predictors, IEnumerable<ShadowRegistration> shadows, IEnumerable<IModelServingCheck> checks,
    IOptions<ServingOptions> options, IOptionsMonitor<ShadowOptions> shadowOptions, DeploymentLineage lineage, ServingMetrics metrics, TimeProvider time, ILogger<ModelHost> logger) : IDisposable
{
    /// <summary>How long a version that could not be loaded is not tried again.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Model, string Alias), AliasSlot> _slots = new();
    private readonly PredictorRegistration[] _predictors = [.. predictors];
    private readonly (string Model, string Alias)[] _configured = // what answers first
        [.. predictors.Select(p => (p.Model, p.Alias)).Concat(shadows.Select(s => (s.Model, shadowOptions.Get(s.Model).Alias))).Distinct()];
    private readonly VersionCache _versions = new(options.Value.MaxLoadedVersions);
    private readonly SemaphoreSlim _versionGate = new(1, 1);
    private volatile bool _disposed;

    /// <summary>Names a configured model that is not loaded; null when all are.</summary>
    public string? FindNotLoaded()
    {
        foreach (var predictor in _predictors)
        {
            if (!_slots.TryGetValue((predictor.Model, predictor.Alias), out var slot) || slot.Current is null) return predictor.Model;
        }

        return null;
    }

    /// <summary>Takes the version that an alias points to, without waiting; false when it is not in memory.</summary>
    public bool TryLease(string model, string alias, out ModelLease lease)
    {
        AliasSlot? slot = null;
        return TryLease(model, alias, ref slot, out lease);
    }

    /// <summary>Does the same for a caller that comes again and again, and keeps the slot for it so that it is not looked up each time.</summary>
    public bool TryLease(string model, string alias, ref AliasSlot? slot, out ModelLease lease)
    {
        if (Find(model, alias, ref slot) is { } current && current.TryLease())
        {
            lease = new(current);
            return true;
        }

        lease = default;
        return false;
    }

    /// <summary>Gives the number of the version that an alias points to, without taking it; null when none is in memory.</summary>
    public int? Current(string model, string alias, ref AliasSlot? slot) => Find(model, alias, ref slot)?.Version.Version;

    /// <summary>Takes the version that an alias points to, and loads it when it is not in memory.</summary>
    /// <exception cref="NotFoundException">The alias points to no version.</exception>
    /// <exception cref="StoreException">The version cannot be loaded.</exception>
    public ValueTask<ModelLease> LeaseAsync(string model, string alias, CancellationToken cancellationToken) =>
        TryLease(model, alias, out var lease) ? new(lease) : LoadAndLeaseAsync(model, alias, cancellationToken);

    /// <summary>Takes a version by its number, and loads it when it is not in memory.</summary>
    /// <exception cref="NotFoundException">There is no such version.</exception>
    /// <exception cref="StoreException">The version cannot be loaded.</exception>
    public async ValueTask<ModelLease> LeaseAsync(string model, int version, CancellationToken cancellationToken)
    {
        if (TryLease(model, ModelNames.Champion, out var lease))
        {
            if (lease.Served.Version.Version == version) return lease;
            lease.Dispose();
        }

        if (_versions.TryLease(model, version, out lease)) return lease;
        await _versionGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_versions.TryLease(model, version, out lease)) return lease;
            ObjectDisposedException.ThrowIf(_disposed, this);
            var found = await registry.FindAsync(model, version, cancellationToken).ConfigureAwait(false)
                ?? throw new NotFoundException("version", string.Create(CultureInfo.InvariantCulture, $"{model}/{version}"));
            var served = await LoadAsync(found, cancellationToken).ConfigureAwait(false);
            lineage.Begin(served);
            served.TryLease();
            _versions.Add(served);
            if (_disposed) _versions.Clear();
            return new(served);
        }
        finally
        {
            _versionGate.Release();
        }
    }

    /// <summary>Lets a model follow its alias when it is in memory or configured. Errors are logged; the version that serves goes on.</summary>
    public async Task RefreshAsync(string model, string alias, CancellationToken cancellationToken)
    {
        if (!_configured.Contains((model, alias)) && !_slots.ContainsKey((model, alias))) return;
        try
        {
            var slot = _slots.GetOrAdd((model, alias), static key => new(key.Model, key.Alias));
            await slot.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (!slot.IsClosed) await FollowAsync(slot, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                slot.Gate.Release();
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.NotRefreshed(e, model, alias, (int)AliasWatcher.LookAgainAfter.TotalSeconds);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    /// <summary>Lets every model that is in memory or configured follow its alias.</summary>
    public async Task RefreshAllAsync(CancellationToken cancellationToken)
    {
        foreach (var (model, alias) in _configured) await RefreshAsync(model, alias, cancellationToken).ConfigureAwait(false);
        foreach (var (model, alias) in _slots.Keys)
        {
            if (!_configured.Contains((model, alias))) await RefreshAsync(model, alias, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        lineage.Stop();
        foreach (var slot in _slots.Values) Close(slot);
        _versions.Clear();
    }

    // A slot that was given up holds nothing any more, and then the present one is looked up.
    private ServedModel? Find(string model, string alias, ref AliasSlot? slot)
    {
        var current = slot?.Current;
        return current is null && _slots.TryGetValue((model, alias), out slot) ? slot.Current : current;
    }

    private async ValueTask<ModelLease> LoadAndLeaseAsync(string model, string alias, CancellationToken cancellationToken)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var slot = _slots.GetOrAdd((model, alias), static key => new(key.Model, key.Alias));
            await slot.Gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (slot.IsClosed) continue;
                if (slot.Current is null) await FollowAsync(slot, cancellationToken).ConfigureAwait(false);
                if (slot.Current is not { } current) throw new NotFoundException("model", model, $"Register one and point the alias '{alias}' to it.");
                if (current.TryLease()) return new(current);
            }
            finally
            {
                slot.Gate.Release();
            }
        }
    }

    /// <summary>Brings a slot to where its alias points. The caller holds the gate.</summary>
    private async Task FollowAsync(AliasSlot slot, CancellationToken cancellationToken)
    {
        ModelVersion? wanted;
        try
        {
            wanted = await registry.FindByAliasAsync(slot.Model, slot.Alias, cancellationToken).ConfigureAwait(false);
        }
        catch when (slot.Current is null)
        {
            Close(slot); // names that were never found are not remembered
            throw;
        }

        var old = slot.Current;
        if (wanted is null)
        {
            if (old is not null) logger.Removed(slot.Model, slot.Alias);
            Close(slot);
            return;
        }

        if (old is not null && old.Version.Version == wanted.Version) return;
        if (slot.Failure is { } failure && failure.Version == wanted.Version && time.GetElapsedTime(failure.At) < RetryAfter)
            throw NotLoadable(wanted, failure.Error);
        ServedModel next;
        try
        {
            next = await LoadAsync(wanted, cancellationToken).ConfigureAwait(false);
            if (old is not null) CheckPredictors(slot, next);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            slot.Failure = (wanted.Version, time.GetTimestamp(), e);
            throw;
        }

        slot.Failure = null;
        lineage.Begin(next);
        slot.Current = next;
        logger.Swapped(slot.Model, slot.Alias, old?.Version.Version, wanted.Version);
        if (old is not null)
        {
            metrics.Swapped(old, next);
            old.Release();
        }

        if (_disposed) Close(slot);
    }

    private async Task<ServedModel> LoadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var check in checks) check.Check(version);
            return new(version, await loader.LoadAsync(version, cancellationToken).ConfigureAwait(false), logger);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            logger.NotLoaded(e, version.Model, version.Version);
            throw NotLoadable(version, e);
        }
    }

    private static StoreException NotLoadable(ModelVersion version, Exception error) => error is StoreException { InnerException: not null } same
        ? same
        : new(string.Create(CultureInfo.InvariantCulture, $"Version {version.Version} of model '{version.Model}' cannot be loaded: {error.Message}"), error);

    /// <summary>A version that the host's own code cannot use does not take the place of one that it can.</summary>
    private void CheckPredictors(AliasSlot slot, ServedModel next)
    {
        try
        {
            foreach (var predictor in _predictors)
            {
                if (predictor.Model == slot.Model && predictor.Alias == slot.Alias) predictor.Check(next.Model);
            }
        }
        catch
        {
            next.Release();
            throw;
        }
    }

    private void Close(AliasSlot slot)
    {
        slot.IsClosed = true;
        _slots.TryRemove(new((slot.Model, slot.Alias), slot));
        var current = slot.Current;
        slot.Current = null;
        current?.Release();
    }
}
