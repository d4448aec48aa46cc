namespace MlOps.DataValidation;

/// <summary>What can be expected of several columns together. Immutable: what is set holds for what follows in the chain.</summary>
public sealed class ColumnsExpectations
{
    private readonly SuiteBuilder _suite;
    private readonly IReadOnlyList<string> _columns;
    private readonly ExpectationScope _scope;

    internal ColumnsExpectations(SuiteBuilder suite, IReadOnlyList<string> columns, ExpectationScope scope) => (_suite, _columns, _scope) = (suite, columns, scope);

    /// <summary>Looks only at rows that meet a condition from here on.</summary>
    /// <param name="filter">The condition, also as text.</param>
    /// <returns>The same columns.</returns>
    public ColumnsExpectations Where(RowFilter filter) => new(_suite, _columns, _scope with { Where = filter });

    /// <summary>Makes failures warnings from here on.</summary>
    /// <returns>The same columns.</returns>
    public ColumnsExpectations AsWarning() => new(_suite, _columns, _scope with { Severity = Severity.Warning });

    /// <summary>Says what is done with missing values from here on.</summary>
    /// <param name="nulls">What is done.</param>
    /// <returns>The same columns.</returns>
    public ColumnsExpectations Missing(NullPolicy nulls) => new(_suite, _columns, _scope with { Nulls = nulls });

    /// <summary>Expects the values together to come once.</summary>
    /// <param name="mostly">The share of rows that must.</param>
    /// <returns>The same columns.</returns>
    public ColumnsExpectations Unique(double mostly = 1) => Add(new Unique(_columns), mostly);

    /// <summary>Expects the values within a row to differ.</summary>
    /// <param name="mostly">The share of rows that must.</param>
    /// <returns>The same columns.</returns>
    public ColumnsExpectations UniqueWithinRow(double mostly = 1) => Add(new UniqueWithinRow(_columns), mostly);

    /// <summary>Expects the values of a row to have a sum.</summary>
    /// <param name="total">The sum.</param>
    /// <param name="tolerance">How far it may be off.</param>
    /// <param name="mostly">The share of rows that must.</param>
    /// <returns>The same columns.</returns>
    public ColumnsExpectations SumTo(Scalar total, double tolerance = 0, double mostly = 1) => Add(new SumEquals(_columns, total, tolerance), mostly);

    /// <summary>Expects the values to be the key of a row of another table.</summary>
    /// <param name="reference">The table's name in <see cref="ValidationOptions.References"/>.</param>
    /// <param name="keys">The table's columns; none for the same names.</param>
    /// <returns>The same columns.</returns>
    public ColumnsExpectations In(string reference, params IReadOnlyList<string> keys) => Add(new InReference(_columns, reference, keys is { Count: > 0 } ? keys : _columns), 1);

    private ColumnsExpectations Add(Expectation expectation, double mostly)
    {
        _suite.Add(_scope.Apply(expectation, mostly));
        return this;
    }
}
