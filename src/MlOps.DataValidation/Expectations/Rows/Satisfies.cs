using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>A condition holds for each row.</summary>
/// <param name="Condition">The condition; see <see cref="RowFilter"/> for what can be written and what is done with missing values.</param>
public sealed record Satisfies(RowFilter Condition) : Expectation(NullPolicy.Judge)
{
    /// <summary>Gets the condition.</summary>
    public RowFilter Condition { get; init; } = Condition ?? throw new ArgumentNullException(nameof(Condition));

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<string> Columns => FilterParser.Columns(Condition.Text);

    /// <inheritdoc/>
    protected override string Describe() => Condition.Text;

    internal override Check Plan(CheckPlan plan)
    {
        var filter = Condition.Bind(plan);
        return new RowCheck(this, new FilterRule([.. Columns.Select(c => plan.Column(c).Index).Distinct()], filter));
    }
}
