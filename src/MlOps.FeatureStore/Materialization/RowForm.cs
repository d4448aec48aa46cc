using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Writes the rows of one view in the form that the online store keeps, and reads them back. Thread-safe.</summary>
internal sealed class RowForm(FeatureView view)
{
    private readonly RowLayout _layout = new(view);

    public ReadOnlyMemory<byte> Write(ReadOnlySpan<FeatureValue> values) => RowCodec.Write(_layout, values);

    /// <summary>Reads what <see cref="Write(ReadOnlySpan{FeatureValue})"/> has written.</summary>
    public void Read(ReadOnlyMemory<byte> row, Span<FeatureValue> values)
    {
        if (!RowCodec.TryOpen(_layout, row.Span, out var encoded)) throw new ArgumentException("The row was written for other features.", nameof(row));
        for (var i = 0; i < values.Length; i++) values[i] = encoded[i];
    }

    /// <summary>Writes a row of a view that skips missing values.</summary>
    public ReadOnlyMemory<byte> Write(SkippingRow row)
    {
        var (events, created) = (new long[row.Moments.Length], new long[row.Moments.Length]);
        for (var i = 0; i < row.Moments.Length; i++) (events[i], created[i]) = (row.Moments[i].Event, row.Moments[i].Created);
        return RowCodec.Write(_layout, row.Values, events, created);
    }

    /// <summary>Reads a row of a view that skips missing values. What lies in another layout is as if it were not there, and is written anew.</summary>
    public SkippingRow ReadSkipping(OnlineRow row)
    {
        var read = new SkippingRow(_layout.Columns.Length);
        if (row.IsDeleted)
        {
            read.Delete(new(row.EventTime, row.CreatedTime));
        }
        else if (RowCodec.TryOpen(_layout, row.Values.Span, out var encoded))
        {
            for (var i = 0; i < read.Values.Length; i++) (read.Values[i], read.Moments[i]) = (encoded[i], new(encoded.EventTimeOf(i), encoded.CreatedTimeOf(i)));
            read.Newest = new(row.EventTime, row.CreatedTime);
        }

        return read;
    }
}
