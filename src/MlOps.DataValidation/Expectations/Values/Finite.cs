namespace MlOps.DataValidation;

/// <summary>No value is NaN or infinite.</summary>
/// <param name="Column">The column.</param>
public sealed record Finite(string Column) : ColumnExpectation(Column)
{
    /// <inheritdoc/>
    protected override string Describe() => $"'{Column}' is a finite number";

    internal override Check Plan(CheckPlan plan)
    {
        var column = plan.Column(Column);
        return Rows(column.Kind == CellKind.Number ? new NumberRange(column.Index, double.MinValue, double.MaxValue)
            : column.Kind.IsNumeric() || column.Kind == CellKind.Nothing ? new ConstantRule(true, column.Index)
            : throw column.Unfit("being finite"));
    }
}
