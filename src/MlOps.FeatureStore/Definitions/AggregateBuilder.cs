using System.Globalization;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Says what is computed of a column over which windows. Each call adds a feature for each of its windows; without one it is computed over all the history.</summary>
/// <remarks>The features are named column_what_window: delay_mean_1h, delay_p90_7d, delay_last1_24h, delay_count.</remarks>
public sealed class AggregateBuilder
{
    private readonly List<(AggregationKind Kind, FeatureWindow Window, string Word, int K, double Quantile)> _wanted = [];
    private readonly string _place;
    private readonly List<string> _errors;
    private string? _name;
    private FeatureWindow? _hop;
    private bool _isTumbling;

    internal AggregateBuilder(string place, List<string> errors)
    {
        _place = place;
        _errors = errors;
    }

    /// <summary>Counts the values of the column, or the events when there is no column.</summary>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder Count(params ReadOnlySpan<FeatureWindow> windows) => Add(AggregationKind.Count, "count", windows);

    /// <summary>Adds the values up.</summary>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder Sum(params ReadOnlySpan<FeatureWindow> windows) => Add(AggregationKind.Sum, "sum", windows);

    /// <summary>Takes the mean of the values.</summary>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder Mean(params ReadOnlySpan<FeatureWindow> windows) => Add(AggregationKind.Mean, "mean", windows);

    /// <summary>Takes the smallest value.</summary>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder Min(params ReadOnlySpan<FeatureWindow> windows) => Add(AggregationKind.Min, "min", windows);

    /// <summary>Takes the largest value.</summary>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder Max(params ReadOnlySpan<FeatureWindow> windows) => Add(AggregationKind.Max, "max", windows);

    /// <summary>Takes the population variance of the values.</summary>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder Variance(params ReadOnlySpan<FeatureWindow> windows) => Add(AggregationKind.Variance, "variance", windows);

    /// <summary>Takes the value of the earliest event.</summary>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder First(params ReadOnlySpan<FeatureWindow> windows) => Add(AggregationKind.First, "first", windows);

    /// <summary>Takes the value of the latest event.</summary>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder Last(params ReadOnlySpan<FeatureWindow> windows) => Add(AggregationKind.Last, "last", windows);

    /// <summary>Takes the values of the latest events: k features a window, last1 being the newest.</summary>
    /// <param name="k">How many, 1 to 100.</param>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder LastK(int k, params ReadOnlySpan<FeatureWindow> windows) => AddK(AggregationKind.LastK, "last", k, windows);

    /// <summary>Takes the largest values: k features a window, top1 being the largest.</summary>
    /// <param name="k">How many, 1 to 100.</param>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder TopK(int k, params ReadOnlySpan<FeatureWindow> windows) => AddK(AggregationKind.TopK, "top", k, windows);

    /// <summary>Counts the different values, exactly.</summary>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder Distinct(params ReadOnlySpan<FeatureWindow> windows) => Add(AggregationKind.Distinct, "distinct", windows);

    /// <summary>Counts the different values by HyperLogLog, in little memory.</summary>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder ApproximateDistinct(params ReadOnlySpan<FeatureWindow> windows) => Add(AggregationKind.ApproximateDistinct, "approx_distinct", windows);

    /// <summary>Takes a quantile of the values, named p90 for 0.9.</summary>
    /// <param name="quantile">Which, from 0 to 1.</param>
    /// <param name="windows">The windows.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder Quantile(double quantile, params ReadOnlySpan<FeatureWindow> windows)
    {
        var percent = Math.Round(quantile * 100, 10).ToString("0.##########", CultureInfo.InvariantCulture).Replace('.', '_');
        return Add(AggregationKind.Quantile, "p" + percent, windows, 1, quantile);
    }

    /// <summary>Sets the step in which the beginning of all these windows moves. Shorter is more exact and keeps more state.</summary>
    /// <param name="hop">The step.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder Hop(FeatureWindow hop)
    {
        Check(hop);
        _hop = hop;
        return this;
    }

    /// <summary>Lets all these windows end on a hop, too: the last full hours instead of the time until now. The names end in _tumbling.</summary>
    /// <returns>This builder.</returns>
    public AggregateBuilder Tumbling()
    {
        _isTumbling = true;
        return this;
    }

    /// <summary>Names the features after something else than the column.</summary>
    /// <param name="name">What the names begin with.</param>
    /// <returns>This builder.</returns>
    public AggregateBuilder As(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        _name = name;
        return this;
    }

    internal IEnumerable<Feature> Build(string column, ColumnType? type)
    {
        if (_wanted.Count == 0) _errors.Add($"{_place}: an aggregate computes nothing. Say what, as Mean(\"1h\", \"24h\").");
        foreach (var (kind, window, word, k, quantile) in _wanted)
        {
            string[] words = [_name ?? column, word, window.Text, _isTumbling ? "tumbling" : string.Empty];
            var aggregation = new Aggregation(kind, window.Length) { K = k, Quantile = quantile, IsTumbling = _isTumbling };
            if (_hop?.Length is { } hop) aggregation = aggregation with { Hop = hop };
            yield return new(string.Join('_', words.Where(w => w.Length > 0)), AggregationTypes.ResultOf(kind, type) ?? ColumnType.Float64) { Column = column, Aggregation = aggregation };
        }
    }

    /// <summary>Gets whether everything that is computed has its type whatever the column holds.</summary>
    internal bool NeedsNoType => _wanted.TrueForAll(w => AggregationTypes.ResultOf(w.Kind, null) is not null);

    internal AggregateBuilder Add(AggregationKind kind, string word, ReadOnlySpan<FeatureWindow> windows, int k = 1, double quantile = 0.5)
    {
        foreach (var window in windows.IsEmpty ? [FeatureWindow.All] : windows)
        {
            Check(window);
            _wanted.Add((kind, window, word, k, quantile));
        }

        return this;
    }

    private AggregateBuilder AddK(AggregationKind kind, string word, int k, ReadOnlySpan<FeatureWindow> windows)
    {
        if (k is < 1 or > AggregationTypes.MaxK) _errors.Add($"{_place}: {kind} takes 1 to {AggregationTypes.MaxK} values, and {k} were asked for.");
        for (var i = 1; i <= Math.Min(k, AggregationTypes.MaxK); i++) Add(kind, string.Create(CultureInfo.InvariantCulture, $"{word}{i}"), windows, i);
        return this;
    }

    private void Check(FeatureWindow window)
    {
        if (!window.IsUnderstood) _errors.Add($"{_place}: '{window.Text}' is no window. Write a whole number and s, m, h, d or w, as in 5m, 24h or 7d.");
    }
}
