namespace MlOps.DataValidation;

/// <summary>A record as a row. Used by one thread at a time.</summary>
internal sealed class RecordRow<T>(RecordColumn<T>[] columns) : Row
{
    public T Record { get; set; } = default!;

    internal override CellKind KindAt(int index) => columns[index].Column.Kind;

    internal override bool HasAt(int index) => columns[index].IsMissing is not { } missing || !missing(Record);

    internal override long IntegerAt(int index) => columns[index].Integer!(Record);

    internal override double NumberAt(int index) => columns[index].Number!(Record);

    internal override decimal DecimalAt(int index) => columns[index].Decimal!(Record);

    internal override ReadOnlySpan<char> TextAt(int index) => columns[index].Text!(Record);

    internal override ReadOnlySpan<byte> BinaryAt(int index) => columns[index].Bytes!(Record);
}
