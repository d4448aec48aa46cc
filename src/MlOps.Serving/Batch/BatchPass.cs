using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.Serving;

/// <summary>One way through the rows of a dataset, with one version.</summary>
internal sealed class BatchPass
{
    private readonly ServedModel _served;
    private readonly Dataset _rows;
    private readonly BatchScoringOptions _options;
    private readonly ChunkScorer _scorer;
    private readonly BatchLog _log;
    private readonly ServingMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly IProgress<BatchProgress>? _progress;
    private readonly DatasetSchema _inputs;
    private readonly Schema _schema;

    /// <summary>Starts a pass.</summary>
    /// <exception cref="DataException">The dataset has no column that the model takes, or one of another type, or not the columns that are to be kept.</exception>
    public BatchPass(ServedModel served, IReadOnlyList<Column> keys, Dataset rows, BatchScoringOptions options, ChunkScorer scorer, BatchLog log, string id, ServingMetrics metrics, TimeProvider time, IProgress<BatchProgress>? progress)
    {
        (_served, _rows, _options, _scorer, _log, Id, _metrics, _time, _progress) = (served, rows, options, scorer, log, id, metrics, time, progress);
        var signature = served.Model.Manifest.Signature;
        Column[] taken = [.. signature.InputSchema, .. keys]; // by the keys what the rows lack is found
        _inputs = new(taken.Where(c => rows.Schema.Contains(c.Name)));
        if (_inputs.Count == 0) throw Unfit(null, $"has none of the columns that it takes: {string.Join(", ", taken.Select(c => c.Name))}.");
        foreach (var input in _inputs)
        {
            if (!ArrowTensors.Fits(rows.Schema[input.Name].Type, input.Type)) throw Unfit(input.Name, $"has '{input.Name}' as {rows.Schema[input.Name].Type}; it takes {input.Type}. Cast the column before.");
        }

        _schema = new DatasetSchema([.. options.KeepColumns.Select(c => rows.Schema[c]), .. ScoredChunk.ColumnsOf(signature.Outputs)]).ToArrow();
    }

    /// <summary>Gets what identifies it.</summary>
    public string Id { get; }

    /// <summary>Gets how many rows are done.</summary>
    public long Rows { get; private set; }

    /// <summary>Gets how many of them could not be predicted.</summary>
    public long Failed { get; private set; }

    /// <summary>Predicts and logs the rows, part by part.</summary>
    public async IAsyncEnumerable<RecordBatch> RunAsync(IDatasetStore datasets, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] columns = [.. _inputs.Select(c => c.Name).Union(_options.KeepColumns, StringComparer.Ordinal)];
        await foreach (var batch in datasets.ReadAsync(_rows, columns, cancellationToken).ConfigureAwait(false))
        {
            if (batch.Length == 0) yield return Predictions(batch, new(0, _served.Model.Manifest.Signature.Outputs));
            for (var start = 0; start < batch.Length; start += _options.BatchRows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return await ScoreAsync(batch.Slice(start, Math.Min(_options.BatchRows, batch.Length - start)), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<RecordBatch> ScoreAsync(RecordBatch part, CancellationToken cancellationToken)
    {
        var (at, started) = (_time.GetUtcNow(), _time.GetTimestamp());
        var chunk = await _scorer.ScoreAsync(ArrowTensors.Of(part, _inputs), part.Length, cancellationToken).ConfigureAwait(false);
        _metrics.Predicted(_served, PredictionVariants.Batch, "ok", _time.GetElapsedTime(started));
        _metrics.Scored(_served, part.Length - chunk.Failed.Count, chunk.Failed.Count);
        await _log.WriteAsync(chunk, Rows, at, cancellationToken).ConfigureAwait(false);
        var predictions = Predictions(part, chunk);
        Rows += part.Length;
        Failed += chunk.Failed.Count;
        _progress?.Report(new(Rows, Failed, _rows.RowCount));
        return predictions;
    }

    private RecordBatch Predictions(RecordBatch part, ScoredChunk chunk) =>
        new(_schema, [.. _options.KeepColumns.Select(part.Column), .. chunk.Build(Id, _served.Version.Version, Rows)], part.Length);

    private DataException Unfit(string? column, string what) =>
        new($"Dataset '{_rows.Name}' cannot be scored by version {_served.VersionText} of model '{_served.Name}': it {what}") { DataSource = _rows.Name, Column = column };
}
