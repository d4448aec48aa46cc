using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.Data;

/// <summary>Keeps snapshots as Parquet files in the artifact store.</summary>
internal sealed class DatasetStore(IColumnarEngine engine, IArtifactStore artifacts, TimeProvider time) : IDatasetStore
{
    public async Task<Dataset> WriteAsync(
        string name, DatasetOrigin origin, IAsyncEnumerable<RecordBatch> rows, long? maxBytes = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(rows);
        var batches = rows.GetAsyncEnumerator(cancellationToken);
        await using (batches.ConfigureAwait(false))
        {
            if (!await batches.MoveNextAsync().ConfigureAwait(false))
                throw new DataException($"The source of '{name}' gave no batch, so its columns are unknown. A source without rows must yield one empty batch.") { DataSource = name };
            var source = batches.Current.Schema;
            var schema = TypeWidening.Widen(source);
            using var fingerprint = new RowFingerprint(schema);
            var artifact = await artifacts.PutFileAsync(
                async (path, token) =>
                {
                    var limit = new SizeLimit(name, path, maxBytes);
                    await engine.WriteParquetAsync(path, schema, PassAsync(batches, source, schema, fingerprint, limit, name), token).ConfigureAwait(false);
                    limit.Check();
                },
                cancellationToken).ConfigureAwait(false);
            return new(name, fingerprint.Finish(), schema, fingerprint.RowCount, artifact, origin, time.GetUtcNow());
        }
    }

    public async IAsyncEnumerable<RecordBatch> ReadAsync(
        Dataset dataset, IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (dataset.IsLocked) throw new HoldoutLockedException(dataset.Name);
        var wanted = columns is null ? dataset.Schema : new DatasetSchema(columns.Select(c => dataset.Schema[c]));
        var schema = wanted.ToArrow();
        var path = await artifacts.GetLocalPathAsync(dataset.Artifact.Digest, cancellationToken).ConfigureAwait(false);
        await foreach (var batch in engine.ReadAsync(new ParquetFile(path), columns, cancellationToken).ConfigureAwait(false))
            yield return TypeWidening.Widen(batch, schema, 0);
    }

    private static async IAsyncEnumerable<RecordBatch> PassAsync(
        IAsyncEnumerator<RecordBatch> batches, Schema source, DatasetSchema schema, RowFingerprint fingerprint, SizeLimit limit, string name)
    {
        var widened = schema.ToArrow();
        do
        {
            var batch = batches.Current;
            if (!ReferenceEquals(batch.Schema, source) && !TypeWidening.Widen(batch.Schema).Equals(schema))
                throw new DataException($"After {fingerprint.RowCount} rows the source of '{name}' changed its columns from ({schema}) to ({TypeWidening.Widen(batch.Schema)}). All batches must have one schema.") { DataSource = name, Row = fingerprint.RowCount + 1 };
            var rows = TypeWidening.Widen(batch, widened, fingerprint.RowCount);
            fingerprint.Append(rows);
            yield return rows;
            limit.Check();
        }
        while (await batches.MoveNextAsync().ConfigureAwait(false));
    }

    private sealed class SizeLimit(string name, string path, long? maxBytes)
    {
        public void Check()
        {
            if (maxBytes is { } most && File.Exists(path) && new FileInfo(path).Length > most)
                throw new DataTooLargeException($"'{name}' takes more than the {most} bytes that it may. Raise the limit, or take fewer rows or columns.") { DataSource = name };
        }
    }
}
