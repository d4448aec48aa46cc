namespace MlOps.DataValidation;

/// <summary>Texts have a length within bounds, counted in Unicode characters.</summary>
/// <param name="Column">The column of text.</param>
/// <param name="Min">The least length; null for no bound.</param>
/// <param name="Max">The most length; null for no bound.</param>
/// <param name="StrictMin">Whether the least length itself is outside.</param>
/// <param name="StrictMax">Whether the most length itself is outside.</param>
public sealed record LengthBetween(string Column, long? Min = null, long? Max = null, bool StrictMin = false, bool StrictMax = false) : ColumnExpectation(Column)
{
    /// <summary>Gets the most length.</summary>
    public long? Max { get; init; } = (long?)Bounds.Check(new(Min), new(Max)).Value;

    /// <inheritdoc/>
    protected override string Describe() => $"'{Column}' has a length of {Bounds.Words(new(Min), new(Max), StrictMin, StrictMax)}";

    internal override Check Plan(CheckPlan plan)
    {
        var column = plan.Column(Column);
        if (column.Kind is not (CellKind.Text or CellKind.Nothing)) throw column.Unfit("a length");
        return Rows(new LengthRule(column.Index, (Min ?? 0) + (StrictMin ? 1 : 0), (Max ?? long.MaxValue) - (StrictMax ? 1 : 0)));
    }
}
