using MlOps.Core;
using MlOps.Statistics;
using static System.FormattableString;

namespace MlOps.Monitoring;

/// <summary>Compares a window with the training data as wholes, and judges all comparisons together.</summary>
/// <remarks>
/// The comparisons of the window are one family of tests, those of all its chunks another (Benjamini and Hochberg each). Where there are both, each has half of the level, so that of all reports on data that have not changed at most
/// the stated share has an alarm.
/// </remarks>
internal sealed class MultivariateComparer(MonitorContext context, MultivariateOptions options, MultivariateReference reference, ITreeLearner? learner)
{
    public const string Rows = "rows";
    public const string AllColumns = "all columns";

    private double Significance => context.Options.Significance;

    /// <summary>Compares a window.</summary>
    /// <param name="current">The sample of the window.</param>
    /// <param name="samples">The sample of each chunk.</param>
    /// <param name="errors">The reconstruction errors of each chunk.</param>
    /// <param name="chunks">The chunks.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>What was found.</returns>
    public MultivariateReport Compare(RowSample current, IReadOnlyList<RowSample> samples, IReadOnlyList<ReconstructionErrors> errors, IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        var all = errors.Aggregate(new ReconstructionErrors(reference.Edges), (sum, chunk) =>
        {
            sum.Add(chunk);
            return sum;
        });

        var (rows, families) = (chunks.Sum(c => c.Rows), chunks.Count > 1 ? 2 : 1);
        var window = new SampleComparer(context, options, reference, reference.Sample, learner).Compare(current, all, rows, families, cancellationToken);
        window = Judge([window], families)[0];
        var report = new MultivariateReport(reference.Rows, rows, window.Reconstruction, window.Classifier, window.Vectors, window.Texts);
        if (families > 1) report = With(report, chunks, Judge(Compare(samples, errors, chunks, cancellationToken), families));
        return report with { Summary = MultivariateAlarms.Summarise(report, context), Alarms = MultivariateAlarms.Of(report, options) };
    }

    private ComparedSample[] Compare(IReadOnlyList<RowSample> samples, IReadOnlyList<ReconstructionErrors> errors, IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        if (options.ChunkSampleRows == 0)
            return [.. chunks.Select((c, i) => new SampleComparer(context, options, reference, reference.Sample, learner).CompareErrors(errors[i], c.Rows))];

        // As many training rows as tell much more than a chunk; trees would take their time over all of them for every chunk.
        var size = 4 * MultivariatePass.ChunkSampleRows(options, context);
        var comparer = new SampleComparer(context, options, reference, reference.Sample.Part(size, size, options.Seed), learner);
        return [.. chunks.Select((c, i) => comparer.Compare(samples[i], errors[i], c.Rows, 2 * chunks.Count, cancellationToken))];
    }

    private ComparedSample[] Judge(ComparedSample[] family, int families)
    {
        var adjusted = new Queue<double>(BenjaminiHochberg.Adjust([.. family.SelectMany(s => s.Chances)]).Select(p => Math.Min(1, families * p)));
        return [.. family.Select(s => new ComparedSample(
            s.Reconstruction is null ? null : Judge(s.Reconstruction with { PValue = adjusted.Dequeue() }),
            s.Classifier is null ? null : Judge(s.Classifier with { PValue = adjusted.Dequeue() }),
            [.. s.Vectors.Select(v => Judge(v with { PValue = adjusted.Dequeue() }))],
            [.. s.Texts.Select(t => Judge(t with { PValue = adjusted.Dequeue() }))]))];
    }

    private static MultivariateReport With(MultivariateReport report, IReadOnlyList<Chunk> chunks, ComparedSample[] found) => report with
    {
        Reconstruction = report.Reconstruction is { } whole ? whole with { Chunks = Each(chunks, i => found[i].Reconstruction, (c, r) => new ChunkReconstruction(c, r.Status, r.Current, r.RocAuc, r.PValue)) } : null,
        Classifier = report.Classifier is { } classifier ? With(classifier, chunks, i => found[i].Classifier) : null,
        Vectors = [.. report.Vectors.Select((vector, v) => vector with
        {
            Chunks = Each(chunks, i => found[i].Vectors.ElementAtOrDefault(v), (c, d) => new ChunkDiscrepancy(c, d.Status, d.Rows, d.Discrepancy, d.PValue)),
        })],
        Texts = [.. report.Texts.Select((text, t) => With(text, chunks, i => found[i].Texts.ElementAtOrDefault(t)))],
    };

    private static SeparationDrift With(SeparationDrift whole, IReadOnlyList<Chunk> chunks, Func<int, SeparationDrift?> found) => whole with
    {
        Chunks = Each(chunks, found, (c, d) => new ChunkSeparation(c, d.Status, d.Rows, d.RocAuc, d.PValue, d.Contributors)),
    };

    private static TChunk[] Each<TFound, TChunk>(IReadOnlyList<Chunk> chunks, Func<int, TFound?> found, Func<Chunk, TFound, TChunk> make)
        where TFound : class => [.. chunks.SelectMany((c, i) => found(i) is { } one ? new[] { make(c, one) } : [])];

    private ReconstructionDrift Judge(ReconstructionDrift drift)
    {
        if (double.IsNaN(drift.PValue)) return drift;
        var isDrifted = IsDrifted(drift.RocAuc, drift.PValue);
        var figures = Invariant($"the reconstruction error is {drift.Current.Mean:0.###} on average, {drift.Reference.Mean:0.###} in training, and {drift.RocAuc:P0} of the pairs have the larger one in the window");
        return drift with
        {
            Status = isDrifted ? DriftStatus.Drifted : DriftStatus.Stable,
            Sentence = isDrifted ? $"Columns do not go together as in training: {figures}." : $"Columns go together as in training: {figures}.",
        };
    }

    private bool IsDrifted(double area, double chance) => chance <= Significance && Math.Abs(area - 0.5) >= options.RocAucThreshold - 0.5;

    private SeparationDrift Judge(SeparationDrift drift)
    {
        if (double.IsNaN(drift.PValue)) return drift;
        var isDrifted = drift.PValue <= Significance && drift.RocAuc >= options.RocAucThreshold;
        var figures = Invariant($"ROC AUC {drift.RocAuc:0.000}, where 0.500 is to be expected, give or take {3 * drift.StandardError:0.000}");
        var by = string.Join(", ", drift.Contributors.Take(3).Select(c => Invariant($"{c.Name} ({c.Share:P0})")));
        return drift with
        {
            Status = isDrifted ? DriftStatus.Drifted : DriftStatus.Stable,
            Sentence = isDrifted ? $"Trees tell rows of the window from rows of training: {figures}. They go by {by}." : $"Trees do not tell rows of the window from rows of training: {figures}.",
        };
    }

    private VectorDrift Judge(VectorDrift drift)
    {
        if (double.IsNaN(drift.PValue)) return drift;
        var isDrifted = drift.PValue <= Significance && drift.Discrepancy >= options.DiscrepancyThreshold;
        return drift with
        {
            Status = isDrifted ? DriftStatus.Drifted : DriftStatus.Stable,
            Sentence = Invariant($"{(isDrifted ? "Moved" : "Not moved")}: the squared maximum mean discrepancy is {drift.Discrepancy:0.0000}, where about 0 is to be expected."),
        };
    }
}
