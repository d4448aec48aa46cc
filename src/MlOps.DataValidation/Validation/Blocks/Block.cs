namespace MlOps.DataValidation;

/// <summary>Some rows of the data with the columns that are looked at.</summary>
internal sealed class Block(BlockColumn[] columns)
{
    /// <summary>The most rows of a block: its columns stay in the processor's cache while all expectations look at them.</summary>
    public const int MaxRows = 8192;

    public BlockColumn[] Columns => columns;

    public int Length { get; set; }

    public int Words => Bits.Words(Length);

    /// <summary>Gets or sets the number of the block, so that what several look at is gathered once.</summary>
    public long Serial { get; set; }

    /// <summary>Gets the number of rows before the block's first.</summary>
    public long FirstRow { get; set; }
}
