namespace MlOps.DataValidation;

/// <summary>Puts records into blocks.</summary>
internal sealed class RecordFeed<T>(Block block, RecordColumn<T>[] columns)
{
    public static RecordFeed<T> Of(ValidationPass pass) => new(pass.Block, Bound(pass.Bound));

    public static RecordColumn<T>[] Bound(IReadOnlyList<BoundColumn> bound) => [.. bound.Select(b => RecordColumns<T>.All.First(c => c.Column.Name == b.Name))];

    public void Fill(ReadOnlySpan<T> records)
    {
        block.Length = records.Length;
        for (var i = 0; i < columns.Length; i++) Fill(records, columns[i], block.Columns[i]);
    }

    private static void Fill(ReadOnlySpan<T> records, RecordColumn<T> source, BlockColumn column)
    {
        var valid = column.Start(records.Length);
        if (source.IsMissing is { } isMissing)
        {
            for (var row = 0; row < records.Length; row++)
            {
                if (isMissing(records[row])) valid[row >> 6] &= ~(1UL << (row & 63));
            }

            column.SetIncomplete();
        }

        if (source.Integer is { } integer) Each(records, column.WritableIntegers(), integer);
        else if (source.Number is { } number) Each(records, column.WritableNumbers(), number);
        else if (source.Decimal is { } exact) Each(records, column.WritableDecimals(), exact);
        else if (source.Text is { } text) Texts(records, column, text);
        else if (source.Bytes is { } bytes) Binary(records, column, bytes);
    }

    private static void Each<TValue>(ReadOnlySpan<T> records, Span<TValue> values, Func<T, TValue> read)
    {
        for (var row = 0; row < records.Length; row++) values[row] = read(records[row]);
    }

    private static void Texts(ReadOnlySpan<T> records, BlockColumn column, Func<T, string?> read)
    {
        for (var row = 0; row < records.Length; row++) column.AddText(row, column.Has(row) ? read(records[row]) : null);
    }

    private static void Binary(ReadOnlySpan<T> records, BlockColumn column, Func<T, byte[]?> read)
    {
        var offsets = column.WritableOffsets();
        using var all = new MemoryStream();
        offsets[0] = 0;
        for (var row = 0; row < records.Length; row++)
        {
            if (read(records[row]) is { } bytes) all.Write(bytes);
            offsets[row + 1] = checked((int)all.Length);
        }

        column.SetBytes(all.ToArray());
    }
}
