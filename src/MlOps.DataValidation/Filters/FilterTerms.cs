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

    // In a filter, which is text itself, a number may stand in quotes.
    private static Scalar Fit(BoundColumn column, Scalar value) => value.Value is string text && column.Kind.IsNumeric()
        && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : value;
}
