using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Declares what a version must meet before an alias moves to it.</summary>
/// <remarks>
/// All of it is asked, and all that is not met is said at once. When an alias goes back to a version that had it before, only <see cref="Loads"/> is asked unless
/// <see cref="AlsoOnRollBack"/> is declared: going back must work at two in the morning. The removal of an alias is always let pass.
/// </remarks>
public sealed class ModelGateBuilder
{
    internal List<IModelCheck> Checks { get; } = [];

    internal bool AsksOnRollBack { get; private set; }

    /// <summary>Asks that a metric is at least a bound.</summary>
    /// <param name="metric">The metric, as auc.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="on">The judgement that has it.</param>
    /// <param name="slice">The slice of the rows, as its report calls it; null for all rows.</param>
    /// <returns>This builder.</returns>
    public ModelGateBuilder AtLeast(string metric, double bound, JudgedOn on = JudgedOn.Validation, string? slice = null) =>
        Add(new BoundCheck(Named(metric), Number(bound), IsLeast: true, on, slice));

    /// <summary>Asks that a metric is at most a bound.</summary>
    /// <param name="metric">The metric, as rmse.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="on">The judgement that has it.</param>
    /// <param name="slice">The slice of the rows, as its report calls it; null for all rows.</param>
    /// <returns>This builder.</returns>
    public ModelGateBuilder AtMost(string metric, double bound, JudgedOn on = JudgedOn.Validation, string? slice = null) =>
        Add(new BoundCheck(Named(metric), Number(bound), IsLeast: false, on, slice));

    /// <summary>Asks that a metric for which more is better is no lower than that of the version which has the alias, judged on the same rows.</summary>
    /// <param name="metric">The metric, as auc.</param>
    /// <param name="tolerance">By how much it may be lower.</param>
    /// <param name="on">The judgement that has it.</param>
    /// <param name="slice">The slice of the rows, as its report calls it; null for all rows.</param>
    /// <returns>This builder.</returns>
    /// <remarks>Without a version that has the alias it holds. It does not hold when the two were never judged on the same rows.</remarks>
    public ModelGateBuilder NoLowerThanIncumbent(string metric, double tolerance = 0, JudgedOn on = JudgedOn.Validation, string? slice = null) =>
        Add(new IncumbentCheck(Named(metric), Tolerance(tolerance), IsLeast: true, on, slice));

    /// <summary>Asks that a metric for which less is better is no higher than that of the version which has the alias, judged on the same rows.</summary>
    /// <param name="metric">The metric, as rmse.</param>
    /// <param name="tolerance">By how much it may be higher.</param>
    /// <param name="on">The judgement that has it.</param>
    /// <param name="slice">The slice of the rows, as its report calls it; null for all rows.</param>
    /// <returns>This builder.</returns>
    /// <remarks>Without a version that has the alias it holds. It does not hold when the two were never judged on the same rows.</remarks>
    public ModelGateBuilder NoHigherThanIncumbent(string metric, double tolerance = 0, JudgedOn on = JudgedOn.Validation, string? slice = null) =>
        Add(new IncumbentCheck(Named(metric), Tolerance(tolerance), IsLeast: false, on, slice));

    /// <summary>Asks that the version loads in this host and predicts the samples of its bundle as it did when it was packaged. It needs an <see cref="IModelLoader"/>.</summary>
    /// <returns>This builder.</returns>
    public ModelGateBuilder Loads() => Add(new LoadCheck());

    /// <summary>Asks that people in a role have approved of the version for this alias: see <see cref="IModelRegistry.ApproveAsync"/>.</summary>
    /// <param name="role">The role, as risk-officer.</param>
    /// <param name="persons">How many different ones. Whoever registered the version does not count, nor do two that differ in case or in spaces around only.</param>
    /// <returns>This builder.</returns>
    public ModelGateBuilder ApprovedBy(string role, int persons = 1)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(role);
        ArgumentOutOfRangeException.ThrowIfLessThan(persons, 1);
        return Add(new ApprovalCheck(role, persons));
    }

    /// <summary>Asks everything also when the alias goes back to a version that had it before.</summary>
    /// <returns>This builder.</returns>
    public ModelGateBuilder AlsoOnRollBack()
    {
        AsksOnRollBack = true;
        return this;
    }

    private ModelGateBuilder Add(IModelCheck check)
    {
        Checks.Add(check);
        return this;
    }

    private static string Named(string metric)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(metric);
        return metric;
    }

    private static double Number(double bound) => double.IsFinite(bound) ? bound : throw new ArgumentException("A bound is a finite number.", nameof(bound));

    private static double Tolerance(double tolerance) => double.IsFinite(tolerance) && tolerance >= 0 ? tolerance : throw new ArgumentException("A tolerance is a finite number and not negative.", nameof(tolerance));
}

/// <summary>The judgement that a gate looks at.</summary>
public enum JudgedOn
{
    /// <summary>That on the validation split.</summary>
    Validation,

    /// <summary>That on the holdout, which is made on acceptance only.</summary>
    Holdout,
}
