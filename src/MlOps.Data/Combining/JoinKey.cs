namespace MlOps.Data;

/// <summary>Two columns that must be equal for rows to be joined. A name alone stands for a column that has it on both sides.</summary>
/// <param name="Left">The column of the left side.</param>
/// <param name="Right">The column of the right side, of the same type.</param>
public sealed record JoinKey(string Left, string Right)
{
    /// <summary>Makes a key of a column that both sides have under one name.</summary>
    /// <param name="column">The name.</param>
    public static implicit operator JoinKey(string column) => new(column, column);
}
