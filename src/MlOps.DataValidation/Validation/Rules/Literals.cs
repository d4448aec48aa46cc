using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Reads the values in an expectation as values of the column that they are compared with.</summary>
internal static class Literals
{
    public static double Number(Scalar value, BoundColumn column) => value.Value switch
    {
        long integer => integer,
        double number => number,
        decimal exact => (double)exact,
        bool flag => flag ? 1 : 0,
        _ => throw Unfit(value, column),
    };

    public static decimal Decimal(Scalar value, BoundColumn column) => value.Value switch
    {
        long integer => integer,
        decimal exact => exact,
        bool flag => flag ? 1 : 0,
        double number when number >= (double)decimal.MaxValue => decimal.MaxValue,
        double number when number <= (double)decimal.MinValue => decimal.MinValue,
        double number when !double.IsNaN(number) => (decimal)number,
        _ => throw Unfit(value, column),
    };

    public static string Text(Scalar value, BoundColumn column) => value.Value is string text ? text : throw Unfit(value, column);

    /// <summary>The value itself in a column of 64 bits; null when no such column can hold it, as 1.5 among integers.</summary>
    public static long? Integer(Scalar value, BoundColumn column) => column.Kind.IsTime()
        ? Time(value, column)
        : value.Value switch
        {
            long integer => integer,
            bool flag => flag ? 1 : 0,
            double number => double.IsInteger(number) && Math.Abs(number) < 9.2e18 ? (long)number : null,
            decimal exact => decimal.IsInteger(exact) && Math.Abs(exact) <= long.MaxValue ? (long)exact : null,
            _ => throw Unfit(value, column),
        };

    /// <summary>The least integer that is at or above a bound; null when there is none.</summary>
    public static long? LeastInteger(Scalar bound, bool strict, BoundColumn column)
    {
        if (Integer(bound, column) is { } exact) return !strict ? exact : exact < long.MaxValue ? exact + 1 : null;
        var number = Number(bound, column);
        return number >= long.MaxValue || double.IsNaN(number) ? null : number < long.MinValue ? long.MinValue : (long)Math.Ceiling(number);
    }

    /// <summary>The largest integer that is at or below a bound; null when there is none.</summary>
    public static long? MostInteger(Scalar bound, bool strict, BoundColumn column)
    {
        if (Integer(bound, column) is { } exact) return !strict ? exact : exact > long.MinValue ? exact - 1 : null;
        var number = Number(bound, column);
        return number < long.MinValue || double.IsNaN(number) ? null : number >= long.MaxValue ? long.MaxValue : (long)Math.Floor(number);
    }

    private static long Time(Scalar value, BoundColumn column) => value.Value switch
    {
        DateTime moment => Microseconds.Of(moment),
        DateOnly date => Microseconds.Of(date),
        string text when Microseconds.TryParse(text, out var microseconds) => microseconds,
        _ => throw Unfit(value, column),
    };

    private static CheckException Unfit(Scalar value, BoundColumn column) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Column '{column.Name}' holds {column.Kind.Words()}, which cannot be compared with {ExpectationNames.Literal(value)}. Write the value as the column's type, or cast the column."));
}
