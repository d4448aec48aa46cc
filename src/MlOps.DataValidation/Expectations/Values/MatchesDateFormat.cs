namespace MlOps.DataValidation;

/// <summary>Texts are dates or times in a format of strftime, as %Y-%m-%d.</summary>
/// <param name="Column">The column of text.</param>
/// <param name="Format">
/// The format: %Y %y %m %d %H %I %M %S %f %p %j %a %A %b %B %z %Z %w %u %U %W %V %G and %%; blanks fit any blanks, everything else itself. Names of days and months are English, case does not count.
/// </param>
public sealed record MatchesDateFormat(string Column, string Format) : ColumnExpectation(Column)
{
    /// <summary>Gets the format.</summary>
    public string Format { get; init; } = DateFormat.Check(Format);

    /// <inheritdoc/>
    protected override string Describe() => $"'{Column}' has the date format {Format}";

    internal override Check Plan(CheckPlan plan) => Rows(new ReadableRule(FilterTerms.TextColumn(plan.Column(Column)), new DateFormat(Format).Reads));
}
