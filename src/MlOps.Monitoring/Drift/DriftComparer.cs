using System.Globalization;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Compares the predictions of a window, and of its chunks, with the reference. Pure arithmetic.</summary>
/// <remarks>
/// Every comparison of the report gives p-values: of each column's distribution, its missing share and its unseen categories, and of the label, in the window and in each chunk. They are judged together (Benjamini and Hochberg), so that more
/// columns and more chunks do not mean more false alarms. Rows are taken as independent, which those of a day never quite are: that is why a change must also be large enough to matter.
/// </remarks>
internal static class DriftComparer
{
    public static DriftFindings Compare(Reference reference, DatasetProfile outputs, CurrentProfile current, int chunks, MonitorOptions options)
    {
        var window = current.Window();
        Examined[] all =
        [
            Examine(reference, outputs, current, window, options),
            .. chunks > 1 ? Enumerable.Range(0, chunks).Select(i => Examine(reference, outputs, current, current.Chunk(i), options)) : [],
            .. reference.Segments.Select(s => Examine(reference.Of(s.Key), new(), current, current.Of(s.Key), options)),
        ];
        var adjusted = new Queue<double>(BenjaminiHochberg.Adjust([.. all.SelectMany(e => e.PValues)]));
        var parts = all.Select(e => e.Judge(adjusted, options)).ToList();
        return new(parts[0], parts[1..^reference.Segments.Count], [.. reference.Segments.Keys.Zip(parts[^reference.Segments.Count..])]);
    }

    private static Examined Examine(Reference reference, DatasetProfile outputs, CurrentProfile current, DatasetProfile profile, MonitorOptions options)
    {
        var columns = reference.Columns.Select(c => ColumnFinding.Of(c.Column.Name, c.Column.Type, c.Problem, reference, reference.Profile, current, profile, options)).ToList();
        IReadOnlyList<ColumnFinding> predictions = outputs.Columns.Count == 0 && reference.IsSegment ? [] : [.. profile.Columns.Concat(outputs.Columns).Where(c => c.StartsWith(PredictionColumns.OutputPrefix, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)
            .Select(c => ColumnFinding.Of(c, TypeOf(c, outputs, profile), outputs.TryGet(c, out _) ? null : "The reference has no predictions.", reference, outputs, current, profile, options))];
        return new(columns, predictions, LabelFinding.Of(reference, profile, options));
    }

    private static ColumnType TypeOf(string column, DatasetProfile outputs, DatasetProfile profile) => ProfileFeeder.TypeOf(outputs.TryGet(column, out var known) ? known : profile[column]);

    /// <summary>What was found of a window or chunk, before all are judged together.</summary>
    private sealed record Examined(IReadOnlyList<ColumnFinding> Columns, IReadOnlyList<ColumnFinding> Predictions, LabelFinding? Label)
    {
        public IEnumerable<double> PValues => [.. Columns.Concat(Predictions).SelectMany(c => c.PValues), .. Label is null ? Array.Empty<double>() : [Label.PValue]];

        public DriftParts Judge(Queue<double> adjusted, MonitorOptions options) => new(
            [.. Columns.Select(c => c.Judge(adjusted.Dequeue(), adjusted.Dequeue(), adjusted.Dequeue(), options))],
            [.. Predictions.Select(c => c.Judge(adjusted.Dequeue(), adjusted.Dequeue(), adjusted.Dequeue(), options))],
            Label?.Judge(adjusted.Dequeue(), options));
    }
}

/// <summary>What was found.</summary>
internal sealed record DriftFindings(DriftParts Window, IReadOnlyList<DriftParts> Chunks, IReadOnlyList<(Segment Segment, DriftParts Parts)> Segments);

/// <summary>What was found of a window, or of one of its chunks or segments.</summary>
internal sealed record DriftParts(IReadOnlyList<ColumnDrift> Columns, IReadOnlyList<ColumnDrift> Predictions, LabelDrift? Label);

/// <summary>What was found of the label, before all are judged together.</summary>
internal sealed record LabelFinding(ReferenceLabel Label, NumberStatistics Truth, double PValue, string Where)
{
    public static LabelFinding? Of(Reference reference, DatasetProfile profile, MonitorOptions options)
    {
        if (reference.Label is not { } label || !profile.TryGet(PredictionColumns.Truth, out var column) || column.Numbers is not { Count: > 0 } truth) return null;
        var pValue = double.NaN;
        var isFinite = truth.FiniteCount == truth.Count && label.Values.FiniteCount == label.Values.Count;
        if (truth.Count >= options.MinRows && isFinite && double.IsFinite(label.Values.SampleVariance) && double.IsFinite(truth.SampleVariance))
        {
            pValue = label.IsShare && truth.Mean is >= 0 and <= 1
                ? FisherExact.PValue(Hits(label.Values), label.Values.Count, Hits(truth), truth.Count)
                : TwoMeanTest.PValue(label.Values.Mean, label.Values.SampleVariance, label.Values.Count, truth.Mean, truth.SampleVariance, truth.Count);
        }

        return new(label, truth, pValue, reference.Where);
    }

    public LabelDrift Judge(double pValue, MonitorOptions options)
    {
        var (before, now) = (MeanOf(Label.Values), MeanOf(Truth));
        var change = before == 0 ? (now == 0 ? 0 : double.PositiveInfinity) : (now - before) / Math.Abs(before);
        var isDrifted = pValue <= options.Significance && Math.Abs(change) >= options.LabelShareChange;
        FormattableString values = $"{now:0.####} over {Truth.Count:N0} true values, {before:0.####} {Where}";
        var text = values.ToString(CultureInfo.InvariantCulture);
        FormattableString sentence = isDrifted ? $"Changed by {change:P0}: {text}."
            : double.IsNaN(pValue) ? (FormattableString)$"Not compared: {text}; {options.MinRows:N0} values are needed, all finite."
            : $"{text}: {(pValue <= options.Significance ? "a small change" : "no more than chance gives")}.";
        return new(Label.Name, before, now, Label.Values.Count, Truth.Count, pValue, isDrifted, sentence.ToString(CultureInfo.InvariantCulture));
    }

    private static double MeanOf(NumberStatistics values) => values switch
    {
        { PositiveInfinities: > 0, NegativeInfinities: > 0 } => double.NaN,
        { PositiveInfinities: > 0 } => double.PositiveInfinity,
        { NegativeInfinities: > 0 } => double.NegativeInfinity,
        _ => values.Mean,
    };

    private static long Hits(NumberStatistics values) => (long)Math.Round(values.Mean * values.Count);
}
