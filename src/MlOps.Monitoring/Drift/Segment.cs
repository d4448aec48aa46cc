using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring;

/// <summary>The rows that have one value in a column.</summary>
/// <param name="Column">The column.</param>
/// <param name="Value">The value, as text.</param>
internal readonly record struct Segment(string Column, string Value)
{
    public override string ToString() => $"{Column}={Value}";

    /// <summary>Gives the rows of a batch that belong to each of some segments; segments without a row are left out.</summary>
    public static IEnumerable<(Segment Segment, RecordBatch Rows)> Split(RecordBatch batch, IEnumerable<Segment> segments)
    {
        var schema = new Lazy<DatasetSchema>(() => DatasetSchema.FromArrow(batch.Schema));
        foreach (var wanted in segments.GroupBy(s => s.Column, StringComparer.Ordinal))
        {
            if (ColumnReader.Find(batch, wanted.Key) is not { } column) continue;
            var rows = wanted.ToDictionary(s => s.Value, _ => new List<int>(), StringComparer.Ordinal);
            for (var row = 0; row < batch.Length; row++)
            {
                if (ColumnReader.Text(column, ColumnType.String, row) is { } value && rows.TryGetValue(value, out var own)) own.Add(row);
            }

            foreach (var (value, own) in rows.Where(r => r.Value.Count > 0))
                yield return (new(wanted.Key, value), new(batch.Schema, batch.Arrays.Select((array, i) => ColumnUnion.Take(array, own, own.Count, schema.Value[i].Type)), own.Count));
        }
    }

    /// <summary>The most frequent values of columns of a reference.</summary>
    public static IReadOnlyList<Segment> Of(DatasetProfile reference, MonitorOptions options) =>
        [.. options.Segments.Distinct(StringComparer.Ordinal).Where(c => reference.TryGet(c, out _)).SelectMany(c => reference[c].TopValues(options.SegmentValues).Select(v => new Segment(c, v.Value)))];
}
