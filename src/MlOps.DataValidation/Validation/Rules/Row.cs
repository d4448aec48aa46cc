namespace MlOps.DataValidation;

/// <summary>One row, as an expectation over several columns sees it. Columns are counted in the order of <see cref="Expectation.Columns"/>.</summary>
/// <remarks>It is only valid during the call that it was given to. Ask for a value only when it is not missing.</remarks>
public abstract class Row
{
    private protected Row()
    {
    }

    internal int[] Map { get; set; } = [];

    /// <summary>Says whether a value is missing.</summary>
    /// <param name="column">The column.</param>
    /// <returns>True when it is.</returns>
    public bool IsMissing(int column) => !HasAt(Map[column]);

    /// <summary>Gets an integer, a boolean as 0 or 1, or a date or moment in microseconds since 1970.</summary>
    /// <param name="column">The column.</param>
    /// <returns>The value.</returns>
    public long Integer(int column) => IntegerAt(Map[column]);

    /// <summary>Gets a number of any numeric type.</summary>
    /// <param name="column">The column.</param>
    /// <returns>The value; large integers and decimals are rounded.</returns>
    public double Number(int column) => KindAt(Map[column]) switch
    {
        CellKind.Number => NumberAt(Map[column]),
        CellKind.Decimal => (double)DecimalAt(Map[column]),
        _ => IntegerAt(Map[column]),
    };

    /// <summary>Gets an exact decimal of an integer or decimal column.</summary>
    /// <param name="column">The column.</param>
    /// <returns>The value.</returns>
    public decimal Decimal(int column) => KindAt(Map[column]) == CellKind.Decimal ? DecimalAt(Map[column]) : IntegerAt(Map[column]);

    /// <summary>Gets text.</summary>
    /// <param name="column">The column.</param>
    /// <returns>The value.</returns>
    public ReadOnlySpan<char> Text(int column) => TextAt(Map[column]);

    /// <summary>Gets a moment or the start of a date.</summary>
    /// <param name="column">The column.</param>
    /// <returns>The value, UTC.</returns>
    public DateTime Moment(int column) => Microseconds.ToDateTime(IntegerAt(Map[column]));

    internal CellKind Kind(int column) => KindAt(Map[column]);

    internal ReadOnlySpan<byte> Binary(int column) => BinaryAt(Map[column]);

    internal abstract CellKind KindAt(int index);

    internal abstract bool HasAt(int index);

    internal abstract long IntegerAt(int index);

    internal abstract double NumberAt(int index);

    internal abstract decimal DecimalAt(int index);

    internal abstract ReadOnlySpan<char> TextAt(int index);

    internal abstract ReadOnlySpan<byte> BinaryAt(int index);
}
