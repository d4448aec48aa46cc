namespace MlOps.Core;

/// <summary>Decides in memory what the databases decide in SQL.</summary>
internal static class SearchEvaluation
{
    internal static bool Holds(SearchFilter? filter, Func<SearchField, IEnumerable<object>> valuesOf) => filter switch
    {
        null => true,
        SearchAll all => all.Parts.All(part => Holds(part, valuesOf)),
        SearchAny any => any.Parts.Any(part => Holds(part, valuesOf)),
        SearchNot not => !Holds(not.Part, valuesOf),
        TextComparison c => valuesOf(c.Field).Any(value => Holds(c.Operator, (string)value, c.Value)),
        ListComparison c => valuesOf(c.Field).Any(value => c.Values.Contains((string)value) != c.IsNegated),
        NumberComparison c => valuesOf(c.Field).Any(value => Holds(c.Operator, value is long micros ? Millis(micros) : (double)value, c.Value)),
        _ => throw new ArgumentException($"A {filter.GetType().Name} is no condition that this version knows.", nameof(filter)),
    };

    /// <summary>Compares two rows by the values of an order.</summary>
    internal static int Compare(IReadOnlyList<SearchOrder> orders, IReadOnlyList<object?> a, IReadOnlyList<object?> b)
    {
        for (var i = 0; i < orders.Count; i++)
        {
            var rank = Rank(a[i]).CompareTo(Rank(b[i]));
            if (rank != 0) return rank;
            var order = Rank(a[i]) > 0 ? 0 : (a[i], b[i]) switch
            {
                (string x, string y) => SearchText.Order.Compare(x, y),
                (long x, long y) => x.CompareTo(y),
                (double x, double y) => x.CompareTo(y),
                _ => throw new ArgumentException($"The values of '{orders[i].Field.Key}' are of two types.", nameof(a)),
            };
            if (order != 0) return orders[i].IsDescending ? -order : order;
        }

        return 0;
    }

    private static double Millis(long micros) => Math.DivRem(micros, 1000) is (var whole, < 0) ? whole - 1 : micros / 1000;

    private static int Rank(object? value) => value switch { null => 2, double.NaN => 1, _ => 0 };

    private static bool Holds(SearchOperator comparison, string value, string wanted) => comparison switch
    {
        SearchOperator.Equal => value == wanted,
        SearchOperator.NotEqual => value != wanted,
        _ => SearchText.IsLike(value, wanted, ignoresCase: comparison == SearchOperator.ILike),
    };

    private static bool Holds(SearchOperator comparison, double value, double wanted) => comparison switch
    {
        SearchOperator.Equal => value.Equals(wanted) || value == wanted,
        SearchOperator.NotEqual => !value.Equals(wanted) && value != wanted,
        SearchOperator.Less => value < wanted,
        SearchOperator.LessOrEqual => value <= wanted,
        SearchOperator.Greater => value > wanted,
        _ => value >= wanted,
    };
}
