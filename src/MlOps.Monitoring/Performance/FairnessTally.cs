using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Counts how the groups of a column fare.</summary>
internal sealed class FairnessTally(string column)
{
    private const int MaxGroups = 1000;

    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);

    /// <summary>Takes a row. One without a group or a prediction is left out, as is one of a group beyond the first thousand.</summary>
    public void Add(string? group, double predicted, double truth)
    {
        if (group is null || double.IsNaN(predicted)) return;
        if (!_groups.TryGetValue(group, out var counts))
        {
            if (_groups.Count == MaxGroups) return;
            _groups[group] = counts = new();
        }

        counts.Rows++;
        if (predicted != 0) counts.Selected++;
        if (double.IsNaN(truth)) return;
        counts.Labels++;
        if (truth != 0) counts.Positives++;
        if (truth != 0 && predicted != 0) counts.TruePositives++;
        if (truth == 0 && predicted != 0) counts.FalsePositives++;
    }

    /// <summary>Compares the groups of enough rows.</summary>
    public FairnessResult Judge(PerformanceOptions options)
    {
        var groups = _groups.Where(g => g.Value.Rows >= options.MinLabels).OrderByDescending(g => g.Value.Rows).ThenBy(g => g.Key, StringComparer.Ordinal).ToList();
        // Of all pairs of groups the one that lies furthest apart is looked at, by three rates.
        var significance = options.Significance / Math.Max(1, 3 * groups.Count * (groups.Count - 1) / 2);
        var selected = Furthest(groups, g => (g.Selected, g.Rows), options, significance);
        var opportunity = Furthest(groups, g => (g.TruePositives, g.Positives), options, significance);
        var falsePositives = Furthest(groups, g => (g.FalsePositives, g.Labels - g.Positives), options, significance);
        var odds = !(falsePositives.Comparison.Value > opportunity.Comparison.Value) ? opportunity : falsePositives;
        return new(
            column,
            [.. groups.Select(g => new GroupRates(
                g.Key, g.Value.Rows, g.Value.Labels, Share(g.Value.Selected, g.Value.Rows), Share(g.Value.TruePositives, g.Value.Positives), Share(g.Value.FalsePositives, g.Value.Labels - g.Value.Positives)))],
            [
                Measure("demographic_parity_difference", selected, options.MaxDisparity),
                Ratio(selected, options.MinParity, significance),
                Measure("equal_opportunity_difference", opportunity, options.MaxDisparity),
                Measure("equalized_odds_difference", odds, options.MaxDisparity),
            ]);
    }

    private static double Share(double part, double whole) => whole == 0 ? double.NaN : part / whole;

    private static FairnessMeasure Measure(string name, Pair pair, double limit) =>
        new(name, pair.Comparison.Value, pair.Comparison.Lower, pair.Comparison.Upper, limit, pair.Names, pair.Comparison.Lower > limit);

    private static FairnessMeasure Ratio(Pair pair, double limit, double significance)
    {
        var ratio = pair.Names.Count == 0 ? new(double.NaN, double.NaN, double.NaN) : RateComparison.Ratio(pair.Low.Hits, pair.Low.Rows, pair.High.Hits, pair.High.Rows, significance);
        return new("demographic_parity_ratio", ratio.Value, ratio.Lower, ratio.Upper, limit, pair.Names, ratio.Upper < limit);
    }

    private static Pair Furthest(List<KeyValuePair<string, Group>> groups, Func<Group, (long Hits, long Rows)> rate, PerformanceOptions options, double significance)
    {
        var rates = groups.Select(g => (Name: g.Key, Rate: rate(g.Value))).Where(g => g.Rate.Rows >= options.MinLabels).OrderBy(g => Share(g.Rate.Hits, g.Rate.Rows)).ToList();
        if (rates.Count < 2) return new([], default, default, new(double.NaN, double.NaN, double.NaN));
        var (low, high) = (rates[0], rates[^1]);
        return new([low.Name, high.Name], low.Rate, high.Rate, RateComparison.Difference(high.Rate.Hits, high.Rate.Rows, low.Rate.Hits, low.Rate.Rows, significance));
    }

    private sealed record Pair(IReadOnlyList<string> Names, (long Hits, long Rows) Low, (long Hits, long Rows) High, RateComparison Comparison);

    private sealed class Group
    {
        public long Rows { get; set; }

        public long Selected { get; set; }

        public long Labels { get; set; }

        public long Positives { get; set; }

        public long TruePositives { get; set; }

        public long FalsePositives { get; set; }
    }
}
