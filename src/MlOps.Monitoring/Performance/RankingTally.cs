using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Collects labelled rows by group, to see how well each group is put in order. Of more rows than it may hold, whole groups are left out, chosen by their hash.</summary>
internal sealed class RankingTally(int depth, int maxRows = RankingTally.DefaultRows)
{
    public const int DefaultRows = 200_000;

    private readonly Dictionary<ulong, List<(double Score, double Truth)>> _groups = [];
    private ulong _mask;
    private int _rows;

    /// <summary>Takes a row. One without a group, a score or a label is left out.</summary>
    public void Add(string? group, double score, double truth)
    {
        if (group is null || double.IsNaN(score) || double.IsNaN(truth)) return;
        var hash = IdHash.Of(group);
        if ((hash & _mask) != 0) return;
        if (!_groups.TryGetValue(hash, out var rows)) _groups[hash] = rows = [];
        rows.Add((score, truth));
        if (++_rows <= maxRows) return;
        _mask = (_mask << 1) | 1;
        foreach (var (other, left) in _groups.Where(g => (g.Key & _mask) != 0).ToList())
        {
            _rows -= left.Count;
            _groups.Remove(other);
        }
    }

    /// <summary>Gives a figure, its standard error over the groups, and how many groups it is of; null when no group has a relevant row.</summary>
    public PerformanceValue? Realize(PerformanceMetric metric)
    {
        var moments = default(RunningMoments);
        foreach (var rows in _groups.Values)
        {
            var own = RankingPerformance.Of(new long[rows.Count], [.. rows.Select(r => r.Score)], [.. rows.Select(r => r.Truth)], depth);
            if (own.Groups > 0) moments = moments.With(own.Of(metric.Figure));
        }

        if (moments.Count == 0) return null;
        var error = moments.Count < 2 ? double.NaN : moments.SampleDeviation / Math.Sqrt(moments.Count);
        return Bands.Around(metric, moments.Mean, error, moments.Count);
    }
}
