namespace MlOps.Core;

/// <summary>A prediction was asked for with inputs that the model's signature does not allow.</summary>
public sealed class ModelInputException : MlOpsException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong with the input and what the model expects.</param>
    /// <param name="input">The input tensor, or null when it is about the request as a whole.</param>
    /// <param name="innerException">What caused it, or null.</param>
    public ModelInputException(string message, string? input = null, Exception? innerException = null)
        : base(message, innerException) => Input = input;

    /// <summary>Gets the input tensor.</summary>
    /// <value>Null when the error is about the request as a whole.</value>
    public string? Input { get; }
}
