using System.Globalization;

namespace MlOps.DataValidation;

/// <summary>The latest moment of a column is not older than some time, by the clock of the validation.</summary>
/// <param name="Column">The column of dates or moments.</param>
/// <param name="MaxAge">The age, above zero.</param>
public sealed record Fresh(string Column, TimeSpan MaxAge) : ColumnExpectation(Column)
{
    /// <summary>Gets the age.</summary>
    public TimeSpan MaxAge { get; init; } = MaxAge > TimeSpan.Zero ? MaxAge : throw new ArgumentOutOfRangeException(nameof(MaxAge), MaxAge, "The age is above zero.");

    /// <inheritdoc/>
    protected override string Describe() => $"the latest '{Column}' is at most {MaxAge.ToString("g", CultureInfo.InvariantCulture)} old";

    internal override Check Plan(CheckPlan plan)
    {
        var column = plan.Column(Column);
        if (!column.Kind.IsTime() && column.Kind != CellKind.Nothing) throw column.Unfit("an age");
        var summary = plan.Share($"{column.Index}", this, () => new ColumnSummary(column));
        return new AggregateCheck(this, [column.Index], _ =>
        {
            if (summary.Count == 0) return new(false, default, "there are no values");
            var latest = Microseconds.ToDateTime(summary.MostInteger);
            var age = plan.Options.Time.GetUtcNow().UtcDateTime - latest;
            return new(age <= MaxAge, latest, $"it is {age.ToString("g", CultureInfo.InvariantCulture)} old");
        }, summary);
    }
}
