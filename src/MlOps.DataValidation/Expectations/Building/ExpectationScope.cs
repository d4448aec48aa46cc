namespace MlOps.DataValidation;

/// <summary>What holds for the expectations that are added next.</summary>
internal sealed record ExpectationScope(Severity Severity = Severity.Error, RowFilter? Where = null, NullPolicy? Nulls = null)
{
    public Expectation Apply(Expectation expectation, double mostly = 1) =>
        expectation with { Severity = Severity, Where = Where, Mostly = mostly, Nulls = Nulls ?? expectation.Nulls };
}
