namespace MlOps.DataValidation;

/// <summary>An expectation about several columns of a row.</summary>
/// <param name="Columns">The columns.</param>
public abstract record SeveralColumns(IReadOnlyList<string> Columns) : Expectation(NullPolicy.IgnoreAll)
{
    /// <summary>Gets the columns.</summary>
    public sealed override IReadOnlyList<string> Columns { get; } = Columns is null or { Count: 0 } ? throw new ArgumentException("There is no column.", nameof(Columns)) : Columns;

    internal int[] Bind(CheckPlan plan) => [.. Columns.Select(c => plan.Column(c).Index)];
}
