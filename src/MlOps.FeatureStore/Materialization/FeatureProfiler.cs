using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.FeatureStore;

/// <summary>Makes statistics of the rows that are written for a view whose features lie in columns. Not thread-safe.</summary>
internal sealed class FeatureProfiler(FeatureView view)
{
    private const int Block = 4096;

    private readonly RowForm _form = new(view);
    private readonly ArrowColumnBuilder[] _columns = [.. view.Features.Select(f => new ArrowColumnBuilder(f.Type))];

    public DatasetProfile Profile { get; } = new();

    public void Add(IReadOnlyList<EntityRow> rows)
    {
        var values = new FeatureValue[view.Features.Count];
        for (var first = 0; first < rows.Count; first += Block)
        {
            var last = Math.Min(rows.Count, first + Block);
            for (var i = first; i < last; i++)
            {
                if (rows[i].Merge is { } merged) merged.Values.CopyTo(values, 0);
                else _form.Read(rows[i].Values, values);
                for (var f = 0; f < values.Length; f++) _columns[f].Append(values[f]);
            }

            Profile.AddRows(last - first);
            for (var f = 0; f < values.Length; f++) Add(Profile.Column(view.Features[f].Name), _columns[f].Build());
        }
    }

    private static void Add(ColumnProfile profile, IArrowArray array)
    {
        switch (array)
        {
            case DoubleArray a: profile.Add(a.Values, ValidityOf(a)); break;
            case Int64Array a: profile.Add(a.Values, ValidityOf(a)); break;
            case StringArray a: profile.AddText(a.ValueOffsets, a.Values, ValidityOf(a)); break;
            case BooleanArray a: profile.AddBooleans(a.Values, a.Length, a.Offset, ValidityOf(a)); break;
            case TimestampArray a: profile.AddTimestamps(a.Values, TimeUnit.Microsecond, ValidityOf(a)); break;
            case Date32Array a: profile.AddDates(a.Values, ValidityOf(a)); break;
            case Decimal128Array a: profile.Add([.. Enumerable.Range(0, a.Length).Select(i => a.GetValue(i) ?? 0)], ValidityOf(a)); break;
            case BinaryArray a: profile.AddBinary(a.ValueOffsets, a.Values, ValidityOf(a)); break;
        }
    }

    private static Validity ValidityOf(Apache.Arrow.Array array) => array.NullCount == 0 ? default : new(array.NullBitmapBuffer.Span, array.Offset);
}
