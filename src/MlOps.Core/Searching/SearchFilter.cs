namespace MlOps.Core;

/// <summary>A condition on what is searched, as a tree. It is either true or false of each: a comparison is false of what does not have the field.</summary>
public abstract record SearchFilter
{
    private protected SearchFilter()
    {
    }

    /// <summary>Reads a condition.</summary>
    /// <param name="text">The condition in MLflow's grammar with OR, NOT, parentheses and IN.</param>
    /// <param name="kind">What is searched.</param>
    /// <returns>The condition; null for none, which is true of all.</returns>
    /// <exception cref="SearchException">The text is not understood, or is larger than the limits of <see cref="SearchLimits"/>.</exception>
    public static SearchFilter? Parse(string? text, Searchable kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return string.IsNullOrWhiteSpace(text) ? null : new SearchParser(text, kind).Parse();
    }
}

/// <summary>Holds when all of its parts hold.</summary>
/// <param name="Parts">The parts: two or more.</param>
public sealed record SearchAll(IReadOnlyList<SearchFilter> Parts) : SearchFilter;

/// <summary>Holds when one of its parts holds.</summary>
/// <param name="Parts">The parts: two or more.</param>
public sealed record SearchAny(IReadOnlyList<SearchFilter> Parts) : SearchFilter;

/// <summary>Holds when its part does not.</summary>
/// <param name="Part">The part.</param>
public sealed record SearchNot(SearchFilter Part) : SearchFilter;

/// <summary>Compares a field with a text: as it is, or as a pattern in which % stands for any characters and _ for one.</summary>
/// <param name="Field">The field.</param>
/// <param name="Operator">How to compare.</param>
/// <param name="Value">The text or the pattern.</param>
public sealed record TextComparison(SearchField Field, SearchOperator Operator, string Value) : SearchFilter;

/// <summary>Compares a field with several texts.</summary>
/// <param name="Field">The field.</param>
/// <param name="Values">The texts: one or more.</param>
/// <param name="IsNegated">Whether the field must be none of them, rather than one.</param>
public sealed record ListComparison(SearchField Field, IReadOnlyList<string> Values, bool IsNegated) : SearchFilter;

/// <summary>Compares a field with a number. NaN is equal to NaN, and neither greater nor less than any number.</summary>
/// <param name="Field">The field.</param>
/// <param name="Operator">How to compare.</param>
/// <param name="Value">The number; milliseconds since 1970 for a moment.</param>
public sealed record NumberComparison(SearchField Field, SearchOperator Operator, double Value) : SearchFilter;

/// <summary>How a field is compared.</summary>
public enum SearchOperator
{
    /// <summary>Is equal.</summary>
    Equal,

    /// <summary>Is there and is not equal.</summary>
    NotEqual,

    /// <summary>Is less; numbers only.</summary>
    Less,

    /// <summary>Is less or equal; numbers only.</summary>
    LessOrEqual,

    /// <summary>Is greater; numbers only.</summary>
    Greater,

    /// <summary>Is greater or equal; numbers only.</summary>
    GreaterOrEqual,

    /// <summary>Has the form of a pattern, in the same case; texts only.</summary>
    Like,

    /// <summary>Has the form of a pattern, in whatever case; texts only.</summary>
    ILike,
}
