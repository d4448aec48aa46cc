using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Reads all views of all entities of a query in one call of the store, and computes what is computed.</summary>
internal sealed class OnlineFeatures : IOnlineFeatures
{
    private const int MostKept = 64;

    private readonly OnlinePlans _plans;
    private readonly IOnlineStore _store;
    private readonly OnlineFeaturesOptions _options;
    private readonly TimeProvider _time;
    private readonly FeatureStoreMetrics _metrics;
    private readonly ILogger<OnlineFeatures> _logger;
    private readonly InProcessOnlineStore? _local;
    private readonly ConcurrentQueue<OnlineRead> _kept = new();
    private OnlineRead? _first;
    private int _isAway;

    public OnlineFeatures(OnlinePlans plans, IOnlineStore store, IOptions<OnlineFeaturesOptions> options, TimeProvider time, FeatureStoreMetrics metrics, ILogger<OnlineFeatures> logger)
    {
        (_plans, _store, _options, _time, _metrics, _logger) = (plans, store, options.Value, time, metrics, logger);
        _local = store as InProcessOnlineStore; // which answers at once, so that nobody has to wait for it
    }

    public ValueTask<FeatureVectors> ReadAsync(OnlineQuery query, CancellationToken cancellationToken = default)
    {
        try
        {
            ArgumentNullException.ThrowIfNull(query);
            cancellationToken.ThrowIfCancellationRequested();
            var started = _metrics.IsMeasuring ? Stopwatch.GetTimestamp() : 0;
            var plan = _plans.Get(query);
            var read = Interlocked.Exchange(ref _first, null) ?? (_kept.TryDequeue(out var kept) ? kept : new());
            read.Prepare(plan, query);
            return _local is not null || read.Keys.IsEmpty ? new(ReadHere(plan, read, started)) : ReadFarAsync(plan, read, started, cancellationToken);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<FeatureVectors>(e);
        }
    }

    private FeatureVectors ReadHere(OnlinePlan plan, OnlineRead read, long started)
    {
        using var activity = FeatureStoreMetrics.StartOnlineRead(plan, read.Count);
        try
        {
            _local?.Read(read.Keys.Span, read.Rows.Span);
            return Finish(plan, read, started, isAway: false);
        }
        catch (Exception e)
        {
            Failed(plan, activity, e, started);
            throw;
        }
    }

    private async ValueTask<FeatureVectors> ReadFarAsync(OnlinePlan plan, OnlineRead read, long started, CancellationToken cancellationToken)
    {
        using var activity = FeatureStoreMetrics.StartOnlineRead(plan, read.Count);
        var late = read.StartClock(_options.Timeout, _time);
        using var either = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late) : null;
        try
        {
            var reading = _store.ReadAsync(read.Keys, read.Rows, either?.Token ?? late);
            if (reading.IsCompleted) await reading.ConfigureAwait(false);
            else await reading.AsTask().WaitAsync(either?.Token ?? late).ConfigureAwait(false); // not every store can stop what is under way
            if (_isAway != 0 && Interlocked.Exchange(ref _isAway, 0) == 1) _logger.OnlineStoreIsBack();
            return Finish(plan, read, started, isAway: false);
        }
        catch (Exception e)
        {
            var error = e is OperationCanceledException && late.IsCancellationRequested && !cancellationToken.IsCancellationRequested
                ? new StoreException($"The online store did not answer within {_options.Timeout}. Try again, or raise MlOps:OnlineFeatures:Timeout.", e, isTransient: true)
                : e;
            if (error is StoreException && _options.GoesOnWithoutStore)
            {
                if (Interlocked.Exchange(ref _isAway, 1) == 0) _logger.OnlineStoreIsAway(error);
                activity?.SetStatus(ActivityStatusCode.Error, error.GetType().FullName);
                return Finish(plan, read, started, isAway: true);
            }

            Failed(plan, activity, error, started);
            if (error != e) throw error;
            throw;
        }
    }

    private void Failed(OnlinePlan plan, Activity? activity, Exception error, long started)
    {
        activity?.SetStatus(ActivityStatusCode.Error, error.GetType().FullName);
        _metrics.OnlineRead(plan, started, "failed");
    }

    // A read that failed is not used again: its store may still be at it.
    private FeatureVectors Finish(OnlinePlan plan, OnlineRead read, long started, bool isAway)
    {
        var counts = _metrics.IsCounting ? new StatusCounts(plan) : null;
        var vectors = OnlineAssembly.Make(plan, read, FeatureTime.ToMicros(_time.GetUtcNow()), isAway, counts);
        if (counts is not null) _metrics.OnlineStatuses(counts);
        _metrics.OnlineRead(plan, started, isAway ? "unavailable" : "ok");
        if (isAway || !read.IsKept) return vectors;
        read.Clear();
        if (Interlocked.CompareExchange(ref _first, read, null) is not null && _kept.Count < MostKept) _kept.Enqueue(read);
        return vectors;
    }
}
