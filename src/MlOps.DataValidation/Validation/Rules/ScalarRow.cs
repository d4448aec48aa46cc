namespace MlOps.DataValidation;

/// <summary>Values of an expectation as a row, so that they get the same keys as rows of data.</summary>
internal sealed class ScalarRow : Row
{
    private readonly (CellKind Kind, Scalar Value, BoundColumn Column)[] _cells;

    public ScalarRow(IReadOnlyList<BoundColumn> columns, IReadOnlyList<Scalar> values)
    {
        _cells = [.. columns.Select((c, i) => (c.Kind, values[i], c))];
        Map = [.. Enumerable.Range(0, _cells.Length)];
    }

    internal override CellKind KindAt(int index) => _cells[index].Kind;

    internal override bool HasAt(int index) => !_cells[index].Value.IsMissing;

    internal override long IntegerAt(int index) => Literals.Integer(_cells[index].Value, _cells[index].Column) ?? long.MinValue;

    internal override double NumberAt(int index) => Literals.Number(_cells[index].Value, _cells[index].Column);

    internal override decimal DecimalAt(int index) => Literals.Decimal(_cells[index].Value, _cells[index].Column);

    // A number beside text that was never cast is taken as it is written.
    internal override ReadOnlySpan<char> TextAt(int index) => _cells[index].Value.ToString();

    internal override ReadOnlySpan<byte> BinaryAt(int index) => [];
}
