using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Makes the terms that compare columns.</summary>
internal static class FilterTerms
{
    public static FilterTerm Literal(BoundColumn column, Comparison comparison, Scalar value)
    {
        if (value.IsMissing)
        {
            return comparison switch
            {
                Comparison.Equal => new MissingTerm(column.Index),
                Comparison.NotEqual => new NotTerm(new MissingTerm(column.Index)),
                _ => throw new CheckException($"Column '{column.Name}' is compared with null by {comparison.Symbol()}. Write 'is null' or 'is not null'."),
            };
        }

        if (column.Kind == CellKind.Text && value.Value is long or double) return Read(column, comparison, Literals.Number(value, column));
        value = Fit(column, value);
        return comparison switch
        {
            Comparison.Equal => new RuleTerm(Ranges.Rule(column, value, value)),
            Comparison.NotEqual => new NotTerm(new RuleTerm(Ranges.Rule(column, value, value))),
            Comparison.Less => new RuleTerm(Ranges.Rule(column, default, value, strictMax: true)),
            Comparison.LessOrEqual => new RuleTerm(Ranges.Rule(column, default, value)),
            Comparison.Greater => new RuleTerm(Ranges.Rule(column, value, default, strictMin: true)),
            _ => new RuleTerm(Ranges.Rule(column, value, default)),
        };
    }

    public static FilterTerm Columns(BoundColumn first, Comparison comparison, BoundColumn second) =>
        new RuleTerm(new ComparisonRule(first, comparison, second), judgesMissing: true);

    public static int TextColumn(BoundColumn column) => column.Kind is CellKind.Text or CellKind.Nothing ? column.Index : throw column.Unfit("a pattern");

    // Text that was never cast is read as a number; what is no number is different from every number.
    private static FilterTerm Read(BoundColumn column, Comparison comparison, double value)
    {
        var rule = new ReadableRule(column.Index, text =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && comparison.Holds(double.IsNaN(number) ? null : number.CompareTo(value)));
        return comparison == Comparison.NotEqual ? new NotTerm(Read(column, Comparison.Equal, value)) : new RuleTerm(rule);
    }

    // In a filter, which is text itself, a number may stand in quotes.
    private static Scalar Fit(BoundColumn column, Scalar value) => value.Value is string text && column.Kind.IsNumeric()
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : value;
}
