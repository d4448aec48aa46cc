namespace MlOps.Core;

/// <summary>How large a search may be, so that nobody can keep a store busy with one.</summary>
public static class SearchLimits
{
    /// <summary>The most characters of a filter, and of an order.</summary>
    public const int Length = 262_144;

    /// <summary>The most comparisons of a filter.</summary>
    public const int Comparisons = 200;

    /// <summary>The most parentheses and NOTs around a comparison.</summary>
    public const int Depth = 50;

    /// <summary>The most values in the lists of a filter, all together.</summary>
    public const int Values = 10_000;

    /// <summary>The most fields to order by.</summary>
    public const int Orders = 16;
}
