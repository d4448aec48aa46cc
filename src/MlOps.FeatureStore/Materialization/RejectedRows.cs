using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Collects rows that were refused, up to a limit, and keeps them as a dataset. Not thread-safe.</summary>
internal sealed class RejectedRows(FeatureView view, IDatasetStore? datasets, MaterializationOptions options)
{
    private readonly List<RecordBatch> _batches = [];
    private int _rows;

    public void Add(RecordBatch? rows)
    {
        if (rows is null || datasets is null || _rows >= options.MaxRejectedRowsKept) return;
        _batches.Add(rows.Length + _rows <= options.MaxRejectedRowsKept ? rows : rows.Slice(0, options.MaxRejectedRowsKept - _rows));
        _rows += _batches[^1].Length;
    }

    public async Task<Dataset?> KeepAsync(CancellationToken cancellationToken) => _batches.Count == 0
        ? null
        : await datasets!.WriteAsync($"{view.Name}-rejected", new("rejected", $"feature view {view.Name}"), _batches.ToAsyncEnumerable(), null, cancellationToken).ConfigureAwait(false);
}
