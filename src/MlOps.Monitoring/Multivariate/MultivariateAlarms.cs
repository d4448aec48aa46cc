using System.Globalization;

namespace MlOps.Monitoring;

/// <summary>Puts what was found into alarms and a sentence.</summary>
internal static class MultivariateAlarms
{
    public static IReadOnlyList<Alarm> Of(MultivariateReport report, MultivariateOptions options) =>
    [
        .. report.Reconstruction is { } reconstruction ? Of(reconstruction, options) : [],
        .. (report.Classifier is { } classifier ? report.Texts.Prepend(classifier) : report.Texts).Where(s => s.Status == DriftStatus.Drifted).Select(s => Of(s, options)),
        .. report.Vectors.Where(v => v.Status == DriftStatus.Drifted).Select(v => Of(v, options)),
    ];

    public static string Summarise(MultivariateReport report, MonitorContext context)
    {
        string[] drifted =
        [
            .. report.Reconstruction is { } r && (r.Status == DriftStatus.Drifted || r.Chunks.Any(c => c.Status == DriftStatus.Drifted)) ? ["how columns go together"] : Array.Empty<string>(),
            .. (report.Classifier is { } c ? report.Texts.Prepend(c) : report.Texts).Where(s => s.Status == DriftStatus.Drifted).Select(s => s.Subject),
            .. report.Vectors.Where(v => v.Status == DriftStatus.Drifted).Select(v => v.Vector),
        ];
        return drifted.Length > 0 ? $"Drift of rows as wholes, in {string.Join(", ", drifted)}."
            : report.Rows < context.Options.MinRows ? string.Create(CultureInfo.InvariantCulture, $"Nothing can be said of rows as wholes: {report.Rows:N0} predictions in the window, {context.Options.MinRows:N0} are needed.")
            : IsCompared(report) ? "No drift of rows as wholes."
            : "Rows as wholes could not be compared.";
    }

    private static bool IsCompared(MultivariateReport report) =>
        report.Reconstruction is { Status: not DriftStatus.NotCompared } || report.Classifier is { Status: not DriftStatus.NotCompared }
        || report.Vectors.Any(v => v.Status != DriftStatus.NotCompared) || report.Texts.Any(t => t.Status != DriftStatus.NotCompared);

    private static IEnumerable<Alarm> Of(ReconstructionDrift drift, MultivariateOptions options)
    {
        if (drift.Status == DriftStatus.Drifted) yield return Reconstruction(drift.Sentence, drift.RocAuc, drift.Current, drift.Reference, drift.PValue, options);
        foreach (var chunk in drift.Chunks.Where(c => c.Status == DriftStatus.Drifted))
        {
            FormattableString sentence = $"Columns do not go together as in training: the reconstruction error is {chunk.Error.Mean:0.###} on average, {drift.Reference.Mean:0.###} in training.";
            yield return Reconstruction(sentence.ToString(CultureInfo.InvariantCulture), chunk.RocAuc, chunk.Error, drift.Reference, chunk.PValue, options) with { Chunk = chunk.Chunk };
        }
    }

    private static Alarm Reconstruction(string sentence, double area, MeanError current, MeanError reference, double chance, MultivariateOptions options) =>
        new(MultivariateCheck.CheckName, AlarmKind.Drift, AlarmSeverity.Warning, MultivariateComparer.Rows, sentence)
        {
            Direction = area > 0.5 ? "up" : "down",
            Statistic = "roc_auc",
            Value = area,
            Reference = 0.5,
            Threshold = area > 0.5 ? options.RocAucThreshold : 1 - options.RocAucThreshold,
            PValue = chance,
            Contributors = [new("reconstruction error", reference.Mean, current.Mean, 1)],
        };

    private static Alarm Of(SeparationDrift drift, MultivariateOptions options) => new(MultivariateCheck.CheckName, AlarmKind.Drift, AlarmSeverity.Warning, drift.Subject, drift.Sentence)
    {
        Statistic = "roc_auc",
        Value = drift.RocAuc,
        Reference = 0.5,
        Threshold = options.RocAucThreshold,
        PValue = drift.PValue,
        Contributors = drift.Contributors,
    };

    private static Alarm Of(VectorDrift drift, MultivariateOptions options) => new(MultivariateCheck.CheckName, AlarmKind.Drift, AlarmSeverity.Warning, drift.Vector, drift.Sentence)
    {
        Statistic = "mmd2",
        Value = drift.Discrepancy,
        Reference = 0,
        Threshold = options.DiscrepancyThreshold,
        PValue = drift.PValue,
    };
}
