using System.Reflection;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.Serving;

/// <summary>Records which versions this service serves and on which days their predictions were logged. A prediction never waits for it and never fails for it. Thread-safe.</summary>
/// <remarks>
/// A deployment is a version in a service, not in a process: it ends when the service lets the version go, because an alias moved or was removed, and not when one of
/// perhaps several processes stops. What cannot be written after some attempts is given up and logged.
/// </remarks>
internal sealed class DeploymentLineage : IAsyncDisposable, IDisposable
{
    private const int Capacity = 10_000;
    private const int MaxAttempts = 5;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Model, int Version), int> _served = [];
    private readonly Channel<LineageEdge> _queue = Channel.CreateBounded<LineageEdge>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly CancellationTokenSource _enough = new();
    private readonly ILineageStore? _store;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _service;
    private Task? _writing;
    private bool _isStopping;

    public DeploymentLineage(ILineageStore? store, IOptions<ServingOptions> options, IHostEnvironment? environment, TimeProvider time, ILogger<DeploymentLineage> logger)
    {
        (_store, _time, _logger) = (store, time, logger);
        _service = options.Value.ServiceName
            ?? (environment is null ? Assembly.GetEntryAssembly()?.GetName().Name ?? "service" : $"{environment.ApplicationName}.{environment.EnvironmentName}");
    }

    /// <summary>Notes that a loaded version begins to serve.</summary>
    public void Begin(ServedModel served)
    {
        if (_store is null) return;
        var version = served.Version;
        served.Deployment = new(this, version);
        lock (_gate)
        {
            var key = (version.Model, version.Version);
            _served[key] = _served.GetValueOrDefault(key) + 1;
            if (_served[key] > 1) return;
        }

        // A version that was registered without a pipeline comes into the graph here at the latest.
        foreach (var edge in LineageEdges.Of(version)) Enqueue(edge);
        Enqueue(Served(version, _time.GetUtcNow()));
    }

    /// <summary>Notes that the host has let go of a version, and that its last request is done.</summary>
    public void End(ModelVersion version)
    {
        lock (_gate)
        {
            var key = (version.Model, version.Version);
            if (--_served[key] > 0 || _isStopping) return;
            _served.Remove(key);
        }

        var now = _time.GetUtcNow();
        Enqueue(Served(version, now) with { EndedAt = now });
    }

    /// <summary>Notes that predictions of a version were logged on a day.</summary>
    public void Logged(ModelVersion version, DateTimeOffset at)
    {
        var log = LineageNode.PredictionLog(version.Model, version.Version, DateOnly.FromDateTime(at.UtcDateTime));
        Enqueue(new(LineageNode.Deployment(_service, version.Model, version.Version), log, LineageRelations.Logged, at));
    }

    /// <summary>Notes that a version scored a dataset.</summary>
    public void Scored(ModelVersion version, Dataset rows, Dataset predictions)
    {
        if (_store is null) return;
        var (node, now) = (LineageNode.Of(predictions.ToReference()), _time.GetUtcNow());
        Enqueue(new(LineageNode.Of(rows.ToReference()), node, LineageRelations.Derived, now));
        Enqueue(new(LineageNode.Of(version), node, LineageRelations.Scored, now));
    }

    /// <summary>From now on versions are let go because the host stops, which ends no deployment.</summary>
    public void Stop()
    {
        lock (_gate) _isStopping = true;
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        _queue.Writer.TryComplete();
        if (_writing is { } writing)
        {
            _enough.CancelAfter(Farewell);
            await writing.ConfigureAwait(false);
        }

        _enough.Dispose();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private LineageEdge Served(ModelVersion version, DateTimeOffset at) =>
        new(LineageNode.Of(version), LineageNode.Deployment(_service, version.Model, version.Version), LineageRelations.Served, at);

    private void Enqueue(LineageEdge edge)
    {
        if (!_queue.Writer.TryWrite(edge)) return; // far more than there are versions, or the host has stopped
        if (_writing is not null) return;
        lock (_gate) _writing ??= Task.Run(WriteAsync);
    }

    private async Task WriteAsync()
    {
        var edges = new List<LineageEdge>();
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (edges.Count < Capacity && _queue.Reader.TryRead(out var edge)) edges.Add(edge);
            await WriteAsync(edges).ConfigureAwait(false);
            edges.Clear();
        }
    }

    private async Task WriteAsync(List<LineageEdge> edges)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _store!.RecordAsync(edges, _enough.Token).ConfigureAwait(false);
                return;
            }
            catch (MlOpsException e) when (e.IsTransient && attempt < MaxAttempts && !_enough.IsCancellationRequested)
            {
                try
                {
                    await Task.Delay(FirstWait * (1 << (attempt - 1)), _time, _enough.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    // One last attempt, which is cancelled as well when the store is not quick.
                }
            }
#pragma warning disable CA1031 // what happens to the record of a service must not happen to the service
            catch (Exception e)
#pragma warning restore CA1031
            {
                _logger.LineageNotRecorded(e, edges.Count);
                return;
            }
        }
    }
}

/// <summary>The part of a served version in the deployments of its service.</summary>
internal sealed class Deployment(DeploymentLineage lineage, ModelVersion version)
{
    private int _lastDay;

    /// <summary>Takes note of a logged prediction; it costs a comparison but for the first of a day.</summary>
    public void Logged(DateTimeOffset at)
    {
        var day = (int)(at.UtcTicks / TimeSpan.TicksPerDay);
        var last = Volatile.Read(ref _lastDay);
        if (day == last || Interlocked.CompareExchange(ref _lastDay, day, last) != last) return;
        lineage.Logged(version, at);
    }

    public void End() => lineage.End(version);
}
