using System.Globalization;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Compares the predictions of a window with the reference. Pure arithmetic.</summary>
/// <remarks>
/// Every comparison of the report, of each column's distribution and missing share and of the label, gives a p-value; they are judged together (Benjamini and Hochberg), so that more
/// columns do not mean more false alarms. Rows are taken as independent, which those of a day never quite are: that is why a change must also be large enough to matter.
/// </remarks>
internal static class DriftComparer
{
    private const int MaxNameLength = 40;

    public static (IReadOnlyList<ColumnDrift> Columns, LabelDrift? Label) Compare(ReferenceProfile reference, CurrentProfile current, MonitorOptions options)
    {
        var findings = current.Columns.Select(c => Examine(c, reference, current.Rows, options)).ToArray();
        var label = Examine(reference.Label, current.Truth, options);
        var adjusted = BenjaminiHochberg.Adjust([.. findings.SelectMany(f => new[] { f.Stability.PValue, f.MissingPValue }), label?.PValue ?? double.NaN]);
        var columns = findings.Select((f, i) => Judge(f, adjusted[2 * i], adjusted[(2 * i) + 1], options)).ToArray();
        return (columns, label is null ? null : Judge(label, adjusted[^1], options));
    }

    private static Finding Examine(CurrentColumn current, ReferenceProfile reference, long rows, MonitorOptions options)
    {
        var column = current.Reference;
        var referenceMissing = (double)column.Missing / reference.Rows;
        var missing = rows == 0 ? double.NaN : (double)current.Missing / rows;
        Finding Unknown(string why) => new(column, referenceMissing, missing, new(double.NaN, double.NaN, double.NaN), double.NaN, why, null, 0, 0, false);
        if (column.Problem is not null) return Unknown(column.Problem);
        if (options.IgnoredColumns.Contains(column.Column.Name)) return Unknown("Not compared: the monitor ignores it.");
        if (rows == 0) return Unknown("No predictions in the window.");
        if (rows < options.MinRows) return Unknown(Invariant($"Not compared: {rows:N0} rows in the window, {options.MinRows:N0} are needed."));
        if (reference.Rows == 0) return Unknown("The training data have no rows.");
        var (names, first, second) = Bin(column, current, options);
        var stability = PopulationStability.Compare(first, second);
        var missingPValue = TwoProportionTest.PValue(column.Missing, reference.Rows, current.Missing, rows, continuityCorrection: true);
        var worst = Worst(first, second);
        return new(
            column, referenceMissing, missing, stability, missingPValue, null, names(worst), (double)first[worst] / reference.Rows, (double)second[worst] / rows, current.IsThere);
    }

    // The last bin is for missing values.
    private static (Func<int, string> Names, long[] Reference, long[] Current) Bin(ReferenceColumn column, CurrentColumn current, MonitorOptions options)
    {
        if (column.Bins is { } bins)
            return (i => i == bins.Count ? "missing" : NameOf(bins, i), [.. column.Counts, column.Missing], [.. current.Counts, current.Missing]);

        // Where the reference has more categories than are kept, nobody knows which of the current ones are new: they are other ones.
        var known = column.Categories!;
        var mine = current.Categories.Counts;
        var foreign = 0L;
        if (column.Overflow > 0)
        {
            foreign = mine.Where(c => !known.ContainsKey(c.Key)).Sum(c => c.Value);
            mine = mine.Where(c => known.ContainsKey(c.Key)).ToDictionary(StringComparer.Ordinal);
        }

        var counts = CategoryBins.Count(known, mine, options.Categories);
        var other = counts.Names.Count;
        counts.Reference[other] += column.Overflow;
        counts.Current[column.Overflow > 0 ? other : other + 1] += current.Categories.Overflow + foreign;
        return (
            i => i < other ? Quote(counts.Names[i]) : i == other ? "one of the other values" : i == other + 1 ? NameOfUnseen(known, mine) : "missing",
            [.. counts.Reference, column.Missing],
            [.. counts.Current, current.Missing]);
    }

    private static ColumnDrift Judge(Finding finding, double pValue, double missingPValue, MonitorOptions options)
    {
        var (status, sentence) = Decide(finding, pValue, missingPValue, options);
        return new(
            finding.Column.Column.Name, finding.Column.Column.Type, status, finding.Stability.Index, finding.Stability.Expected, pValue,
            finding.ReferenceMissing, finding.Missing, missingPValue, sentence);
    }

    private static (DriftStatus Status, string Sentence) Decide(Finding finding, double pValue, double missingPValue, MonitorOptions options)
    {
        if (finding.Problem is not null) return (DriftStatus.NotCompared, finding.Problem);
        var isAllMissing = finding.Missing == 1;
        if (isAllMissing && finding.ReferenceMissing < 1)
        {
            var what = finding.IsThere ? "Every value is missing" : "No prediction has the column";
            return missingPValue <= options.Significance
                ? (DriftStatus.Drifted, Invariant($"{what}; in training {finding.ReferenceMissing:P1} were missing."))
                : (DriftStatus.NotCompared, Invariant($"{what}, which says little with so few rows: in training {finding.ReferenceMissing:P1} were missing."));
        }

        var hasMoved = finding.Stability.Index >= options.PsiThreshold && pValue <= options.Significance;
        var isMissing = finding.Missing - finding.ReferenceMissing >= options.MissingShareIncrease && missingPValue <= options.Significance;
        var parts = new List<string>(2);
        if (hasMoved)
            parts.Add(Invariant($"Moved: PSI {finding.Stability.Index:0.000}, of which {finding.Stability.Expected:0.000} is noise; {finding.Current:P1} of the rows are {finding.Worst}, in training {finding.Reference:P1}."));
        if (isMissing) parts.Add(Invariant($"{finding.Missing:P1} of the values are missing, in training {finding.ReferenceMissing:P1}."));
        if (parts.Count > 0) return (DriftStatus.Drifted, string.Join(' ', parts));
        return (DriftStatus.Stable, finding.Stability.Index >= options.PsiThreshold
            ? Invariant($"PSI {finding.Stability.Index:0.000} is no more than so few rows in so many bins give by chance.")
            : Invariant($"PSI {finding.Stability.Index:0.000}, {finding.Stability.Expected:0.000} is noise."));
    }

    private static LabelDrift? Examine(ReferenceLabel? label, RunningMoments truth, MonitorOptions options)
    {
        if (label is null || truth.Count == 0) return null;
        var moments = label.Moments;
        var pValue = double.NaN;
        if (truth.Count >= options.MinRows && double.IsFinite(moments.SampleVariance) && double.IsFinite(truth.SampleVariance))
        {
            pValue = label.IsShare && truth.Mean is >= 0 and <= 1
                ? TwoProportionTest.PValue(Hits(moments), moments.Count, Hits(truth), truth.Count, continuityCorrection: true)
                : TwoMeanTest.PValue(moments.Mean, moments.SampleVariance, moments.Count, truth.Mean, truth.SampleVariance, truth.Count);
        }

        return new(label.Name, moments.Mean, truth.Mean, moments.Count, truth.Count, pValue, false, string.Empty);
    }

    private static LabelDrift Judge(LabelDrift label, double pValue, MonitorOptions options)
    {
        var change = label.Reference == 0 ? (label.Current == 0 ? 0 : double.PositiveInfinity) : (label.Current - label.Reference) / Math.Abs(label.Reference);
        var isDrifted = pValue <= options.Significance && Math.Abs(change) >= options.LabelShareChange;
        var values = Invariant($"{label.Current:0.####} over {label.Rows:N0} true values, {label.Reference:0.####} in training");
        var sentence = isDrifted ? Invariant($"Changed by {change:P0}: {values}.")
            : double.IsNaN(pValue) ? Invariant($"Not compared: {values}; {options.MinRows:N0} values are needed, all finite.")
            : Invariant($"{values}: {(pValue <= options.Significance ? "a small change" : "no more than chance gives")}.");
        return label with { PValue = pValue, IsDrifted = isDrifted, Sentence = sentence };
    }

    private static long Hits(RunningMoments moments) => (long)Math.Round(moments.Mean * moments.Count);

    // The bin that contributes most.
    private static int Worst(long[] reference, long[] current)
    {
        double n = reference.Sum(), m = current.Sum();
        var (worst, most) = (0, -1.0);
        for (var i = 0; i < reference.Length; i++)
        {
            var (r, c) = (Math.Max(reference[i], 0.5) / n, Math.Max(current[i], 0.5) / m);
            var part = (c - r) * Math.Log(c / r);
            if (part > most) (worst, most) = (i, part);
        }

        return worst;
    }

    private static string NameOf(NumericBins bins, int index)
    {
        var edges = bins.Edges;
        if (bins.OnePerValue) return index < edges.Count ? Invariant($"{edges[index]:G6}") : "a value that training never had";
        if (edges.Count == 0) return "there";
        return index == 0 ? Invariant($"at most {edges[0]:G6}") : index == edges.Count ? Invariant($"above {edges[^1]:G6}") : Invariant($"above {edges[index - 1]:G6} and at most {edges[index]:G6}");
    }

    private static string NameOfUnseen(IReadOnlyDictionary<string, long> known, IReadOnlyDictionary<string, long> mine)
    {
        var most = mine.Where(c => !known.ContainsKey(c.Key)).OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Select(c => c.Key).FirstOrDefault();
        return most is null ? "a value that training never had" : $"a value that training never had, most often {Quote(most)}";
    }

    private static string Quote(string name) => name.Length <= MaxNameLength ? $"'{name}'" : $"'{name[..MaxNameLength]}…'";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What was found of a column, before all are judged together.</summary>
    private sealed record Finding(
        ReferenceColumn Column, double ReferenceMissing, double Missing, StabilityResult Stability, double MissingPValue,
        string? Problem, string? Worst, double Reference, double Current, bool IsThere);
}
