using System.Globalization;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>What was found of a column, before all are judged together.</summary>
internal sealed record ColumnFinding(string Column, ColumnType Type, ColumnChange Change, string? Problem, bool IsThere, bool IsNowText, string Where, DriftThreshold? Threshold, double Limit)
{
    /// <summary>The chances of its three signals: the distribution, the share of missing values, unseen categories. NaN where there is nothing that could be found.</summary>
    public IEnumerable<double> PValues => Problem is not null ? [double.NaN, double.NaN, double.NaN] :
    [
        Threshold is null ? Change.PValue : double.NaN,

        // Where no value is missing anywhere no test could find anything, so there is none (Tarone, Biometrics 46, 1990).
        Change.ReferenceMissing + Change.CurrentMissing == 0 ? double.NaN : Change.MissingPValue,
        Change.UnseenPValue,
    ];

    public static ColumnFinding Of(
        string column, ColumnType type, string? problem, Reference reference, DatasetProfile known, CurrentProfile current, DatasetProfile profile, MonitorOptions options)
    {
        var before = known.TryGet(column, out var first) ? first : new();
        var now = profile.TryGet(column, out var second) ? second : Absent(profile.Rows);
        problem ??= options.IgnoredColumns.Contains(column) ? "Not compared: the monitor ignores it."
            : profile.Rows == 0 ? "No predictions in the window."
            : profile.Rows < options.MinRows ? Invariant($"Not compared: {profile.Rows:N0} rows in the window, {options.MinRows:N0} are needed.")
            : before.Rows == 0 ? (reference.IsTraining && ReferenceEquals(known, reference.Profile) ? "The training data have no rows." : "The reference has no rows.")
            : null;
        var change = problem is null ? ColumnComparer.Compare(before, now, options.Categories) : new ColumnChange(before.Rows, now.Rows, before.Missing + (before.Numbers?.NaN ?? 0), now.Missing + (now.Numbers?.NaN ?? 0));
        var threshold = options.Thresholds.TryGetValue(column, out var chosen) ? chosen : null;
        var limit = problem is null && threshold?.Sigmas is { } sigmas
            ? SigmaLimit.Upper(threshold.Measure, reference.Parts.Where(p => p.TryGet(column, out _)).Select(p => ColumnComparer.Compare(before, p[column], options.Categories)), change, sigmas)
            : threshold?.Upper ?? double.PositiveInfinity;
        return new(column, type, change, problem, current.IsThere(column), type != ColumnType.String && current.HoldsTexts(column), reference.Where, threshold, limit);
    }

    public ColumnDrift Judge(double pValue, double missingPValue, double unseenPValue, MonitorOptions options)
    {
        // What was not counted as a test because nothing was missing is certain.
        if (Problem is null && double.IsNaN(missingPValue) && Change.ReferenceRows > 0 && Change.CurrentRows > 0) missingPValue = 1;
        var (status, direction, sentence) = Decide(pValue, missingPValue, unseenPValue, options);
        var psi = Change.Distance(DistanceMeasure.PopulationStability);
        return new(Column, Type, status, psi.Value, psi.Noise, pValue, Change.ReferenceMissingShare, Change.CurrentMissingShare, Problem is null ? missingPValue : double.NaN, sentence)
        {
            Change = Change,
            UnseenPValue = unseenPValue,
            Direction = direction,
        };
    }

    private string ValueName => Type == ColumnType.Boolean ? "truth value" : "number";

    private static ColumnProfile Absent(long rows)
    {
        var profile = new ColumnProfile();
        profile.AddMissing(rows);
        return profile;
    }

    private (DriftStatus Status, string? Direction, string Sentence) Decide(double pValue, double missingPValue, double unseenPValue, MonitorOptions options)
    {
        if (Problem is not null) return (DriftStatus.NotCompared, null, Problem);
        var (before, now) = (Change.ReferenceMissingShare, Change.CurrentMissingShare);
        if (now == 1 && before < 1)
        {
            var what = !IsThere ? "No prediction has the column" : IsNowText ? $"The column holds texts, and none is a {ValueName}" : "Every value is missing";
            return missingPValue <= options.Significance
                ? (DriftStatus.Drifted, "missing", Invariant($"{what}; {Where} {before:P1} were missing."))
                : (DriftStatus.NotCompared, null, Invariant($"{what}, which says little with so few rows: {Where} {before:P1} were missing."));
        }

        var parts = new List<string>(3);
        string? direction = null;
        var hasMoved = HasMoved(pValue, options);
        if (hasMoved) parts.Add(Moved());
        if (unseenPValue <= options.Significance && Change.UnseenShare - Change.ExpectedUnseenShare >= options.UnseenShareIncrease)
        {
            direction = "unseen";
            parts.Add(Invariant($"{Change.UnseenShare:P1} of the values are ones that the reference never had; chance gives {Change.ExpectedUnseenShare:P1}."));
        }

        if (missingPValue <= options.Significance && Math.Abs(now - before) >= options.MissingShareChange)
        {
            direction ??= now > before ? "missing" : "there";
            parts.Add(Invariant($"{now:P1} of the values are missing, {Where} {before:P1}.{(IsNowText ? $" The column holds texts, and those that are no {ValueName} count as missing." : string.Empty)}"));
        }

        if (parts.Count > 0) return (DriftStatus.Drifted, hasMoved ? null : direction, string.Join(' ', parts));
        if (Change.Problem is not null) return (DriftStatus.NotCompared, null, Change.Problem);
        var psi = Change.Distance(DistanceMeasure.PopulationStability);
        return (DriftStatus.Stable, null, Threshold is null && psi.Value >= options.PsiThreshold && !(pValue <= options.Significance)
            ? Invariant($"PSI {psi.Value:0.000} is no more than so few rows in so many bins give by chance.")
            : Invariant($"PSI {psi.Value:0.000}, {psi.Noise:0.000} is noise."));
    }

    private bool HasMoved(double pValue, MonitorOptions options)
    {
        if (Threshold is null) return Change.Distance(DistanceMeasure.PopulationStability).Value >= options.PsiThreshold && pValue <= options.Significance;
        var distance = Change.Distance(Threshold.Measure).Value;
        return distance > Limit || distance < Threshold.Lower;
    }

    private string Moved()
    {
        var worst = Change.TopContributors(1).FirstOrDefault(new BinContribution("as they were", 0, 0, 0));
        var where = Invariant($"{worst.Current:P1} of the values are {worst.Name}, {Where} {worst.Reference:P1}.");
        if (Threshold is null)
        {
            var psi = Change.Distance(DistanceMeasure.PopulationStability);
            return Invariant($"Moved: PSI {psi.Value:0.000}, of which {psi.Noise:0.000} is noise; {where}");
        }

        var distance = Change.Distance(Threshold.Measure);
        return distance.Value > Limit
            ? Invariant($"Moved: {Threshold.Measure} {distance.Value:0.000} is above the limit of {Limit:0.000}; {where}")
            : Invariant($"Too near: {Threshold.Measure} {distance.Value:0.000} is below the limit of {Threshold.Lower:0.000}.");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
