namespace MlOps.Core;

/// <summary>The base of every error that MlOps.Sdk reports about data, models, stores and runs.</summary>
/// <remarks>
/// Misuse of an API is an <see cref="ArgumentException"/> and bad configuration an
/// <see cref="Microsoft.Extensions.Options.OptionsValidationException"/> when the host starts; everything else derives from here.
/// The message says what to do; the facts are properties of the derived types.
/// </remarks>
public abstract class MlOpsException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened and what to do about it.</param>
    /// <param name="innerException">What caused it, or null.</param>
    protected MlOpsException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Gets whether the same call may succeed later without anybody changing anything.</summary>
    /// <value>The default is false. A stage is retried by default only after a transient error.</value>
    public virtual bool IsTransient => false;
}
