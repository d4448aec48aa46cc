namespace MlOps.Core;

/// <summary>Looks at the inputs of requests before a model does, and refuses or flags them. A host may add several; serving asks each that is for its model. Thread-safe.</summary>
public interface IModelInputGuard
{
    /// <summary>Gets the model whose requests are looked at.</summary>
    string Model { get; }

    /// <summary>Looks at the inputs of a request.</summary>
    /// <param name="schema">The columns that the model takes.</param>
    /// <param name="inputs">The inputs: each belongs to a column of the schema, has its type and width 1, and all have the same number of rows.</param>
    /// <returns>What is wrong, row by row; empty when nothing is.</returns>
    IReadOnlyList<InputFinding> Check(DatasetSchema schema, IReadOnlyList<Tensor> inputs);
}

/// <summary>What a guard found in a request.</summary>
/// <param name="Row">The row, from 0.</param>
/// <param name="Column">The column; null when it is about several.</param>
/// <param name="Message">What was expected, in words, without the value.</param>
/// <param name="IsRefused">Whether the request is refused; else it is answered and the finding goes with the answer.</param>
public sealed record InputFinding(int Row, string? Column, string Message, bool IsRefused);
