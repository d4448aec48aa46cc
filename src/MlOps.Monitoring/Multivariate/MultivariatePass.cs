using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Looks at a window: the reconstruction error of every row, chunk by chunk, and a sample of the rows.</summary>
internal sealed class MultivariatePass(MonitorContext context, MultivariateOptions options, MultivariateReference reference, ITreeLearner? learner, MonitoringMetrics metrics) : IMonitorPass
{
    // Another seed than the training data's, else the same places of both samples would be drawn.
    private readonly RowSample _sample = new(reference.Columns, options, unchecked(options.Seed + 1_000_003));
    private readonly List<ReconstructionErrors> _chunks = [];
    private readonly double[] _buffer = new double[reference.Encoder.Width];

    public void Add(MonitorBatch batch)
    {
        var rows = batch.Rows;
        var encoded = reference.Encoder.Encode(rows, learn: false);
        _sample.Add(rows, encoded);
        while (_chunks.Count <= batch.Chunk) _chunks.Add(new(reference.Edges));
        if (reference.Components is null) return;
        var width = reference.Encoder.Width;
        for (var row = 0; row < rows.Length; row++) _chunks[batch.Chunk].Add(reference.ErrorOf(encoded.AsSpan(row * width, width), _buffer));
    }

    public async ValueTask<MonitorSection> EndAsync(IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        while (_chunks.Count < chunks.Count) _chunks.Add(new(reference.Edges));
        var comparer = new MultivariateComparer(context, options, reference, learner);

        // Trees take their time.
        var report = await Task.Run(() => comparer.Compare(_sample, _chunks, chunks, cancellationToken), cancellationToken).ConfigureAwait(false);
        Measure(report);
        return report;
    }

    public void Dispose()
    {
    }

    private void Measure(MultivariateReport report)
    {
        var model = context.Version.Model;
        if (report.Reconstruction is { } reconstruction && reconstruction.Current.Rows > 0) metrics.Multivariate(model, "reconstruction_error", "rows", reconstruction.Current.Mean);
        foreach (var separation in report.Texts.Concat(report.Classifier is null ? [] : [report.Classifier]).Where(s => !double.IsNaN(s.RocAuc))) metrics.Multivariate(model, "roc_auc", separation.Subject, separation.RocAuc);
        foreach (var vector in report.Vectors.Where(v => !double.IsNaN(v.Discrepancy))) metrics.Multivariate(model, "mmd2", vector.Vector, vector.Discrepancy);
    }
}
