namespace MlOps.DataValidation;

/// <summary>Makes the rule of a range for a column, whatever its type.</summary>
internal static class Ranges
{
    public static RowRule Rule(BoundColumn column, Scalar min, Scalar max, bool strictMin = false, bool strictMax = false)
    {
        switch (column.Kind)
        {
            case CellKind.Number:
                var least = min.IsMissing ? double.NegativeInfinity : Literals.Number(min, column);
                var most = max.IsMissing ? double.PositiveInfinity : Literals.Number(max, column);
                return new NumberRange(column.Index, strictMin ? Math.BitIncrement(least) : least, strictMax ? Math.BitDecrement(most) : most);
            case CellKind.Decimal:
                return new DecimalRange(column.Index, min.IsMissing ? null : Literals.Decimal(min, column), max.IsMissing ? null : Literals.Decimal(max, column)) { StrictLeast = strictMin, StrictMost = strictMax };
            case CellKind.Text:
                return new TextRange(column.Index, min.IsMissing ? null : Literals.Text(min, column), max.IsMissing ? null : Literals.Text(max, column)) { StrictLeast = strictMin, StrictMost = strictMax };
            case CellKind.Nothing:
                return new ConstantRule(true, column.Index);
            case CellKind.Boolean or CellKind.Integer or CellKind.Date or CellKind.Moment:
                var low = min.IsMissing ? long.MinValue : Literals.LeastInteger(min, strictMin, column);
                var high = max.IsMissing ? long.MaxValue : Literals.MostInteger(max, strictMax, column);
                return low is { } a && high is { } b ? new IntegerRange(column.Index, a, b) : new ConstantRule(false, column.Index);
            default:
                throw column.Unfit("a range");
        }
    }
}
