using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Looks at a window: the reconstruction error of every row, chunk by chunk, and samples of the rows, of the window and of each chunk.</summary>
internal sealed class MultivariatePass(MonitorContext context, MultivariateOptions options, MultivariateReference reference, ITreeLearner? learner, MonitoringMetrics metrics) : IMonitorPass
{
    // Another seed than the training data's, else the same places of both samples would be drawn.
    private readonly RowSample _sample = new(reference.Columns, options.SampleRows, options.VectorRows, SeedOf(options, 0));
    private readonly List<RowSample> _chunkSamples = [];
    private readonly List<ReconstructionErrors> _chunks = [];
    private readonly double[] _buffer = new double[reference.Encoder.Width];

    public void Add(MonitorBatch batch)
    {
        var rows = batch.Rows;
        var encoded = reference.Encoder.Encode(rows, learn: false);
        _sample.Add(rows, encoded);
        Reach(batch.Chunk + 1);
        if (options.ChunkSampleRows > 0) _chunkSamples[batch.Chunk].Add(rows, encoded);
        if (reference.Components is null) return;
        var width = reference.Encoder.Width;
        for (var row = 0; row < rows.Length; row++) _chunks[batch.Chunk].Add(reference.ErrorOf(encoded.AsSpan(row * width, width), _buffer));
    }

    public async ValueTask<MonitorSection> EndAsync(IReadOnlyList<Chunk> chunks, CancellationToken cancellationToken)
    {
        Reach(chunks.Count);
        var comparer = new MultivariateComparer(context, options, reference, learner);

        // Trees take their time.
        var report = await Task.Run(() => comparer.Compare(_sample, _chunkSamples, _chunks, chunks, cancellationToken), cancellationToken).ConfigureAwait(false);
        Measure(report);
        return report;
    }

    public void Dispose()
    {
    }

    /// <summary>How many rows of a chunk are kept: enough to be judged.</summary>
    internal static int ChunkSampleRows(MultivariateOptions options, MonitorContext context) => Math.Max(options.ChunkSampleRows, context.Options.MinRows);

    private static int SeedOf(MultivariateOptions options, int sample) => unchecked(options.Seed + (1_000_003 * (sample + 1)));

    private void Reach(int chunks)
    {
        while (_chunks.Count < chunks)
        {
            _chunks.Add(new(reference.Edges));
            _chunkSamples.Add(new(reference.Columns, ChunkSampleRows(options, context), ChunkSampleRows(options, context), SeedOf(options, _chunks.Count)));
        }
    }

    private void Measure(MultivariateReport report)
    {
        var model = context.Version.Model;
        if (report.Reconstruction is { } reconstruction && reconstruction.Current.Rows > 0) metrics.Multivariate(model, "reconstruction_error", "rows", reconstruction.Current.Mean);
        foreach (var separation in report.Texts.Concat(report.Classifier is null ? [] : [report.Classifier]).Where(s => !double.IsNaN(s.RocAuc))) metrics.Multivariate(model, "roc_auc", separation.Subject, separation.RocAuc);
        foreach (var vector in report.Vectors.Where(v => !double.IsNaN(v.Discrepancy))) metrics.Multivariate(model, "mmd2", vector.Vector, vector.Discrepancy);
    }
}
