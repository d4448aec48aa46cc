using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>A text reads as an integer or a number that lies in a range.</summary>
internal sealed record ReadsAsNumber(string Column, bool IsInteger, double? Min, double? Max, bool AllowsNaN, bool AllowsInfinity) : ValueExpectation<ReadOnlySpan<char>>(Column)
{
    protected override string Describe() => $"'{Column}' reads as {(IsInteger ? "an integer" : "a number")}{(Min is null && Max is null ? "" : $" of {Bounds.Words(new(Min), new(Max), false, false)}")}";

    protected override bool Passes(ReadOnlySpan<char> value)
    {
        value = value.Trim();
        if (IsInteger) return long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && !(whole < Min) && !(whole > Max);
        if (!TextNumberChecks.TryReal(value, out var number)) return false;
        return double.IsNaN(number) ? AllowsNaN : !(number < Min) && !(number > Max) && (AllowsInfinity || !double.IsInfinity(number));
    }
}
