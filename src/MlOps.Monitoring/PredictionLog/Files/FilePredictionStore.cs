using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Keeps the prediction log as Parquet files: predictions by model and day, true values by the day of their predictions where the identifiers tell it, and else by when they became known.</summary>
internal sealed class FilePredictionStore : IPredictionStore
{
    private const string OtherKey = "other"; // true values whose identifiers tell no day; files of older versions hold both
    private const string CompactedKey = "c";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly LogFolder _predictions;
    private readonly LogFolder _truths;
    private readonly ErasedSubjects _erased;
    private readonly string _lock;

    public FilePredictionStore(MlOpsOptions options, IColumnarEngine engine, ILogger logger)
    {
        _predictions = new(options.PathOf("predictions"), engine);
        _truths = new(options.PathOf("ground-truth"), engine);
        _erased = new(options.PathOf("erased-subjects"));
        _lock = options.PathOf("predictions.lock");
        try
        {
            _predictions.RemoveTorn();
            _truths.RemoveTorn();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.TornFilesLeft(e);
        }
    }

    public async Task<int> AppendAsync(PredictionBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var part = DayParts.Of(batch.Day);
        if (_predictions.Has(batch.Model, part, batch.Key)) return 0;
        while (true)
        {
            var erasures = _erased.List();
            var rows = ErasedSubjects.Keep(batch.Rows, erasures) is { } kept ? Pick(batch.Rows, batch.Schema, kept) : batch.Rows;
            if (rows.Length == 0) return 0;
            using var written = await _predictions.WriteAsync(batch.Model, part, batch.Key, batch.Schema, rows, cancellationToken).ConfigureAwait(false);
            using var held = await _erased.LockAsync(cancellationToken).ConfigureAwait(false);
            if (!erasures.SetEquals(_erased.List())) continue; // somebody has erased meanwhile: his rows may be among these
            written.Place();
            return rows.Length;
        }
    }

    public async Task AppendGroundTruthAsync(string model, IReadOnlyList<GroundTruth> values, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var part in values.GroupBy(v => PredictionId.DayOf(v.PredictionId) is { } day ? (DayParts.OfPredicted(day), string.Empty) : (DayParts.Of(DateOnly.FromDateTime(v.Time.UtcDateTime)), OtherKey)).OrderBy(g => g.Key.Item1, StringComparer.Ordinal))
        {
            using var rows = GroundTruthColumns.ToRows([.. part]);
            using var written = await _truths.WriteAsync(model, part.Key.Item1, part.Key.Item2, GroundTruthColumns.Schema, rows, cancellationToken).ConfigureAwait(false);
            written.Place();
        }
    }

    public async Task<IReadOnlyList<DatasetSchema>> GetSchemasAsync(string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default)
    {
        var schemas = new List<DatasetSchema>();
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in FilesOf(model, from, to).Where(f => !kinds.Contains(f.Kind)))
        {
            if (await _predictions.SchemaOfAsync(file, cancellationToken).ConfigureAwait(false) is not { } schema) continue;
            kinds.Add(file.Kind);
            schemas.Add(schema);
        }

        return schemas;
    }

    public async IAsyncEnumerable<RecordBatch> ReadAsync(
        string model, DateTimeOffset from, DateTimeOffset to, IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var file in FilesOf(model, from, to))
        {
            if (await _predictions.SchemaOfAsync(file, cancellationToken).ConfigureAwait(false) is not { } known) continue;
            await foreach (var batch in _predictions.ReadAsync(file, columns?.Where(known.Contains).ToArray(), cancellationToken).ConfigureAwait(false)) yield return batch; // files of older versions have not all of the columns
        }
    }

    public async IAsyncEnumerable<RecordBatch> ReadGroundTruthAsync(
        string model, IReadOnlyCollection<DateOnly> days, DateTimeOffset? othersFrom, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(days);
        var parts = days.Select(DayParts.OfPredicted).ToHashSet(StringComparer.Ordinal);
        var first = othersFrom is { } from ? DateOnly.FromDateTime(from.UtcDateTime) : (DateOnly?)null;
        // Older files come first: of two values of one moment the later one is valid.
        var others = _truths.List(model, p => DayParts.IsBetween(DayParts.DayOf(p), first, null)).Where(f => first is not null || !IsOther(f));
        foreach (var file in others.Concat(_truths.List(model, parts.Contains)))
        {
            await foreach (var batch in _truths.ReadAsync(file, GroundTruthColumns.Names, cancellationToken).ConfigureAwait(false)) yield return batch;
        }
    }

    public async Task<long> EraseAsync(string subject, DateTimeOffset at, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        await _erased.AddAsync(subject, at, cancellationToken).ConfigureAwait(false); // first: what others store from now on has none of it
        using var turn = await TakeTurnAsync(cancellationToken).ConfigureAwait(false);
        var erased = 0L;
        foreach (var model in _predictions.Models())
        {
            // True values go first, so that an erasure which was stopped finds all of them again; then files whose place others have taken, which count again when those go.
            var ids = new HashSet<string>(StringComparer.Ordinal);
            var concerned = new List<LogFile>();
            var counted = _predictions.List(model, static _ => true).Select(f => (File: f, Counts: true));
            foreach (var (file, counts) in _predictions.ListReplaced(model).Select(f => (f, false)).Concat(counted))
            {
                var found = await FindAsync(file, subject, at, ids, cancellationToken).ConfigureAwait(false);
                if (found > 0) concerned.Add(file);
                if (counts) erased += found;
            }

            if (ids.Count > 0) await EraseTruthsAsync(model, ids, cancellationToken).ConfigureAwait(false);
            foreach (var file in concerned)
            {
                var schema = (await _predictions.SchemaOfAsync(file, cancellationToken).ConfigureAwait(false))!; // it was read a moment ago
                await _predictions.RewriteAsync(file, schema, WithoutAsync(file, schema, subject, at, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
        }

        return erased;
    }

    public async Task<int> RemoveAsync(DateOnly before, CancellationToken cancellationToken = default)
    {
        using var turn = await TakeTurnAsync(cancellationToken).ConfigureAwait(false);
        var removed = 0;
        foreach (var model in _predictions.Models())
        {
            foreach (var part in _predictions.Parts(model).Where(p => DayParts.DayOf(p) < before))
            {
                cancellationToken.ThrowIfCancellationRequested();
                _predictions.Remove(model, part);
                removed++;
            }
        }

        foreach (var model in _truths.Models())
        {
            // What became known before the day may be of a prediction of the day, by another clock.
            foreach (var part in _truths.Parts(model).Where(p => DayParts.PredictedDayOf(p) < before || (before > DateOnly.MinValue && DayParts.DayOf(p) < before.AddDays(-1))))
                _truths.Remove(model, part);
        }

        return removed;
    }

    public async Task<int> CompactAsync(DateOnly before, Func<string, bool> isSettled, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(isSettled);
        using var turn = await TakeTurnAsync(cancellationToken).ConfigureAwait(false);
        var less = 0;
        foreach (var model in _predictions.Models())
        {
            foreach (var part in _predictions.Parts(model).Where(p => DayParts.DayOf(p) < before))
                less += await _predictions.CompactAsync(model, part, CompactedKey, key => !key.Contains('.', StringComparison.Ordinal) || isSettled(key), cancellationToken).ConfigureAwait(false);
        }

        foreach (var model in _truths.Models())
        {
            foreach (var part in _truths.Parts(model).Where(p => DayParts.DayOf(p) < before || DayParts.PredictedDayOf(p) < before))
                less += await _truths.CompactAsync(model, part, DayParts.DayOf(part) is null ? CompactedKey : OtherKey, key => DayParts.DayOf(part) is null || key.StartsWith(OtherKey, StringComparison.Ordinal), cancellationToken).ConfigureAwait(false);
        }

        return less;
    }

    private static bool IsOther(LogFile file) => file.Key.StartsWith(OtherKey, StringComparison.Ordinal);

    private static RecordBatch Pick(RecordBatch rows, DatasetSchema schema, List<int> kept) =>
        new(rows.Schema, schema.Select(c => ColumnUnion.Take(ColumnReader.Find(rows, c.Name), kept, kept.Count, c.Type)), kept.Count);

    private IReadOnlyList<LogFile> FilesOf(string model, DateTimeOffset from, DateTimeOffset to)
    {
        var (first, last) = (DateOnly.FromDateTime(from.UtcDateTime), DateOnly.FromDateTime(to.UtcDateTime));
        return _predictions.List(model, p => DayParts.IsBetween(DayParts.DayOf(p), first, last));
    }

    private async Task<int> FindAsync(LogFile file, string subject, DateTimeOffset at, HashSet<string> ids, CancellationToken cancellationToken)
    {
        if (await _predictions.SchemaOfAsync(file, cancellationToken).ConfigureAwait(false) is not { } schema || !schema.Contains(PredictionColumns.Subject)) return 0; // files of older versions know no subjects
        var found = 0;
        await foreach (var batch in _predictions.ReadAsync(file, [PredictionColumns.Subject, PredictionColumns.Time, PredictionColumns.Id], cancellationToken).ConfigureAwait(false))
        {
            var (subjects, times, names) = ((StringArray)batch.Column(0), (TimestampArray)batch.Column(1), (StringArray)batch.Column(2));
            for (var row = 0; row < batch.Length; row++)
            {
                if (!IsOf(subjects, times, row, subject, at)) continue;
                ids.Add(names.GetString(row));
                found++;
            }
        }

        return found;
    }

    private static bool IsOf(StringArray subjects, TimestampArray times, int row, string subject, DateTimeOffset at) => subjects.GetString(row) == subject && times.GetTimestamp(row) <= at;

    private async IAsyncEnumerable<RecordBatch> WithoutAsync(LogFile file, DatasetSchema schema, string subject, DateTimeOffset at, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in _predictions.ReadAsync(file, null, cancellationToken).ConfigureAwait(false))
        {
            var (subjects, times) = ((StringArray)ColumnReader.Find(batch, PredictionColumns.Subject)!, (TimestampArray)ColumnReader.Find(batch, PredictionColumns.Time)!);
            var kept = Enumerable.Range(0, batch.Length).Where(row => !IsOf(subjects, times, row, subject, at)).ToList();
            yield return kept.Count == batch.Length ? batch : Pick(batch, schema, kept);
        }
    }

    private async Task EraseTruthsAsync(string model, HashSet<string> ids, CancellationToken cancellationToken)
    {
        foreach (var file in _truths.ListReplaced(model).Concat(_truths.List(model, static _ => true)))
        {
            var isConcerned = false;
            await foreach (var batch in _truths.ReadAsync(file, [PredictionColumns.Id], cancellationToken).ConfigureAwait(false)) isConcerned |= RowsWithout((StringArray)batch.Column(0), ids).Count < batch.Length;
            if (isConcerned) await _truths.RewriteAsync(file, GroundTruthColumns.Schema, TruthsWithoutAsync(file, ids, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<RecordBatch> TruthsWithoutAsync(LogFile file, HashSet<string> ids, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in _truths.ReadAsync(file, GroundTruthColumns.Names, cancellationToken).ConfigureAwait(false)) yield return Pick(batch, GroundTruthColumns.Schema, RowsWithout((StringArray)batch.Column(0), ids));
    }

    private static List<int> RowsWithout(StringArray names, HashSet<string> ids) => [.. Enumerable.Range(0, names.Length).Where(row => !ids.Contains(names.GetString(row)))];

    // Only one process at a time rewrites files.
    private Task<IDisposable> TakeTurnAsync(CancellationToken cancellationToken) => FileLock.TakeAsync(_lock, Patience, cancellationToken);
}
