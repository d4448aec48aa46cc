using System.Globalization;

namespace MlOps.Monitoring;

/// <summary>Puts what was found into alarms and a sentence.</summary>
internal static class MultivariateAlarms
{
    public static IReadOnlyList<Alarm> Of(MultivariateReport report, MultivariateOptions options) =>
    [
        .. report.Reconstruction is { } reconstruction ? Of(reconstruction, options) : [],
        .. report.Separations.SelectMany(s => Of(s, options)),
        .. report.Vectors.SelectMany(v => Of(v, options)),
    ];

    public static string Summarise(MultivariateReport report, MonitorContext context)
    {
        string[] drifted =
        [
            .. report.Reconstruction is { } r && IsDrifted(r.Status, r.Chunks.Select(c => c.Status)) ? ["how columns go together"] : Array.Empty<string>(),
            .. report.Separations.Where(s => IsDrifted(s.Status, s.Chunks.Select(c => c.Status))).Select(s => s.Subject),
            .. report.Vectors.Where(v => IsDrifted(v.Status, v.Chunks.Select(c => c.Status))).Select(v => v.Vector),
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
            var sentence = FormattableString.Invariant($"Columns do not go together as in training: the reconstruction error is {chunk.Error.Mean:0.###} on average, {drift.Reference.Mean:0.###} in training.");
            yield return Reconstruction(sentence, chunk.RocAuc, chunk.Error, drift.Reference, chunk.PValue, options) with { Chunk = chunk.Chunk };
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

    private static bool IsDrifted(DriftStatus window, IEnumerable<DriftStatus> chunks) => chunks.Prepend(window).Contains(DriftStatus.Drifted);

    private static IEnumerable<Alarm> Of(SeparationDrift drift, MultivariateOptions options)
    {
        if (drift.Status == DriftStatus.Drifted) yield return Separation(drift.Subject, drift.Sentence, drift.RocAuc, drift.PValue, drift.Contributors, options);
        foreach (var chunk in drift.Chunks.Where(c => c.Status == DriftStatus.Drifted))
        {
            var sentence = FormattableString.Invariant($"Trees tell rows of the chunk from rows of training: ROC AUC {chunk.RocAuc:0.000}. They go by {string.Join(", ", chunk.Contributors.Take(3).Select(c => c.Name))}.");
            yield return Separation(drift.Subject, sentence, chunk.RocAuc, chunk.PValue, chunk.Contributors, options) with { Chunk = chunk.Chunk };
        }
    }

    private static Alarm Separation(string subject, string sentence, double area, double chance, IReadOnlyList<AlarmContributor> contributors, MultivariateOptions options) =>
        new(MultivariateCheck.CheckName, AlarmKind.Drift, AlarmSeverity.Warning, subject, sentence)
        {
            Statistic = "roc_auc",
            Value = area,
            Reference = 0.5,
            Threshold = options.RocAucThreshold,
            PValue = chance,
            Contributors = contributors,
        };

    private static IEnumerable<Alarm> Of(VectorDrift drift, MultivariateOptions options)
    {
        if (drift.Status == DriftStatus.Drifted) yield return Discrepancy(drift.Vector, drift.Sentence, drift.Discrepancy, drift.PValue, options);
        foreach (var chunk in drift.Chunks.Where(c => c.Status == DriftStatus.Drifted))
        {
            var sentence = FormattableString.Invariant($"Moved: the squared maximum mean discrepancy is {chunk.Discrepancy:0.0000}, where about 0 is to be expected.");
            yield return Discrepancy(drift.Vector, sentence, chunk.Discrepancy, chunk.PValue, options) with { Chunk = chunk.Chunk };
        }
    }

    private static Alarm Discrepancy(string vector, string sentence, double discrepancy, double chance, MultivariateOptions options) =>
        new(MultivariateCheck.CheckName, AlarmKind.Drift, AlarmSeverity.Warning, vector, sentence)
        {
            Statistic = "mmd2",
            Value = discrepancy,
            Reference = 0,
            Threshold = options.DiscrepancyThreshold,
            PValue = chance,
        };
}
