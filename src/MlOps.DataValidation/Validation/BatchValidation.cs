using Apache.Arrow;

namespace MlOps.DataValidation;

/// <summary>Runs a pass over record batches, whose columns are known with the first one.</summary>
internal sealed class BatchValidation(ExpectationSuite suite, ValidationOptions options, bool keepFailed)
{
    private ValidationPass? _pass;
    private ArrowFeed? _feed;
    private Schema? _schema;
    private long _rows;

    /// <summary>Looks at the columns of the next batch.</summary>
    public async ValueTask StartAsync(Schema schema, CancellationToken cancellationToken)
    {
        if (ReferenceEquals(schema, _schema)) return;
        _schema = schema;
        var columns = ArrowFeed.ColumnsOf(schema);
        if (_pass is null)
        {
            var references = await References.ReadAsync(suite, options, cancellationToken).ConfigureAwait(false);
            _pass = new(suite, new CheckPlan(columns, options) { References = references }, keepFailed);
        }
        else
        {
            Compare(columns);
        }

        _feed = new(_pass.Block, schema);
    }

    /// <summary>Judges a batch.</summary>
    /// <param name="batch">The batch, of the schema that was looked at last.</param>
    /// <param name="judged">Is called after each block with the pass and the row of the batch at which the block starts; null for nobody.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public void Judge(RecordBatch batch, Action<ValidationPass, int>? judged, CancellationToken cancellationToken)
    {
        _feed!.Start(batch);
        var rejected = 0;
        while (_feed.Next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            _pass!.Judge();
            rejected += _pass.RejectedInBlock;
            judged?.Invoke(_pass, _feed.Start0);
        }

        _rows += batch.Length;
        Instruments.Judged(suite.Name, batch.Length, rejected);
    }

    public async ValueTask<ValidationResult> FinishAsync(CancellationToken cancellationToken)
    {
        if (_pass is null) await StartAsync(new Schema([], null), cancellationToken).ConfigureAwait(false);
        return _pass!.Finish();
    }

    // Batches of one table have one schema; a source that breaks this must not make checks pass.
    private void Compare(IReadOnlyList<DataColumn> columns)
    {
        foreach (var bound in _pass!.Bound)
        {
            var now = columns.FirstOrDefault(c => c.Name == bound.Name);
            if (now is null) _pass.Lose(bound.Index, $"column '{bound.Name}' is gone from row {_rows} on. All batches must have the same columns.");
            else if (now.Kind != bound.Kind) _pass.Lose(bound.Index, $"column '{bound.Name}' holds {now.Kind.Words()} from row {_rows} on and {bound.Kind.Words()} before. All batches must have the same types.");
        }
    }
}
