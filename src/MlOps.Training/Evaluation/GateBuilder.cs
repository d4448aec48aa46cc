using MlOps.Core;

namespace MlOps.Training;

/// <summary>Sets the standards that a model is held to. A metric that cannot be computed meets none of them.</summary>
/// <remarks>
/// Larger is better, but for rmse, mse, mae, loss, log_loss, entropy and unknown_label_share, of which smaller is better. The last is ours: of several classes, the share of rows
/// whose label the model never learned; ML.NET leaves such rows out of all other metrics.
/// </remarks>
public sealed class GateBuilder
{
    private const int DefaultMaxSlices = 50;
    private const int DefaultMinRows = 100;

    private readonly List<Gate> _gates = [];
    private readonly List<SliceBy> _slices = [];

    /// <summary>Asks for a metric that is not below a bound.</summary>
    /// <param name="metric">The metric, as auc.</param>
    /// <param name="bound">The smallest value that passes.</param>
    /// <returns>This builder.</returns>
    public GateBuilder AtLeast(string metric, double bound) => Add(GateKind.AtLeast, Named(metric), bound);

    /// <summary>Asks for a metric that is not above a bound.</summary>
    /// <param name="metric">The metric, as log_loss.</param>
    /// <param name="bound">The largest value that passes.</param>
    /// <returns>This builder.</returns>
    public GateBuilder AtMost(string metric, double bound) => Add(GateKind.AtMost, Named(metric), bound);

    /// <summary>Asks for a metric that is better than the baseline's.</summary>
    /// <param name="metric">The metric; null for the one that the model was tuned by.</param>
    /// <param name="by">By how much, at least; with 0 it must still be better.</param>
    /// <returns>This builder.</returns>
    public GateBuilder BetterThanBaseline(string? metric = null, double by = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(by);
        return Add(GateKind.BetterThanBaseline, metric, by);
    }

    /// <summary>Asks for a metric that is no worse than that of a registered version of the same model, judged on the same rows. While there is no such version it passes.</summary>
    /// <param name="alias">The alias of the version, as champion.</param>
    /// <param name="metric">The metric; null for the one that the model was tuned by.</param>
    /// <param name="margin">How much worse it may be; a negative margin asks that it be better by so much.</param>
    /// <returns>This builder.</returns>
    public GateBuilder NoWorseThan(string alias = ModelNames.Champion, string? metric = null, double margin = 0)
    {
        ModelNames.CheckAlias(alias);
        return Add(GateKind.NoWorseThan, metric, margin, alias);
    }

    /// <summary>
    /// Judges the model also on each part of the rows that shares a value of a column, for <see cref="EvaluationReport.Slices"/>, model cards and gates of the registry that name a slice. It asks for nothing by itself.
    /// </summary>
    /// <param name="column">The column of the rows or, when they have none of that name, of the prepared rows: text, Boolean, Int64 or Date. A missing value is the slice column=null.</param>
    /// <param name="maxSlices">How many values are judged at most: those with the most rows. The default is 50.</param>
    /// <param name="minRows">How many rows a value must have to be judged, since metrics of a few rows say nothing. The default is 100.</param>
    /// <returns>This builder.</returns>
    public GateBuilder SliceBy(string column, int maxSlices = DefaultMaxSlices, int minRows = DefaultMinRows)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(column);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSlices, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(minRows, 1);
        if (_slices.Exists(s => s.Column == column)) throw new ArgumentException($"The rows are already sliced by '{column}'.", nameof(column));
        _slices.Add(new(column, maxSlices, minRows));
        return this;
    }

    internal static (IReadOnlyList<Gate> Gates, IReadOnlyList<SliceBy> Slices) Build(Action<GateBuilder> configure)
    {
        var builder = new GateBuilder();
        configure(builder);
        // A report compares with one incumbent.
        return builder._gates.Select(g => g.Alias).OfType<string>().Distinct().Count() <= 1
            ? ([.. builder._gates], [.. builder._slices])
            : throw new ArgumentException("A model is compared with one alias at a time. Add a second evaluation for the other.");
    }

    private static string Named(string metric)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(metric);
        return metric;
    }

    private GateBuilder Add(GateKind kind, string? metric, double bound, string? alias = null)
    {
        if (!double.IsFinite(bound)) throw new ArgumentOutOfRangeException(nameof(bound), bound, "A bound must be a finite number.");
        _gates.Add(new(kind, metric, bound, alias));
        return this;
    }
}
