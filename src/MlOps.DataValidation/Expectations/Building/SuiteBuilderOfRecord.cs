using System.Linq.Expressions;

namespace MlOps.DataValidation;

/// <summary>Gathers the expectations of a suite whose columns are the members of a record, so that the compiler finds a wrong name.</summary>
/// <typeparam name="T">The record.</typeparam>
public sealed class SuiteBuilder<T> : SuiteBuilder
{
    /// <summary>Names a column, to say what is expected of it.</summary>
    /// <param name="member">The member, as <c>x =&gt; x.Distance</c>.</param>
    /// <returns>What can be expected.</returns>
    public ColumnExpectations Column(Expression<Func<T, object?>> member) => Column(Name(member));

    /// <summary>Names several columns, to say what is expected of them together.</summary>
    /// <param name="members">The members.</param>
    /// <returns>What can be expected.</returns>
    public ColumnsExpectations Columns(params IReadOnlyList<Expression<Func<T, object?>>> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return Columns([.. members.Select(Name)]);
    }

    /// <summary>Expects a condition to hold for each row.</summary>
    /// <param name="condition">The condition; see <see cref="RowFilter.Of{T}"/> for what it may hold.</param>
    /// <param name="mostly">The share of rows that must meet it.</param>
    /// <param name="severity">What a failure means.</param>
    /// <returns>This builder.</returns>
    public SuiteBuilder<T> Rows(Expression<Func<T, bool>> condition, double mostly = 1, Severity severity = Severity.Error)
    {
        Add(new Satisfies(RowFilter.Of(condition)) { Mostly = mostly, Severity = severity });
        return this;
    }

    /// <summary>Makes a filter for <see cref="ColumnExpectations.Where"/>.</summary>
    /// <param name="condition">The condition.</param>
    /// <returns>The filter.</returns>
    public RowFilter Filter(Expression<Func<T, bool>> condition) => RowFilter.Of(condition);

    private static string Name(Expression<Func<T, object?>> member)
    {
        ArgumentNullException.ThrowIfNull(member);
        return FilterTranslator.Member(member.Body, member.Parameters[0])
            ?? throw new ArgumentException($"'{member.Body}' is no member of {typeof(T).Name}. Write it as x => x.Name.", nameof(member));
    }
}
