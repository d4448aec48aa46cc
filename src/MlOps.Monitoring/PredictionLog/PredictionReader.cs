using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Monitoring;

/// <summary>Reads logged predictions and joins what became true of them.</summary>
/// <remarks>
/// The memory needed is that of the identifiers and true values of the predictions in the window, not of the window itself, and not of the values that are looked through. Of identifiers that tell their day the values of
/// these days are read. Others may become known at any time after their prediction, so all such values are read from the day before the window on; the day is for clocks that differ.
/// </remarks>
internal sealed class PredictionReader(IPredictionStore store, ILogger logger)
{
    private static readonly string[] Keys = [PredictionColumns.Id, PredictionColumns.Time];

    public async IAsyncEnumerable<RecordBatch> ReadAsync(string model, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ModelNames.CheckModel(model);
        if (from >= to) yield break;
        var schemas = await store.GetSchemasAsync(model, from, to, cancellationToken).ConfigureAwait(false);
        if (schemas.Count == 0) yield break;
        var schema = ColumnUnion.Unite(schemas);
        var arrowSchema = schema.ToArrow();
        var truths = await JoinAsync(model, from, to, cancellationToken).ConfigureAwait(false);
        await foreach (var batch in store.ReadAsync(model, from, to, null, cancellationToken).ConfigureAwait(false))
        {
            var rows = RowsBetween((TimestampArray)ColumnReader.Find(batch, PredictionColumns.Time)!, from, to);
            var count = rows?.Count ?? batch.Length;
            if (count == 0) continue;
            var (values, times) = Join((StringArray)ColumnReader.Find(batch, PredictionColumns.Id)!, rows, count, truths);
            yield return new RecordBatch(arrowSchema, schema.Select(c => c.Name switch
            {
                PredictionColumns.Truth => values,
                PredictionColumns.TruthTime => times,
                _ => ColumnUnion.Take(ColumnReader.Find(batch, c.Name), rows, count, c.Type),
            }), count);
        }
    }

    /// <summary>Finds out what is known of the predictions of a window.</summary>
    public async Task<LabelCoverage> CoverAsync(string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        ModelNames.CheckModel(model);
        if (from >= to) return new([], 0);
        var truths = new TruthTable();
        var days = new SortedDictionary<DateOnly, CoverageCounter>();
        await foreach (var (ids, times, _, variants, row) in RowsAsync(model, from, to, [.. Keys, PredictionColumns.Variant], cancellationToken).ConfigureAwait(false))
        {
            if (variants.IsShadow(row)) continue; // its labels are those of the answer
            if (truths.Add(ids.GetBytes(row))) continue;
            CounterOf(days, times.Values[row]).Duplicates++;
        }

        await OfferAsync(model, from, truths, cancellationToken).ConfigureAwait(false);
        await foreach (var (ids, times, errors, variants, row) in RowsAsync(model, from, to, [.. Keys, PredictionColumns.Error, PredictionColumns.Variant], cancellationToken).ConfigureAwait(false))
        {
            if (!variants.IsShadow(row)) CounterOf(days, times.Values[row]).Add(isFailed: errors?.IsNull(row) == false, times.Values[row], truths.Of(ids.GetBytes(row)));
        }

        return new([.. days.Select(d => d.Value.ToDay(d.Key))], truths.Unmatched);
    }

    private static CoverageCounter CounterOf(SortedDictionary<DateOnly, CoverageCounter> days, long time)
    {
        var day = DateOnly.FromDateTime(DateTime.UnixEpoch.AddMicroseconds(time));
        return days.TryGetValue(day, out var known) ? known : days[day] = new();
    }

    // The identifiers of the predictions in the window, and the latest value of each.
    private async Task<TruthTable> JoinAsync(string model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var truths = new TruthTable();
        await foreach (var (ids, _, _, _, row) in RowsAsync(model, from, to, Keys, cancellationToken).ConfigureAwait(false)) truths.Add(ids.GetBytes(row));
        await OfferAsync(model, from, truths, cancellationToken).ConfigureAwait(false);
        logger.TruthsJoined(model, truths.Known, truths.Unmatched);
        return truths;
    }

    private async Task OfferAsync(string model, DateTimeOffset from, TruthTable truths, CancellationToken cancellationToken)
    {
        var othersFrom = truths.HasOthers ? from - TimeSpan.FromDays(Math.Min(1, (from - DateTimeOffset.MinValue).TotalDays)) : (DateTimeOffset?)null;
        await foreach (var values in store.ReadGroundTruthAsync(model, truths.Days, othersFrom, cancellationToken).ConfigureAwait(false)) truths.Offer(values);
    }

    private async IAsyncEnumerable<(StringArray Ids, TimestampArray Times, StringArray? Errors, StringArray? Variants, int Row)> RowsAsync(
        string model, DateTimeOffset from, DateTimeOffset to, string[] columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in store.ReadAsync(model, from, to, columns, cancellationToken).ConfigureAwait(false))
        {
            var (ids, times) = ((StringArray)ColumnReader.Find(batch, PredictionColumns.Id)!, (TimestampArray)ColumnReader.Find(batch, PredictionColumns.Time)!);
            var errors = ColumnReader.Find(batch, PredictionColumns.Error) as StringArray;
            var variants = ColumnReader.Find(batch, PredictionColumns.Variant) as StringArray;
            var rows = RowsBetween(times, from, to);
            for (var i = 0; i < (rows?.Count ?? batch.Length); i++) yield return (ids, times, errors, variants, rows?[i] ?? i);
        }
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

    private static (IArrowArray Values, IArrowArray Times) Join(StringArray ids, List<int>? rows, int count, TruthTable truths)
    {
        var values = new WordColumn(WordColumn.Fractions);
        var times = new WordColumn(WordColumn.Moments);
        for (var i = 0; i < count; i++)
        {
            var truth = truths.Of(ids.GetBytes(rows?[i] ?? i));
            if (truth.IsKnown)
            {
                values.Add(BitConverter.DoubleToInt64Bits(truth.Value));
                times.Add(truth.Time);
            }
            else
            {
                values.AddMissing();
                times.AddMissing();
            }
        }

        return (values.Build(), times.Build());
    }
}
