namespace MlOps.DataValidation;

/// <summary>A row of a block.</summary>
internal sealed class BlockRow(Block block) : Row
{
    public int Index { get; set; }

    internal override CellKind KindAt(int index) => block.Columns[index].Kind;

    internal override bool HasAt(int index) => block.Columns[index].Has(Index);

    internal override long IntegerAt(int index) => block.Columns[index].Integers[Index];

    internal override double NumberAt(int index) => block.Columns[index].Numbers[Index];

    internal override decimal DecimalAt(int index) => block.Columns[index].Decimals[Index];

    internal override ReadOnlySpan<char> TextAt(int index) => block.Columns[index].Text(Index);

    internal override ReadOnlySpan<byte> BinaryAt(int index) => block.Columns[index].Binary(Index);
}
