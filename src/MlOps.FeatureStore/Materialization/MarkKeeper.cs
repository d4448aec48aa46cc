using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Holds the mark of one view while it is materialized. Whoever else sets it in between has the run stop.</summary>
internal sealed class MarkKeeper
{
    private readonly IFeatureCatalog _catalog;
    private readonly string _view;
    private readonly string _digest;
    private MaterializationMark? _stored;
    private MaterializationMark? _reached; // null before anything finished for this definition

    private MarkKeeper(IFeatureCatalog catalog, FeatureView view, MaterializationMark? stored)
    {
        (_catalog, _view, _digest, _stored) = (catalog, view.Name, ViewDigest.Of(view), stored);
        if (stored?.Digest != _digest) return;
        Pending = ResumePoint.Parse(stored.Resume);
        _reached = stored.EventTime == DateTimeOffset.MinValue ? null : stored;
    }

    /// <summary>Gets what a run that did not finish left.</summary>
    public ResumePoint? Pending { get; }

    /// <summary>Gets up to which event time the view is materialized; null when it is not, or was another one then.</summary>
    public long? EventTime => _reached is null ? null : FeatureTime.ToMicros(_reached.EventTime);

    /// <summary>Gets up to which created time; null when no row had one.</summary>
    public long? CreatedTime => _reached?.CreatedTime is { } created ? FeatureTime.ToMicros(created) : null;

    public static async Task<MarkKeeper> OpenAsync(IFeatureCatalog catalog, FeatureView view, CancellationToken cancellationToken) =>
        new(catalog, view, await catalog.FindMarkAsync(view.Name, cancellationToken).ConfigureAwait(false));

    /// <summary>Remembers where to go on. How far the view is materialized stays as it was.</summary>
    public async Task RememberAsync(ResumePoint point, CancellationToken cancellationToken) =>
        await SetAsync(new(_view, _reached?.EventTime ?? DateTimeOffset.MinValue, _reached?.CreatedTime) { Resume = point.ToString() }, cancellationToken).ConfigureAwait(false);

    /// <summary>Remembers that a span is materialized. It moves the mark only when it leaves no gap behind the last one, and never back.</summary>
    public async Task FinishAsync(ResumePoint done, CancellationToken cancellationToken)
    {
        DateTimeOffset? created = done.MaxCreated == long.MinValue ? null : Moments.ToTime(done.MaxCreated);
        var mark = _reached switch
        {
            null => new MaterializationMark(_view, Moments.ToTime(done.To), created),
            var r when done.To > EventTime && (!done.IsFull || done.From <= EventTime + 1) => r with { EventTime = Moments.ToTime(done.To) },
            var r => r,
        };
        if (!done.IsFull && (mark.CreatedTime is null || created > mark.CreatedTime)) mark = mark with { CreatedTime = created ?? mark.CreatedTime };
        _reached = await SetAsync(mark with { Resume = null }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<MaterializationMark> SetAsync(MaterializationMark mark, CancellationToken cancellationToken) =>
        _stored = await _catalog.SetMarkAsync(mark with { Revision = _stored?.Revision ?? 0, Digest = _digest }, cancellationToken).ConfigureAwait(false);
}
