using Apache.Arrow;

namespace MlOps.DataValidation;

/// <summary>Tells the expectations of a suite that can be asked of single rows from the others.</summary>
internal static class RowExpectations
{
    /// <summary>Divides the expectations of a suite. What looks at other rows or at columns that are not there cannot be asked of a row.</summary>
    public static (IReadOnlyList<Expectation> Asked, IReadOnlyList<string> Others) Of(ExpectationSuite suite, Schema schema)
    {
        var plan = new CheckPlan(ArrowFeed.ColumnsOf(schema), new());
        var planned = suite.Expectations.Select(expectation => (Expectation: expectation, Check: Plan(expectation, plan))).ToList();
        var asked = planned.Where(p => p.Check is RowCheck { Rule.IsLocal: true }).Select(p => p.Expectation).ToList();
        var others = planned.Where(p => p.Check is not (RowCheck { Rule.IsLocal: true } or { IsAboutColumns: true }) || (p.Check.IsAboutColumns && !p.Check.Finish().Success)).Select(p => p.Expectation.Filtered).ToList();
        return (asked, others);
    }

    private static Check? Plan(Expectation expectation, CheckPlan plan)
    {
        try
        {
            plan.Filter(expectation.Where);
            return expectation.Plan(plan);
        }
        catch (CheckException)
        {
            return null;
        }
    }
}
