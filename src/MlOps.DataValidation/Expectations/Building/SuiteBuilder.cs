namespace MlOps.DataValidation;

/// <summary>Gathers the expectations of a suite.</summary>
public class SuiteBuilder
{
    private readonly List<Expectation> _expectations = [];

    /// <summary>Gets what was gathered so far.</summary>
    public IReadOnlyList<Expectation> Expectations => _expectations;

    /// <summary>Adds any expectation, such as one of one's own.</summary>
    /// <param name="expectation">The expectation.</param>
    /// <returns>This builder.</returns>
    public SuiteBuilder Add(Expectation expectation)
    {
        ArgumentNullException.ThrowIfNull(expectation);
        _expectations.Add(expectation);
        return this;
    }

    /// <summary>Names a column, to say what is expected of it.</summary>
    /// <param name="name">The column.</param>
    /// <returns>What can be expected.</returns>
    public ColumnExpectations Column(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new(this, name, new());
    }

    /// <summary>Names several columns, to say what is expected of them together.</summary>
    /// <param name="names">The columns.</param>
    /// <returns>What can be expected.</returns>
    public ColumnsExpectations Columns(params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return new(this, names, new());
    }

    /// <summary>Expects a condition to hold for each row, as <c>arrival &gt;= departure</c>.</summary>
    /// <param name="condition">The condition; see <see cref="RowFilter"/>.</param>
    /// <param name="mostly">The share of rows that must meet it.</param>
    /// <param name="severity">What a failure means.</param>
    /// <returns>This builder.</returns>
    public SuiteBuilder Rows(string condition, double mostly = 1, Severity severity = Severity.Error) => Add(new Satisfies(new(condition)) { Mostly = mostly, Severity = severity });

    /// <summary>Expects a number of rows.</summary>
    /// <param name="min">The least number; null for no bound.</param>
    /// <param name="max">The most; null for no bound.</param>
    /// <returns>This builder.</returns>
    public SuiteBuilder RowCount(long? min = null, long? max = null) => Add(new RowCountBetween(min, max));

    /// <summary>Expects as many rows as another table has.</summary>
    /// <param name="reference">The table's name in <see cref="ValidationOptions.References"/>.</param>
    /// <returns>This builder.</returns>
    public SuiteBuilder RowCountOf(string reference) => Add(new RowCountEqualsReference(reference));

    /// <summary>Expects a number of columns.</summary>
    /// <param name="min">The least number; null for no bound.</param>
    /// <param name="max">The most; null for no bound.</param>
    /// <returns>This builder.</returns>
    public SuiteBuilder ColumnCount(long? min = null, long? max = null) => Add(new ColumnCountBetween(min, max));

    /// <summary>Expects these columns.</summary>
    /// <param name="names">The names.</param>
    /// <param name="ordered">Whether in this order.</param>
    /// <param name="allowOthers">Whether others may be there too.</param>
    /// <returns>This builder.</returns>
    public SuiteBuilder ColumnsAre(IReadOnlyList<string> names, bool ordered = false, bool allowOthers = false) => Add(new ColumnsMatch(names, ordered, allowOthers));
}
