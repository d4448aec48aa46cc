namespace MlOps.DataValidation;

/// <summary>Values rise or fall from each row to the next one that is not missing. It needs the rows in their order and says nothing about one record.</summary>
/// <param name="Column">The column of numbers, dates, moments or text.</param>
/// <param name="Descending">Whether they fall.</param>
/// <param name="Strictly">Whether equal neighbours fail.</param>
public sealed record Ordered(string Column, bool Descending = false, bool Strictly = false) : ColumnExpectation(Column)
{
    /// <inheritdoc/>
    protected override string Describe() => $"'{Column}' {(Strictly ? "always " : string.Empty)}{(Descending ? "falls" : "rises")}{(Strictly ? string.Empty : " or stays")} from row to row";

    internal override Check Plan(CheckPlan plan)
    {
        var column = plan.Column(Column);
        if (column.Kind is CellKind.Binary or CellKind.Other) throw column.Unfit("an order");
        return Rows(new OrderRule(column, Descending, Strictly));
    }
}
