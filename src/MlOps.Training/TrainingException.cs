using MlOps.Core;

namespace MlOps.Training;

/// <summary>A model could not be trained, judged or packaged.</summary>
public sealed class TrainingException : MlOpsException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened and what to do about it.</param>
    /// <param name="innerException">What caused it, or null.</param>
    public TrainingException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Gets the trainer.</summary>
    /// <value>Null when the error is not about one trainer.</value>
    public string? Trainer { get; init; }

    /// <summary>Gets the trial, from 1, that failed.</summary>
    /// <value>Null when the error is not about one trial.</value>
    public int? Trial { get; init; }
}
