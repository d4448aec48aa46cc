using System.Globalization;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>Compares a window with the training data as wholes, and judges all comparisons together.</summary>
/// <remarks>
/// The comparisons of the window are one family of tests, those of its chunks another (Benjamini and Hochberg each). Where there are both, each has half of the level, so that of all reports on data that have not changed at most the
/// stated share has an alarm.
/// </remarks>
internal sealed class MultivariateComparer(MonitorContext context, MultivariateOptions options, MultivariateReference reference, ITreeLearner? learner)
{
    public const string Rows = "rows";
    public const string AllColumns = "all columns";
    private const int MaxPermutations = 100_000;
    private const int MaxContributors = 5;

    private double Significance => context.Options.Significance;

    public MultivariateReport Compare(RowSample current, IReadOnlyList<ReconstructionErrors> errors, IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        var rows = chunks.Sum(c => c.Rows);
        var families = chunks.Count > 1 && options.Reconstruction ? 2 : 1;
        var tests = (options.Reconstruction ? 1 : 0) + (options.Classifier ? 1 : 0) + reference.Columns.Vectors.Count + reference.Columns.Texts.Count;
        var window = errors.Aggregate(new ReconstructionErrors(reference.Edges), (sum, chunk) =>
        {
            sum.Add(chunk);
            return sum;
        });

        var reconstruction = options.Reconstruction ? Reconstruct(window, rows) : null;
        var classifier = options.Classifier ? Classify(current, rows, cancellationToken) : null;
        VectorDrift[] vectors = [.. reference.Columns.Vectors.Select((v, i) => Compare(v, i, current, rows, families * tests, cancellationToken))];
        SeparationDrift[] texts = [.. reference.Columns.Texts.Select((t, i) => Separate(t, i, current, rows, cancellationToken))];

        double[] chances = [reconstruction?.PValue ?? double.NaN, classifier?.PValue ?? double.NaN, .. vectors.Select(v => v.PValue), .. texts.Select(t => t.PValue)];
        var adjusted = Array.ConvertAll(BenjaminiHochberg.Adjust(chances), p => Math.Min(1, families * p));
        reconstruction = reconstruction is null ? null : Judge(reconstruction with { PValue = adjusted[0] }) with { Chunks = chunks.Count > 1 ? Judge(errors, chunks) : [] };
        classifier = classifier is null ? null : Judge(classifier with { PValue = adjusted[1] });
        vectors = [.. vectors.Select((v, i) => Judge(v with { PValue = adjusted[2 + i] }))];
        texts = [.. texts.Select((t, i) => Judge(t with { PValue = adjusted[2 + vectors.Length + i] }))];
        var report = new MultivariateReport(reference.Rows, rows, reconstruction, classifier, vectors, texts);
        return report with { Summary = MultivariateAlarms.Summarise(report, context), Alarms = MultivariateAlarms.Of(report, options) };
    }

    private ReconstructionDrift Reconstruct(ReconstructionErrors window, long rows)
    {
        var (columns, components) = (reference.Encoder.Width, reference.Components?.Count ?? 0);
        var drift = new ReconstructionDrift(DriftStatus.NotCompared, columns, components, reference.Errors.Mean, window.Mean, double.NaN, double.NaN, [], string.Empty);
        var why = TooFew(rows)
            ?? (columns < 2 ? "Not compared: two columns at least are needed." : null)
            ?? (reference.Errors.Moments.Count < context.Options.MinRows ? Text($"Not compared: {2 * context.Options.MinRows:N0} training rows are needed.") : null)
            ?? (reference.Components is { Variances.Count: < 2 } ? "Not compared: in the training data fewer than two columns vary." : null);
        if (why is not null) return drift with { Sentence = why };
        var separation = SeparationTest.OfCounts(reference.Errors.Counts, window.Counts);
        return drift with { RocAuc = separation.RocAuc, PValue = separation.PValue };
    }

    private ReconstructionDrift Judge(ReconstructionDrift drift)
    {
        if (double.IsNaN(drift.PValue)) return drift;
        var isDrifted = IsDrifted(drift.RocAuc, drift.PValue);
        var figures = Text($"the reconstruction error is {drift.Current.Mean:0.###} on average, {drift.Reference.Mean:0.###} in training, and {drift.RocAuc:P0} of the pairs have the larger one in the window");
        return drift with
        {
            Status = isDrifted ? DriftStatus.Drifted : DriftStatus.Stable,
            Sentence = isDrifted ? $"Columns do not go together as in training: {figures}." : $"Columns go together as in training: {figures}.",
        };
    }

    private ChunkReconstruction[] Judge(IReadOnlyList<ReconstructionErrors> errors, IReadOnlyList<Chunk> chunks)
    {
        var separations = chunks.Select((chunk, i) => chunk.Rows < context.Options.MinRows || reference.Components is not { Variances.Count: > 1 } || reference.Errors.Moments.Count < context.Options.MinRows
            ? new(double.NaN, double.NaN, double.NaN)
            : SeparationTest.OfCounts(reference.Errors.Counts, errors[i].Counts)).ToArray();
        var adjusted = Array.ConvertAll(BenjaminiHochberg.Adjust(Array.ConvertAll(separations, s => s.PValue)), p => Math.Min(1, 2 * p));
        return [.. chunks.Select((chunk, i) => new ChunkReconstruction(
            chunk,
            double.IsNaN(adjusted[i]) ? DriftStatus.NotCompared : IsDrifted(separations[i].RocAuc, adjusted[i]) ? DriftStatus.Drifted : DriftStatus.Stable,
            errors[i].Mean,
            separations[i].RocAuc,
            adjusted[i]))];
    }

    private bool IsDrifted(double area, double chance) => chance <= Significance && Math.Abs(area - 0.5) >= options.RocAucThreshold - 0.5;

    private SeparationDrift Classify(RowSample current, long rows, CancellationToken cancellationToken)
    {
        var drift = Unseparated(AllColumns, reference.Sample.Rows.Count, current.Rows.Count, rows, reference.Encoder.Width == 0 ? "Not compared: there is no column that can be." : null);
        if (drift.Sentence.Length > 0) return drift;
        var columns = reference.Encoder.ToColumns(reference.Sample.Rows, current.Rows);
        var (separation, gains) = DomainClassifier.Separate(learner!, columns, reference.Sample.Rows.Count, options, cancellationToken);
        var contributors = Enumerable.Range(0, gains.Length).Where(i => gains[i] > 0).OrderByDescending(i => gains[i]).Take(MaxContributors)
            .Select(i => new AlarmContributor(columns[i].Name, Mean(reference.Sample.Rows, i), Mean(current.Rows, i), gains[i]));
        return drift with { RocAuc = separation.RocAuc, StandardError = separation.StandardError, PValue = separation.PValue, Contributors = [.. contributors] };
    }

    private SeparationDrift Separate(string column, int index, RowSample current, long rows, CancellationToken cancellationToken)
    {
        var (first, second) = (reference.Sample.Texts(index), current.Texts(index));
        var drift = Unseparated(column, first.Count, second.Count, rows, null);
        if (drift.Sentence.Length > 0) return drift;
        var features = TextFeatures.Of([.. first, .. second], options.TextFeatures);
        var (separation, gains) = DomainClassifier.Separate(learner!, features, first.Count, options, cancellationToken);
        var contributors = Enumerable.Range(0, gains.Length).Where(i => gains[i] > 0).OrderByDescending(i => gains[i]).Take(MaxContributors).Select(i =>
        {
            if (i >= options.TextFeatures) return new AlarmContributor(features[i].Name, Mean(features[i], 0, first.Count), Mean(features[i], first.Count, second.Count), gains[i]);
            var (word, inReference, inCurrent) = TextFeatures.Word(first, second, i, options.TextFeatures);
            return new(word, inReference, inCurrent, gains[i]);
        });
        return drift with { RocAuc = separation.RocAuc, StandardError = separation.StandardError, PValue = separation.PValue, Contributors = [.. contributors] };
    }

    // With the reason for which nothing can be said, or without any.
    private SeparationDrift Unseparated(string subject, int first, int second, long rows, string? other)
    {
        var why = TooFew(rows) ?? other
            ?? (learner is null ? "Not compared: the host has nothing that learns trees. Add training (AddTraining), or set Classifier to false." : null)
            ?? (first < context.Options.MinRows ? Text($"Not compared: {first:N0} training rows have it, {context.Options.MinRows:N0} are needed.") : null)
            ?? (second < context.Options.MinRows ? Text($"Not compared: {second:N0} rows of the window have it, {context.Options.MinRows:N0} are needed.") : null);
        return new(subject, DriftStatus.NotCompared, first, second, double.NaN, double.NaN, double.NaN, [], why ?? string.Empty);
    }

    private SeparationDrift Judge(SeparationDrift drift)
    {
        if (double.IsNaN(drift.PValue)) return drift;
        var isDrifted = drift.PValue <= Significance && drift.RocAuc >= options.RocAucThreshold;
        var figures = Text($"ROC AUC {drift.RocAuc:0.000}, where 0.500 is to be expected, give or take {3 * drift.StandardError:0.000}");
        var by = string.Join(", ", drift.Contributors.Take(3).Select(c => Text($"{c.Name} ({c.Share:P0})")));
        return drift with
        {
            Status = isDrifted ? DriftStatus.Drifted : DriftStatus.Stable,
            Sentence = isDrifted ? $"Trees tell rows of the window from rows of training: {figures}. They go by {by}." : $"Trees do not tell rows of the window from rows of training: {figures}.",
        };
    }

    private VectorDrift Compare(VectorColumns vector, int index, RowSample current, long rows, int tests, CancellationToken cancellationToken)
    {
        var (first, second, width) = (reference.Sample.Vectors(index), current.Vectors(index), vector.Columns.Count);
        var drift = new VectorDrift(vector.Name, width, DriftStatus.NotCompared, first.Count, second.Count, double.NaN, double.NaN, string.Empty);
        var why = TooFew(rows)
            ?? (first.Count < context.Options.MinRows ? Text($"Not compared: {first.Count:N0} training rows have the whole vector, {context.Options.MinRows:N0} are needed.") : null)
            ?? (second.Count < context.Options.MinRows ? Text($"Not compared: {second.Count:N0} rows of the window have the whole vector, {context.Options.MinRows:N0} are needed.") : null);
        if (why is not null) return drift with { Sentence = why };
        cancellationToken.ThrowIfCancellationRequested();

        // The smallest chance that can come out must be small enough for an alarm, also after it was adjusted.
        var permutations = (int)Math.Clamp(Math.Ceiling(2 * tests / Significance), 199, MaxPermutations);
        var result = MeanDiscrepancy.Test([.. first.SelectMany(v => v)], [.. second.SelectMany(v => v)], width, new() { Permutations = permutations, Seed = (ulong)(uint)options.Seed });
        return drift with { ReferenceRows = result.FirstRows, Rows = result.SecondRows, Discrepancy = result.Discrepancy, PValue = result.PValue };
    }

    private VectorDrift Judge(VectorDrift drift)
    {
        if (double.IsNaN(drift.PValue)) return drift;
        var isDrifted = drift.PValue <= Significance && drift.Discrepancy >= options.DiscrepancyThreshold;
        return drift with
        {
            Status = isDrifted ? DriftStatus.Drifted : DriftStatus.Stable,
            Sentence = Text($"{(isDrifted ? "Moved" : "Not moved")}: the squared maximum mean discrepancy is {drift.Discrepancy:0.0000}, where about 0 is to be expected."),
        };
    }

    private string? TooFew(long rows) => rows == 0 ? "No predictions in the window."
        : rows < context.Options.MinRows ? Text($"Not compared: {rows:N0} rows in the window, {context.Options.MinRows:N0} are needed.")
        : null;

    // Of a category the mean of its codes says nothing.
    private double Mean(IReadOnlyList<double[]> rows, int feature) =>
        reference.Encoder.IsCategory(feature) ? double.NaN : rows.Select(r => r[feature]).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    private static double Mean(TreeColumn column, int from, int count)
    {
        var sum = 0.0;
        foreach (var value in column.Values.Span.Slice(from, count)) sum += value;
        return sum / count;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
