using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>A stage made a value that cannot be passed on, because it does not survive being written as JSON and read back.</summary>
public sealed class StageOutputException : MlOpsException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened and what to do about it.</param>
    /// <param name="innerException">What caused it, or null.</param>
    public StageOutputException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
