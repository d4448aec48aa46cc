using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Holds the rows of one check in memory.</summary>
internal sealed class GoldenDatasets : IDatasetStore
{
    private readonly ConcurrentDictionary<string, List<RecordBatch>> _rows = new(StringComparer.Ordinal);

    public Dataset Add(string name, RecordBatch rows) => Add(name, new("rows", name), [rows]);

    public async Task<Dataset> WriteAsync(string name, DatasetOrigin origin, IAsyncEnumerable<RecordBatch> rows, long? maxBytes = null, CancellationToken cancellationToken = default)
    {
        var kept = new List<RecordBatch>();
        await foreach (var batch in rows.WithCancellation(cancellationToken).ConfigureAwait(false)) kept.Add(batch.Clone(ArrowMemory.Managed));
        return Add(name, origin, kept);
    }

    public async IAsyncEnumerable<RecordBatch> ReadAsync(Dataset dataset, IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var batch in _rows[dataset.Fingerprint])
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return columns is null
                ? batch
                : new(new DatasetSchema(columns.Select(c => dataset.Schema[c])).ToArrow(), columns.Select(c => batch.Column(batch.Schema.GetFieldIndex(c))), batch.Length);
        }
    }

    private Dataset Add(string name, DatasetOrigin origin, List<RecordBatch> rows)
    {
        var fingerprint = Sha256.Hex(string.Create(CultureInfo.InvariantCulture, $"{name} {_rows.Count}"));
        _rows[fingerprint] = rows;
        return new(name, fingerprint, DatasetSchema.FromArrow(rows[0].Schema), rows.Sum(r => (long)r.Length), new(fingerprint, 0), origin, DateTimeOffset.UnixEpoch);
    }
}
