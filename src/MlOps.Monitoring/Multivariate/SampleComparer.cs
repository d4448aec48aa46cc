using MlOps.Core;
using MlOps.Statistics;
using static System.FormattableString;

namespace MlOps.Monitoring;

/// <summary>Compares a sample of rows, of a window or of one chunk, with a sample of the training data. What it finds is not judged yet.</summary>
internal sealed class SampleComparer(MonitorContext context, MultivariateOptions options, MultivariateReference reference, RowSample training, ITreeLearner? learner)
{
    private const int MaxPermutations = 100_000;
    private const int MaxContributors = 5;

    private int Parts => (options.Reconstruction ? 1 : 0) + (options.Classifier ? 1 : 0) + reference.Columns.Vectors.Count + reference.Columns.Texts.Count;

    /// <summary>Compares all that the monitor asks for.</summary>
    /// <param name="current">The sample.</param>
    /// <param name="errors">The reconstruction errors of all rows.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="family">How many such comparisons are judged together.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>What was found.</returns>
    public ComparedSample Compare(RowSample current, ReconstructionErrors errors, long rows, int family, CancellationToken cancellationToken) => CompareErrors(errors, rows) with
    {
        Classifier = options.Classifier ? Classify(current, rows, cancellationToken) : null,
        Vectors = [.. reference.Columns.Vectors.Select((v, i) => Compare(v, i, current, rows, family * Parts, cancellationToken))],
        Texts = [.. reference.Columns.Texts.Select((t, i) => Separate(t, i, current, rows, cancellationToken))],
    };

    /// <summary>Compares the reconstruction errors only.</summary>
    public ComparedSample CompareErrors(ReconstructionErrors errors, long rows) => new(options.Reconstruction ? Reconstruct(errors, rows) : null, null, [], []);

    private ReconstructionDrift Reconstruct(ReconstructionErrors window, long rows)
    {
        var (columns, components) = (reference.Encoder.Width, reference.Components?.Count ?? 0);
        var drift = new ReconstructionDrift(DriftStatus.NotCompared, columns, components, reference.Errors.Mean, window.Mean, double.NaN, double.NaN, [], string.Empty);
        var why = TooFew(rows)
            ?? (columns < 2 ? "Not compared: two columns at least are needed." : null)
            ?? (reference.Errors.Moments.Count < context.Options.MinRows ? Invariant($"Not compared: {2 * context.Options.MinRows:N0} training rows are needed.") : null)
            ?? (reference.Components is { Variances.Count: < 2 } ? "Not compared: in the training data fewer than two columns vary." : null);
        if (why is not null) return drift with { Sentence = why };
        var separation = SeparationTest.OfCounts(reference.Errors.Counts, window.Counts);
        return drift with { RocAuc = separation.RocAuc, PValue = separation.PValue };
    }

    private SeparationDrift Classify(RowSample current, long rows, CancellationToken cancellationToken)
    {
        var drift = Unseparated(MultivariateComparer.AllColumns, training.Rows.Count, current.Rows.Count, rows, reference.Encoder.Width == 0 ? "Not compared: there is no column that can be." : null);
        if (drift.Sentence.Length > 0) return drift;
        var columns = reference.Encoder.ToColumns(training.Rows, current.Rows);
        var (separation, gains) = DomainClassifier.Separate(learner!, columns, training.Rows.Count, options, cancellationToken);
        var contributors = Enumerable.Range(0, gains.Length).Where(i => gains[i] > 0).OrderByDescending(i => gains[i]).Take(MaxContributors)
            .Select(i => new AlarmContributor(columns[i].Name, Mean(training.Rows, i), Mean(current.Rows, i), gains[i]));
        return drift with { RocAuc = separation.RocAuc, StandardError = separation.StandardError, PValue = separation.PValue, Contributors = [.. contributors] };
    }

    private SeparationDrift Separate(string column, int index, RowSample current, long rows, CancellationToken cancellationToken)
    {
        var (first, second) = (training.Texts(index), current.Texts(index));
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

    private VectorDrift Compare(VectorColumns vector, int index, RowSample current, long rows, int tests, CancellationToken cancellationToken)
    {
        var (first, second, width) = (training.Vectors(index), current.Vectors(index), vector.Columns.Count);
        var drift = new VectorDrift(vector.Name, width, DriftStatus.NotCompared, first.Count, second.Count, double.NaN, double.NaN, string.Empty);
        var why = TooFew(rows)
            ?? (first.Count < context.Options.MinRows ? Invariant($"Not compared: {first.Count:N0} training rows have the whole vector, {context.Options.MinRows:N0} are needed.") : null)
            ?? (second.Count < context.Options.MinRows ? Invariant($"Not compared: {second.Count:N0} rows of the window have the whole vector, {context.Options.MinRows:N0} are needed.") : null);
        if (why is not null) return drift with { Sentence = why };
        cancellationToken.ThrowIfCancellationRequested();

        // The smallest chance that can come out must be small enough for an alarm, also after it was adjusted.
        var permutations = (int)Math.Clamp(Math.Ceiling(2 * tests / context.Options.Significance), 199, MaxPermutations);
        var result = MeanDiscrepancy.Test([.. first.SelectMany(v => v)], [.. second.SelectMany(v => v)], width, new() { Permutations = permutations, Seed = (ulong)(uint)options.Seed });
        return drift with { ReferenceRows = result.FirstRows, Rows = result.SecondRows, Discrepancy = result.Discrepancy, PValue = result.PValue };
    }

    // With the reason for which nothing can be said, or without any.
    private SeparationDrift Unseparated(string subject, int first, int second, long rows, string? other)
    {
        var why = TooFew(rows) ?? other
            ?? (learner is null ? "Not compared: the host has nothing that learns trees. Add training (AddTraining), or set Classifier to false." : null)
            ?? (first < context.Options.MinRows ? Invariant($"Not compared: {first:N0} training rows have it, {context.Options.MinRows:N0} are needed.") : null)
            ?? (second < context.Options.MinRows ? Invariant($"Not compared: {second:N0} rows of the window have it, {context.Options.MinRows:N0} are needed.") : null);
        return new(subject, DriftStatus.NotCompared, first, second, double.NaN, double.NaN, double.NaN, [], why ?? string.Empty);
    }

    // Of a category the mean of its codes says nothing.
    private double Mean(IReadOnlyList<double[]> rows, int feature) =>
        reference.Encoder.IsCategory(feature) ? double.NaN : rows.Select(r => r[feature]).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    private static double Mean(TreeColumn column, int from, int count)
    {
        var sum = 0.0;
        foreach (var value in column.Values.Span.Slice(from, count)) sum += value;
        return sum / count;
    }

    private string? TooFew(long rows) => rows == 0 ? "No predictions in the window."
        : rows < context.Options.MinRows ? Invariant($"Not compared: {rows:N0} rows in the window, {context.Options.MinRows:N0} are needed.")
        : null;
}

/// <summary>What was found of a window or a chunk.</summary>
internal sealed record ComparedSample(ReconstructionDrift? Reconstruction, SeparationDrift? Classifier, IReadOnlyList<VectorDrift> Vectors, IReadOnlyList<SeparationDrift> Texts)
{
    /// <summary>The chance of each comparison, in the order of the properties.</summary>
    public IEnumerable<double> Chances =>
    [
        .. Reconstruction is null ? [] : new[] { Reconstruction.PValue },
        .. Classifier is null ? [] : new[] { Classifier.PValue },
        .. Vectors.Select(v => v.PValue),
        .. Texts.Select(t => t.PValue),
    ];
}
