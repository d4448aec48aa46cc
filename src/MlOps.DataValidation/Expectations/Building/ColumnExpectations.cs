using MlOps.Core;

namespace MlOps.DataValidation;

/// <summary>What can be expected of a column. Immutable: what is set holds for what follows in the chain.</summary>
public sealed partial class ColumnExpectations
{
    private readonly SuiteBuilder _suite;
    private readonly string _column;
    private readonly ExpectationScope _scope;

    internal ColumnExpectations(SuiteBuilder suite, string column, ExpectationScope scope) => (_suite, _column, _scope) = (suite, column, scope);

    /// <summary>Looks only at rows that meet a condition from here on.</summary>
    /// <param name="filter">The condition, also as text.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Where(RowFilter filter) => new(_suite, _column, _scope with { Where = filter });

    /// <summary>Makes failures warnings from here on: rows are flagged and not rejected.</summary>
    /// <returns>The same column.</returns>
    public ColumnExpectations AsWarning() => new(_suite, _column, _scope with { Severity = Severity.Warning });

    /// <summary>Says what is done with missing values from here on.</summary>
    /// <param name="nulls">What is done.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Missing(NullPolicy nulls) => new(_suite, _column, _scope with { Nulls = nulls });

    /// <summary>Goes on with another column, for which nothing is set.</summary>
    /// <param name="name">The column.</param>
    /// <returns>What can be expected of it.</returns>
    public ColumnExpectations Column(string name) => _suite.Column(name);

    /// <summary>Goes on with several columns together.</summary>
    /// <param name="names">The columns.</param>
    /// <returns>What can be expected of them.</returns>
    public ColumnsExpectations Columns(params IReadOnlyList<string> names) => _suite.Columns(names);

    /// <summary>Expects values within bounds.</summary>
    /// <param name="min">The least value; nothing for no bound.</param>
    /// <param name="max">The most value; nothing for no bound.</param>
    /// <param name="mostly">The share of values that must.</param>
    /// <param name="strictMin">Whether the least value itself is outside.</param>
    /// <param name="strictMax">Whether the most value itself is outside.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Between(Scalar min = default, Scalar max = default, double mostly = 1, bool strictMin = false, bool strictMax = false) =>
        Add(new ValuesBetween(_column, min, max, strictMin, strictMax), mostly);

    /// <summary>Expects no value to be missing.</summary>
    /// <param name="mostly">The share of rows that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations NotNull(double mostly = 1) => Add(new NotNull(_column), mostly);

    /// <summary>Expects every value to be missing.</summary>
    /// <param name="mostly">The share of rows that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Null(double mostly = 1) => Add(new AllNull(_column), mostly);

    /// <summary>Expects no NaN and nothing infinite.</summary>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Finite(double mostly = 1) => Add(new Finite(_column), mostly);

    /// <summary>Expects each value once.</summary>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Unique(double mostly = 1) => Add(new Unique([_column]), mostly);

    /// <summary>Expects values of a list.</summary>
    /// <param name="values">The list.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations InSet(params IReadOnlyList<Scalar> values) => InSet(values, 1);

    /// <summary>Expects values of a list.</summary>
    /// <param name="values">The list.</param>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations InSet(IReadOnlyList<Scalar> values, double mostly) => Add(new ValuesInSet(_column, values), mostly);

    /// <summary>Expects no value of a list.</summary>
    /// <param name="values">The list.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations NotInSet(params IReadOnlyList<Scalar> values) => Add(new ValuesNotInSet(_column, values));

    /// <summary>Expects the values to be keys of another table.</summary>
    /// <param name="reference">The table's name in <see cref="ValidationOptions.References"/>.</param>
    /// <param name="key">The table's column; null for the same name.</param>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations In(string reference, string? key = null, double mostly = 1) => Add(new InReference([_column], reference, [key ?? _column]), mostly);

    /// <summary>Expects the column to have one of some types.</summary>
    /// <param name="types">The types.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations OfType(params IReadOnlyList<ColumnType> types) => Add(new OfType(_column, types));

    /// <summary>Expects the values to compare with another column of the row.</summary>
    /// <param name="comparison">How they compare.</param>
    /// <param name="other">The other column.</param>
    /// <param name="mostly">The share of rows that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Is(Comparison comparison, string other, double mostly = 1) => Add(new ColumnsCompare(_column, comparison, other), mostly);

    /// <summary>Expects values that rise, or fall, from row to row.</summary>
    /// <param name="descending">Whether they fall.</param>
    /// <param name="strictly">Whether equal neighbours fail.</param>
    /// <param name="mostly">The share of values that must.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Ordered(bool descending = false, bool strictly = false, double mostly = 1) => Add(new Ordered(_column, descending, strictly), mostly);

    /// <summary>Adds an expectation with what was set before in the chain.</summary>
    /// <param name="expectation">The expectation, such as one of one's own.</param>
    /// <param name="mostly">The share of rows that must meet it.</param>
    /// <returns>The same column.</returns>
    public ColumnExpectations Add(Expectation expectation, double mostly = 1)
    {
        ArgumentNullException.ThrowIfNull(expectation);
        _suite.Add(_scope.Apply(expectation, mostly));
        return this;
    }
}
