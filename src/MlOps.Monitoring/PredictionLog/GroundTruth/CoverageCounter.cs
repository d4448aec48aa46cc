using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Counts what is known of the predictions of a day.</summary>
internal sealed class CoverageCounter
{
    private readonly List<long> _delays = []; // in microseconds; eight bytes a true value
    private long _predictions;
    private long _failed;
    private long _early;

    public long Duplicates { get; set; }

    public void Add(bool isFailed, long time, Truth truth)
    {
        if (isFailed)
        {
            _failed++;
            return;
        }

        _predictions++;
        if (!truth.IsKnown) return;
        if (truth.Time < time) _early++;
        _delays.Add(Math.Max(0, truth.Time - time));
    }

    public LabelCoverageDay ToDay(DateOnly day)
    {
        _delays.Sort();
        return new(day, _predictions, _delays.Count, _failed, Duplicates, _early, Quantile(0.5), Quantile(0.95));
    }

    // The smallest delay that at least such a share of the true values did not exceed.
    private TimeSpan? Quantile(double share) => _delays.Count == 0 ? null : TimeSpan.FromMicroseconds(_delays[(int)Math.Ceiling(share * _delays.Count) - 1]);
}
