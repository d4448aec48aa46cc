using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>Texts can be read as dates or times in one of the usual ways of writing them in English or by ISO 8601.</summary>
/// <param name="Column">The column of text.</param>
public sealed record DateParseable(string Column) : ColumnExpectation(Column)
{
    private const DateTimeStyles Styles = DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.AssumeUniversal;

    /// <inheritdoc/>
    protected override string Describe() => $"'{Column}' can be read as a date";

    internal override Check Plan(CheckPlan plan) => Rows(new ReadableRule(
        FilterTerms.TextColumn(plan.Column(Column)),
        static text => DateTime.TryParse(text, CultureInfo.InvariantCulture, Styles, out _) || DateTime.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, Styles, out _)));
}
