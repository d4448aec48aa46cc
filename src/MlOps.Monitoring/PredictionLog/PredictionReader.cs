using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Reads logged predictions and joins what became true of them.</summary>
/// <remarks>
/// The memory needed is that of the identifiers and true values of the predictions in the window, not of the window itself. A value may become known at any time after its prediction, so
/// every file of true values is read from the day before the window on; the day is for clocks that differ.
/// </remarks>
internal sealed class PredictionReader(IColumnarEngine engine, LogFolder predictions, LogFolder truths, ILogger logger)
{
    public async IAsyncEnumerable<RecordBatch> ReadAsync(string model, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (from >= to) yield break;
        var files = predictions.List(model, DateOnly.FromDateTime(from.UtcDateTime), DateOnly.FromDateTime(to.UtcDateTime));
        if (files.Count == 0) yield break;
        var schemas = new List<DatasetSchema>();
        foreach (var file in files.DistinctBy(f => f.Kind)) schemas.Add(await SchemaOfAsync(file, cancellationToken).ConfigureAwait(false));
        var schema = ColumnUnion.Unite(schemas);
        var arrowSchema = schema.ToArrow();
        var known = await ReadTruthsAsync(model, files, from, to, cancellationToken).ConfigureAwait(false);
        foreach (var file in files)
        {
            await foreach (var batch in engine.ReadAsync(new ParquetFile(file.Path), cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                var rows = RowsBetween((TimestampArray)ColumnReader.Find(batch, PredictionColumns.Time)!, from, to);
                var count = rows?.Count ?? batch.Length;
                if (count == 0) continue;
                var ids = (StringArray)ColumnUnion.Take(ColumnReader.Find(batch, PredictionColumns.Id), rows, count, ColumnType.String);
                var columns = schema.Select(c => c.Name == PredictionColumns.Truth
                    ? Join(ids, known)
                    : ColumnUnion.Take(ColumnReader.Find(batch, c.Name), rows, count, c.Type));
                yield return new RecordBatch(arrowSchema, columns, count);
            }
        }
    }

    // The latest value of each prediction in the window; of two of the same time the one that was written later.
    private async Task<Dictionary<string, (double Value, long Time)>> ReadTruthsAsync(
        string model, IReadOnlyList<LogFile> files, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, (double Value, long Time)>(StringComparer.Ordinal);
        var first = DateOnly.FromDateTime(from.UtcDateTime);
        var truthFiles = truths.List(model, first > DateOnly.MinValue ? first.AddDays(-1) : first);
        if (truthFiles.Count == 0) return known;
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            await foreach (var batch in engine.ReadAsync(new ParquetFile(file.Path), [PredictionColumns.Id, PredictionColumns.Time], cancellationToken).ConfigureAwait(false))
            {
                var ids = (StringArray)batch.Column(0);
                var rows = RowsBetween((TimestampArray)batch.Column(1), from, to);
                for (var i = 0; i < (rows?.Count ?? batch.Length); i++) wanted.Add(ids.GetString(rows?[i] ?? i));
            }
        }

        long others = 0;
        foreach (var file in truthFiles)
        {
            await foreach (var batch in engine.ReadAsync(new ParquetFile(file.Path), GroundTruthColumns.Names, cancellationToken).ConfigureAwait(false))
            {
                var (ids, values, times) = ((StringArray)batch.Column(0), (DoubleArray)batch.Column(1), (TimestampArray)batch.Column(2));
                for (var i = 0; i < batch.Length; i++)
                {
                    var id = ids.GetString(i);
                    if (!wanted.Contains(id)) others++;
                    else if (!known.TryGetValue(id, out var best) || times.GetValue(i) >= best.Time) known[id] = (values.GetValue(i) ?? double.NaN, times.GetValue(i) ?? 0);
                }
            }
        }

        logger.TruthsJoined(model, known.Count, others);
        return known;
    }

    private async Task<DatasetSchema> SchemaOfAsync(LogFile file, CancellationToken cancellationToken)
    {
        await foreach (var batch in engine.ReadAsync(new ParquetFile(file.Path), cancellationToken: cancellationToken).ConfigureAwait(false)) return DatasetSchema.FromArrow(batch.Schema);
        throw new DataException($"The log file '{file.Path}' has no columns. Restore it from a backup or remove it.") { DataSource = file.Path };
    }

    // Null stands for all of them.
    private static List<int>? RowsBetween(TimestampArray times, DateTimeOffset from, DateTimeOffset to)
    {
        var (first, end) = (Microseconds(from), Microseconds(to));
        var rows = new List<int>();
        for (var i = 0; i < times.Length; i++)
        {
            if (times.GetValue(i) is { } time && time >= first && time < end) rows.Add(i);
        }

        return rows.Count == times.Length ? null : rows;
    }

    // Rounded up, as a moment within a microsecond lies after the whole one that is stored.
    private static long Microseconds(DateTimeOffset time) => (long)Math.Ceiling((time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / (decimal)TimeSpan.TicksPerMicrosecond);

    private static DoubleArray Join(StringArray ids, Dictionary<string, (double Value, long Time)> known)
    {
        var builder = new DoubleArray.Builder();
        for (var i = 0; i < ids.Length; i++)
        {
            if (known.Count > 0 && known.TryGetValue(ids.GetString(i), out var truth) && !double.IsNaN(truth.Value)) builder.Append(truth.Value);
            else builder.AppendNull();
        }

        return builder.Build();
    }
}
