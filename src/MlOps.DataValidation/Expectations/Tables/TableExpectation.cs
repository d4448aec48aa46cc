using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>An expectation about the table as a whole.</summary>
public abstract record TableExpectation : Expectation
{
    private protected TableExpectation()
        : base(NullPolicy.Judge)
    {
    }

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<string> Columns => [];
}
