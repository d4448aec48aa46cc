using System.Globalization;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Makes the files of a history into datasets. What is new since the last time is added: of the parts that are there only those are written again that grow or become one.</summary>
/// <remarks>
/// How the rows are divided depends on their number alone: as many parts as its number of whole <paramref name="unit"/>s has binary digits, and one of the rest. So the same rows have the same parts and one fingerprint,
/// however they were pushed and whenever they were asked for.
/// </remarks>
internal sealed class PushedParts(IColumnarEngine engine, IDatasetStore datasets, IArtifactStore artifacts, int unit)
{
    /// <summary>Goes on from where the last time ended.</summary>
    /// <param name="view">The view.</param>
    /// <param name="segments">The files of the history.</param>
    /// <param name="known">What was made of them the last time; null for nothing.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The state; <paramref name="known"/> itself when nothing has changed.</returns>
    public async Task<PushedState> ContinueAsync(FeatureView view, IReadOnlyList<Segment> segments, PushedState? known, CancellationToken cancellationToken)
    {
        var columns = string.Join('\n', PushedColumns.Of(view).Select(c => $"{c.Name} {c.Type}"));
        if (known is not null && !(known.IsBeginningOf(columns, segments) && await AreThereAsync(known.Parts, cancellationToken).ConfigureAwait(false))) known = null;
        var fresh = segments.Where(s => known is null || s.Last > known.Files[^1].Last).ToList();
        if (known is not null && fresh.Count == 0) return known;
        var schemas = new List<DatasetSchema> { known?.Found ?? PushedSchema.Declared(view) };
        foreach (var segment in fresh) schemas.Add(await PushedFiles.SchemaOfAsync(engine, segment, cancellationToken).ConfigureAwait(false));
        var found = PushedSchema.Unite(view, schemas);
        var schema = PushedSchema.Of(view, found);
        if (known is not null && !known.Parts[0].Schema.Equals(schema)) (known, fresh) = (null, [.. segments]);

        // The first of the new files may have taken the place of some that are in the parts.
        var kept = known?.Files.Where(f => f.First < fresh[0].First).ToList() ?? [];
        var skip = known?.Files.Skip(kept.Count).Sum(f => f.Rows) ?? 0;
        List<PushedFile> files = [.. kept, .. await FilesOfAsync(fresh, cancellationToken).ConfigureAwait(false)];
        var parts = new List<Dataset>();
        var lengths = Lengths(files.Sum(f => f.Rows)).ToList();
        if (known is not null) parts.AddRange(known.Parts.TakeWhile((p, i) => i < lengths.Count && p.RowCount == lengths[i]));
        var rows = ReadAsync([.. known?.Parts.Skip(parts.Count) ?? []], fresh, skip, schema, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var _ = rows.ConfigureAwait(false);
        var feed = new RowFeed(rows);
        foreach (var length in lengths.Skip(parts.Count))
            parts.Add(await datasets.WriteAsync($"{view.Name}-pushed", new("pushed", $"feature view {view.Name}"), feed.TakeAsync(length), null, cancellationToken).ConfigureAwait(false));
        return new(columns, found, files, parts);
    }

    private IEnumerable<long> Lengths(long rows)
    {
        foreach (var (_, units) in Doubling.Divide(rows / unit)) yield return units * unit;
        if (rows % unit > 0 || rows == 0) yield return rows % unit;
    }

    private async Task<bool> AreThereAsync(IReadOnlyList<Dataset> parts, CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            if (!await artifacts.ExistsAsync(part.Artifact.Digest, cancellationToken).ConfigureAwait(false)) return false;
        }

        return true;
    }

    private async Task<IEnumerable<PushedFile>> FilesOfAsync(List<Segment> segments, CancellationToken cancellationToken)
    {
        if (segments.Count == 0) return [];
        var tables = segments.Select((s, i) => (Name: string.Create(CultureInfo.InvariantCulture, $"t{i}"), s.Path)).ToList();
        var counts = new List<long>();
        await foreach (var batch in engine.QueryAsync($"SELECT {string.Join(", ", tables.Select(t => $"(SELECT count(*) FROM {t.Name}) AS {t.Name}"))}", tables.ToDictionary(t => t.Name, t => t.Path), null, cancellationToken).ConfigureAwait(false))
            counts.AddRange(Enumerable.Range(0, batch.Length * batch.ColumnCount).Select(i => ((Int64Array)batch.Column(i)).GetValue(0)!.Value));
        return segments.Zip(counts, (s, rows) => new PushedFile(s.First, s.Last, rows, File.GetLastWriteTimeUtc(s.Path)));
    }

    private async IAsyncEnumerable<RecordBatch> ReadAsync(List<Dataset> parts, List<Segment> segments, long skip, DatasetSchema schema, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var part in parts)
        {
            await foreach (var batch in datasets.ReadAsync(part, null, cancellationToken).ConfigureAwait(false)) yield return batch;
        }

        await foreach (var batch in PushedFiles.ReadAsync(engine, segments, schema, cancellationToken).ConfigureAwait(false))
        {
            var passed = (int)Math.Min(skip, batch.Length);
            skip -= passed;
            if (passed < batch.Length || segments.Count == 0) yield return passed == 0 ? batch : batch.Slice(passed, batch.Length - passed);
        }
    }
}
