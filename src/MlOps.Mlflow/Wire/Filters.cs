namespace MlOps.Mlflow;

/// <summary>Filters and orders as the stores take them.</summary>
internal static class Filters
{
    private const int MaxLength = 100_000;

    public static string? Of(string? filter)
    {
        if (string.IsNullOrWhiteSpace(filter)) return null;
        return filter.Length <= MaxLength ? filter : throw WireException.Invalid($"The filter is longer than {MaxLength} characters.");
    }

    public static IReadOnlyList<string> Order(IReadOnlyList<string> orderBy)
    {
        if (orderBy.Count > 100) throw WireException.Invalid("`order_by` has more than 100 fields");
        return orderBy;
    }
}
