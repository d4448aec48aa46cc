using System.Diagnostics;
using Apache.Arrow;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Brings features to the online store, view by view: one that fails does not keep the others from it.</summary>
internal sealed class Materializer(
    FeatureDefinitions definitions, IEventReader reader, IFeatureCatalog catalog, MaterializationContext context, Pusher pusher, IEnumerable<FileFeatureStatistics> statistics, ILogger<Materializer> logger) : IMaterializer
{
    public Task<IReadOnlyList<MaterializedView>> MaterializeAsync(
        IReadOnlyList<string>? views, DateTimeOffset from, DateTimeOffset to, IProgress<MaterializedView>? progress = null, CancellationToken cancellationToken = default)
    {
        if (from > to) throw new ArgumentException($"The span ends at {to:O}, before it begins at {from:O}.", nameof(to));
        var wanted = Find(views);
        var end = Math.Min(FeatureTime.ToMicros(to), context.Now);
        return EachAsync(wanted, (view, token) => SpanAsync(view, FeatureTime.ToMicros(from), end, progress, token), cancellationToken);
    }

    public Task<IReadOnlyList<MaterializedView>> MaterializeIncrementalAsync(
        IReadOnlyList<string>? views, DateTimeOffset? to = null, IProgress<MaterializedView>? progress = null, CancellationToken cancellationToken = default)
    {
        var wanted = Find(views);
        var end = to is { } moment ? Math.Min(FeatureTime.ToMicros(moment), context.Now) : context.Now;
        return EachAsync(wanted, (view, token) => NewAsync(view, end, progress, token), cancellationToken);
    }

    public Task<MaterializedView> PushAsync(string view, RecordBatch rows, PushTarget target = PushTarget.Online, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return pusher.PushAsync(definitions.GetView(view), rows, target, cancellationToken);
    }

    public Task DeleteAsync(string view, IReadOnlyDictionary<string, IReadOnlyList<FeatureValue>> keys, DateTimeOffset at, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var found = definitions.GetView(view);
        var entities = EntityKeys.Of(found, keys);
        return found.IsWindowed
            ? context.WindowsOf(found).DeleteAsync(entities, FeatureTime.ToMicros(at), cancellationToken)
            : context.WriterOf(found).DeleteAsync(entities, new(FeatureTime.ToMicros(at), context.Now), cancellationToken);
    }

    private List<FeatureView> Find(IReadOnlyList<string>? views) =>
        views is null ? [.. definitions.Views.Where(v => v.IsOnline)] : [.. views.Distinct(StringComparer.Ordinal).Select(definitions.GetView)];

    private async Task<IReadOnlyList<MaterializedView>> EachAsync(List<FeatureView> views, Func<FeatureView, CancellationToken, Task<MaterializedView>> bring, CancellationToken cancellationToken)
    {
        var finished = new List<MaterializedView>();
        var failures = new List<MaterializationFailure>();
        foreach (var view in views)
        {
            using var activity = FeatureStoreMetrics.StartMaterialization(view);
            var started = context.Time.GetTimestamp();
            try
            {
                var result = await bring(view, cancellationToken).ConfigureAwait(false);
                finished.Add(result);
                var elapsed = context.Time.GetElapsedTime(started);
                context.Metrics.Materialized(view.Name, "ok", elapsed);
                context.Metrics.Written(view.Name, "materialize", result.Written);
                logger.Materialized(view.Name, result.From, result.To, result.Read, result.Written, result.Superseded, result.Rejected, elapsed.TotalMilliseconds);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                activity?.SetStatus(ActivityStatusCode.Error);
                context.Metrics.Materialized(view.Name, "error", context.Time.GetElapsedTime(started));
                failures.Add(new(view.Name, e));
                logger.NotMaterialized(e, view.Name);
            }
        }

        return failures.Count == 0 ? finished : throw new MaterializationException(failures, finished);
    }

    private async Task<MaterializedView> SpanAsync(FeatureView view, long from, long to, IProgress<MaterializedView>? progress, CancellationToken cancellationToken)
    {
        if (from > to) return new(view.Name, Moments.ToTime(from), Moments.ToTime(to), 0, 0, 0, 0); // nothing of the span has happened yet
        var (pinned, source) = await PinAsync(view, cancellationToken).ConfigureAwait(false);
        var marks = await MarkKeeper.OpenAsync(catalog, view, cancellationToken).ConfigureAwait(false);
        if (view.IsWindowed) return await WindowsAsync(view, pinned, to, marks, progress, cancellationToken).ConfigureAwait(false);
        var start = marks.Pending is { IsFull: true } pending && (pending.From, pending.To, pending.Source) == (from, to, source)
            ? pending
            : new ResumePoint(true, from, to, null, source, 0, long.MinValue);
        return await RunAsync(view, pinned, start, marks, progress, cancellationToken).ConfigureAwait(false);
    }

    private async Task<MaterializedView> NewAsync(FeatureView view, long to, IProgress<MaterializedView>? progress, CancellationToken cancellationToken)
    {
        var (pinned, source) = await PinAsync(view, cancellationToken).ConfigureAwait(false);
        var marks = await MarkKeeper.OpenAsync(catalog, view, cancellationToken).ConfigureAwait(false);
        if (view.IsWindowed) return await WindowsAsync(view, pinned, to, marks, progress, cancellationToken).ConfigureAwait(false);
        if (marks.Pending is not { IsFull: false } pending || pending.Source != source || source.Length == 0)
            return await RunAsync(view, pinned, Next(view, marks, to, source), marks, progress, cancellationToken).ConfigureAwait(false);
        var resumed = await RunAsync(view, pinned, pending, marks, progress, cancellationToken).ConfigureAwait(false);
        return pending.To >= to ? resumed : resumed.Plus(await RunAsync(view, pinned, Next(view, marks, to, source), marks, progress, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Says what is new: events after the mark, and whatever was created after it.</summary>
    private ResumePoint Next(FeatureView view, MarkKeeper marks, long to, string source)
    {
        var oldest = view.TimeToLive is { } ttl && ttl > TimeSpan.Zero ? Moments.Back(to, ttl) : long.MinValue;
        if (marks.EventTime is not { } seen) return new(false, oldest, to, null, source, 0, long.MinValue);
        var from = Math.Max(oldest, Moments.Back(seen + 1, context.Options.Overlap));
        long? createdAfter = view.CreatedTime is null ? null : marks.CreatedTime is { } created ? Moments.Back(created, context.Options.Overlap) : long.MinValue;
        return new(false, Math.Min(from, to), to, createdAfter, source, 0, long.MinValue);
    }

    private async Task<MaterializedView> RunAsync(FeatureView view, FeatureView pinned, ResumePoint start, MarkKeeper marks, IProgress<MaterializedView>? progress, CancellationToken cancellationToken)
    {
        var run = new ViewRun(view, reader, context, progress);
        var result = await run.RunAsync(pinned, start, point => start.Source.Length == 0 ? Task.CompletedTask : marks.RememberAsync(point, cancellationToken), cancellationToken).ConfigureAwait(false);
        await marks.FinishAsync(start with { MaxCreated = Math.Min(run.MaxCreated, context.Now) }, cancellationToken).ConfigureAwait(false);
        if (run.Profile is { Rows: > 0 } profile) await KeepAsync(new(view.Name, context.Time.GetUtcNow(), result.From, result.To, profile), cancellationToken).ConfigureAwait(false);
        return result;
    }

    // The windows of an entity are one state, which each batch makes anew from the whole history up to its end: late rows are in it, and there is nothing to go on from.
    private async Task<MaterializedView> WindowsAsync(FeatureView view, FeatureView pinned, long to, MarkKeeper marks, IProgress<MaterializedView>? progress, CancellationToken cancellationToken)
    {
        var guarded = new GuardedEvents(reader, context.GuardsOf(view), context.RejectedOf(view));
        var profiler = context.Options.KeepStatistics ? new FeatureProfiler(view) : null;
        var writes = await context.WindowsOf(pinned).MaterializeAsync(guarded, to + 1, context.Now, profiler is null ? null : values => profiler.Add(values), cancellationToken).ConfigureAwait(false);
        await marks.FinishAsync(new(false, long.MinValue, to, null, string.Empty, 0, long.MinValue), cancellationToken).ConfigureAwait(false);
        context.Metrics.Guarded(view.Name, "write", guarded.Refused, guarded.Flagged);
        var result = new MaterializedView(view.Name, Moments.ToTime(long.MinValue), Moments.ToTime(to), writes.Read + guarded.Refused, writes.Written, writes.Superseded, writes.Rejected + guarded.Refused)
        {
            Flagged = guarded.Flagged,
            RejectedRows = await guarded.KeepRefusedAsync(cancellationToken).ConfigureAwait(false),
        };
        progress?.Report(result);
        if (profiler?.Profile is { Rows: > 0 } profile) await KeepAsync(new(view.Name, context.Time.GetUtcNow(), result.From, result.To, profile), cancellationToken).ConfigureAwait(false);
        return result;
    }

    // Features that are there are worth more than their statistics.
    private async Task KeepAsync(FeatureStatistics profile, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var kept in statistics) await kept.WriteAsync(profile, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.StatisticsNotKept(e, profile.View);
        }
    }

    private async Task<(FeatureView View, string Source)> PinAsync(FeatureView view, CancellationToken cancellationToken)
    {
        var pinned = await reader.PinAsync(view, cancellationToken).ConfigureAwait(false);
        return (pinned, pinned.Source.Pinned?.Fingerprint ?? string.Empty);
    }
}
