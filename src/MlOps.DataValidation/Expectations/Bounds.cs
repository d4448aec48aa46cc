namespace MlOps.DataValidation;

/// <summary>Checks the bounds of ranges and puts them into words.</summary>
internal static class Bounds
{
    /// <summary>Refuses a range without bounds and one whose lower bound is above its upper one.</summary>
    public static Scalar Check(Scalar min, Scalar max)
    {
        if (min.IsMissing && max.IsMissing) throw new ArgumentException("A range needs a least or a most value; both are missing.", nameof(min));
        if (Order(min, max) > 0) throw new ArgumentException($"The least value {min} is above the most value {max}.", nameof(min));
        if (min.Value is double.NaN || max.Value is double.NaN) throw new ArgumentException("NaN bounds nothing.", nameof(min));
        return max;
    }

    public static string Words(Scalar min, Scalar max, bool strictMin = false, bool strictMax = false)
    {
        var (least, most) = (ExpectationNames.Literal(min), ExpectationNames.Literal(max));
        if (min.IsMissing) return $"{(strictMax ? "below" : "at most")} {most}";
        if (max.IsMissing) return $"{(strictMin ? "above" : "at least")} {least}";
        if (!strictMin && !strictMax) return min == max ? least : $"between {least} and {most}";
        return $"{(strictMin ? "above" : "at least")} {least} and {(strictMax ? "below" : "at most")} {most}";
    }

    /// <summary>Says whether an observed number lies in a range.</summary>
    public static bool Contain(double observed, Scalar min, Scalar max, bool strictMin = false, bool strictMax = false)
    {
        if (double.IsNaN(observed)) return false;
        if (Number(min) is { } least && (strictMin ? observed <= least : observed < least)) return false;
        return Number(max) is not { } most || (strictMax ? observed < most : observed <= most);
    }

    /// <summary>The number of a bound; null when there is none.</summary>
    public static double? Number(Scalar bound) => bound.Value switch
    {
        null => null,
        long integer => integer,
        double number => number,
        decimal exact => (double)exact,
        bool flag => flag ? 1 : 0,
        _ => throw new CheckException($"{ExpectationNames.Literal(bound)} is no number, so a number cannot be compared with it."),
    };

    private static int? Order(Scalar a, Scalar b) => (a.Value, b.Value) switch
    {
        (null, _) or (_, null) => null,
        (string x, string y) => string.CompareOrdinal(x, y),
        (DateTime x, DateTime y) => x.CompareTo(y),
        (DateOnly x, DateOnly y) => x.CompareTo(y),
        (long or double or decimal or bool, long or double or decimal or bool) => Number(a)!.Value.CompareTo(Number(b)!.Value),
        _ => null,
    };
}
