namespace MlOps.DataValidation;

/// <summary>A number lies in a range, and is NaN or infinite only where that is allowed.</summary>
internal sealed record RealBetween(string Column, double? Min, double? Max, bool AllowsNaN, bool AllowsInfinity) : ValueExpectation<double>(Column)
{
    protected override string Describe() => $"'{Column}' is a number of {Bounds.Words(new(Min), new(Max), false, false)}{(AllowsNaN ? " or NaN" : "")}";

    protected override bool Passes(double value) =>
        double.IsNaN(value) ? AllowsNaN : !(value < Min) && !(value > Max) && (AllowsInfinity || !double.IsInfinity(value));
}
