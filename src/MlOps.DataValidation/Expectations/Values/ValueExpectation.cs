namespace MlOps.DataValidation;

/// <summary>The base of a check of one's own about one value.</summary>
/// <typeparam name="T">
/// How the value is seen: <see cref="long"/> for integers, <see cref="double"/> or <see cref="decimal"/> for any numbers, <see cref="bool"/>, <see cref="DateTime"/> (UTC) for dates and
/// moments, or <see cref="ReadOnlySpan{T}"/> of <see cref="char"/> for text.
/// </typeparam>
/// <param name="Column">The column.</param>
/// <remarks>
/// <code>public sealed record Even(string Column) : ValueExpectation&lt;long&gt;(Column)
/// {
///     protected override string Describe() =&gt; $"'{Column}' is even";
///     protected override bool Passes(long value) =&gt; value % 2 == 0;
/// }</code>
/// </remarks>
public abstract record ValueExpectation<T>(string Column) : ColumnExpectation(Column)
    where T : allows ref struct
{
    /// <summary>Says whether a value is as expected. It is called for values that are there, from several threads at once, and should not allocate. Equal values must have the same outcome: a text that comes often is judged once.</summary>
    /// <param name="value">The value.</param>
    /// <returns>True when it is.</returns>
    protected abstract bool Passes(T value);

    internal bool Judge(T value) => Passes(value);

    internal sealed override Check Plan(CheckPlan plan) => Rows(CustomRules.Of(this, plan.Column(Column)));
}
