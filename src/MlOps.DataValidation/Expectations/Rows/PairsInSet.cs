using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>The values of two columns of a row stand in a list of pairs.</summary>
/// <param name="First">The first column.</param>
/// <param name="Second">The second column.</param>
/// <param name="Pairs">The pairs, each a list of two values. A missing value of a pair stands for a missing one in the data.</param>
public sealed record PairsInSet(string First, string Second, IReadOnlyList<IReadOnlyList<Scalar>> Pairs) : Expectation(NullPolicy.IgnoreAll)
{
    /// <summary>Gets the pairs.</summary>
    public IReadOnlyList<IReadOnlyList<Scalar>> Pairs { get; init; } =
        Pairs?.All(p => p is { Count: 2 }) == true ? Pairs : throw new ArgumentException("Every pair has two values.", nameof(Pairs));

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<string> Columns => [First, Second];

    /// <inheritdoc/>
    protected override string Describe() => $"'{First}' and '{Second}' are one of {Pairs.Count} pairs";

    internal override Check Plan(CheckPlan plan)
    {
        BoundColumn[] columns = [plan.Column(First), plan.Column(Second)];
        return new RowCheck(this, new PairRule(columns[0].Index, columns[1].Index, [.. Pairs.Select(p => RowKeys.Of(new ScalarRow(columns, p), 2))]));
    }
}
