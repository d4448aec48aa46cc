using System.Text.Json.Serialization;

namespace MlOps.DataValidation;

/// <summary>An expectation about one column.</summary>
/// <param name="Column">The column.</param>
public abstract record ColumnExpectation(string Column) : Expectation
{
    /// <summary>Gets the column.</summary>
    public string Column { get; init; } = string.IsNullOrEmpty(Column) ? throw new ArgumentException("A column has a name.", nameof(Column)) : Column;

    /// <inheritdoc/>
    [JsonIgnore]
    public sealed override IReadOnlyList<string> Columns => [Column];

    internal RowCheck Rows(RowRule rule) => new(this, rule);
}
