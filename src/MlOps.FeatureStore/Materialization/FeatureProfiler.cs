using Apache.Arrow;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.FeatureStore;

/// <summary>Makes statistics of the features that are written for a view. Not thread-safe.</summary>
internal sealed class FeatureProfiler(FeatureView view)
{
    private const int Block = 4096;

    private readonly RowForm _form = new(view);
    private readonly ArrowColumnBuilder[] _columns = [.. view.Features.Select(f => new ArrowColumnBuilder(f.Type))];

    private readonly DatasetProfile _profile = new();
    private int _waiting;

    /// <summary>Gets the statistics of all that was added.</summary>
    public DatasetProfile Profile
    {
        get
        {
            Flush();
            return _profile;
        }
    }

    /// <summary>Adds the rows of entities.</summary>
    public void Add(IReadOnlyList<EntityRow> rows)
    {
        var values = new FeatureValue[view.Features.Count];
        foreach (var row in rows)
        {
            if (row.Merge is { } merged) merged.Values.CopyTo(values, 0);
            else _form.Read(row.Values, values);
            Add(values);
        }
    }

    /// <summary>Adds the features of one entity.</summary>
    public void Add(ReadOnlySpan<FeatureValue> values)
    {
        for (var f = 0; f < values.Length; f++) _columns[f].Append(values[f]);
        if (++_waiting == Block) Flush();
    }

    private void Flush()
    {
        if (_waiting == 0) return;
        _profile.AddRows(_waiting);
        _waiting = 0;
        for (var f = 0; f < _columns.Length; f++) Add(_profile.Column(view.Features[f].Name), _columns[f].Build());
    }

    private static void Add(ColumnProfile profile, IArrowArray array)
    {
        switch (array)
        {
            case DoubleArray a: profile.Add(a.Values, ValidityOf(a)); break;
            case Int64Array a: profile.Add(a.Values, ValidityOf(a)); break;
            case StringArray a: profile.AddText(a.ValueOffsets, a.Values, ValidityOf(a)); break;
            case BooleanArray a: profile.AddBooleans(a.ValueBuffer.Span, a.Length, a.Offset, ValidityOf(a)); break;
            case TimestampArray a: profile.AddTimestamps(a.Values, TimeUnit.Microsecond, ValidityOf(a)); break;
            case Date32Array a: profile.AddDates(a.Values, ValidityOf(a)); break;
            case Decimal128Array a: profile.Add([.. Enumerable.Range(0, a.Length).Select(i => a.GetValue(i) ?? 0)], ValidityOf(a)); break;
            case BinaryArray a: profile.AddBinary(a.ValueOffsets, a.Values, ValidityOf(a)); break;
        }
    }

    private static Validity ValidityOf(Apache.Arrow.Array array) => array.NullCount == 0 ? default : new(array.NullBitmapBuffer.Span, array.Offset);
}
