using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Turns what has drifted into alarms that explain themselves.</summary>
internal static class DriftAlarms
{
    private const int Contributors = 3;

    public static IEnumerable<Alarm> Of(DriftParts parts, MonitorOptions options)
    {
        foreach (var column in parts.Columns.Concat(parts.Predictions).Where(c => c.IsDrifted)) yield return Of(column, options);
        if (parts.Label is { IsDrifted: true } label) yield return Of(label, options);
    }

    private static Alarm Of(ColumnDrift column, MonitorOptions options)
    {
        var threshold = options.Thresholds.TryGetValue(column.Column, out var chosen) ? chosen : null;
        var alarm = new Alarm(DriftCheck.CheckName, column.Direction is null ? AlarmKind.Drift : AlarmKind.Quality, AlarmSeverity.Warning, column.Column, column.Sentence)
        {
            Direction = column.Direction,
            Contributors = [.. column.Change.TopContributors(Contributors).Select(c => new AlarmContributor(c.Name, c.Reference, c.Current, c.Contribution))],
        };
        var distance = column.Change.Distance(threshold?.Measure ?? DistanceMeasure.PopulationStability);
        return column.Direction switch
        {
            "missing" or "there" => alarm with
            {
                Severity = column.Missing == 1 ? AlarmSeverity.Critical : AlarmSeverity.Warning,
                Statistic = "missing_share",
                Value = column.Missing,
                Reference = column.ReferenceMissing,
                Threshold = options.MissingShareChange,
                PValue = column.MissingPValue,
            },
            "unseen" => alarm with
            {
                Statistic = "unseen_share",
                Value = column.Change.UnseenShare,
                Reference = column.Change.ExpectedUnseenShare,
                Threshold = options.UnseenShareIncrease,
                PValue = column.UnseenPValue,
            },
            _ => alarm with
            {
                Statistic = threshold is null ? "psi" : NameOf(threshold.Measure),
                Value = distance.Value,
                Reference = distance.Noise,
                Threshold = threshold is null ? options.PsiThreshold : threshold.Upper ?? double.NaN,
                PValue = column.PValue,
            },
        };
    }

    private static Alarm Of(LabelDrift label, MonitorOptions options) => new(DriftCheck.CheckName, AlarmKind.Drift, AlarmSeverity.Warning, label.Label, label.Sentence)
    {
        Direction = label.Current > label.Reference ? "up" : "down",
        Statistic = "mean",
        Value = label.Current,
        Reference = label.Reference,
        PValue = label.PValue,
        Threshold = options.LabelShareChange,
    };

    private static string NameOf(DistanceMeasure measure) => measure switch
    {
        DistanceMeasure.PopulationStability => "psi",
        DistanceMeasure.JensenShannon => "jensen_shannon",
        DistanceMeasure.Hellinger => "hellinger",
        DistanceMeasure.LInfinity => "l_infinity",
        DistanceMeasure.KolmogorovSmirnov => "kolmogorov_smirnov",
        _ => "wasserstein",
    };
}
