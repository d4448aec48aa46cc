namespace MlOps.Core;

/// <summary>A metadata store, registry or artifact store could not do what it was asked.</summary>
public class StoreException : MlOpsException
{
    private readonly bool _isTransient;

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened and what to do about it.</param>
    /// <param name="innerException">What caused it, or null.</param>
    /// <param name="isTransient">Whether the same call may succeed later, as with a locked file.</param>
    public StoreException(string message, Exception? innerException = null, bool isTransient = false)
        : base(message, innerException) => _isTransient = isTransient;

    /// <inheritdoc/>
    public override bool IsTransient => _isTransient;
}

/// <summary>Something that was asked for by name is not in the store.</summary>
public sealed class NotFoundException : StoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind">What kind of thing: run, model, version, alias, artifact.</param>
    /// <param name="name">Its name.</param>
    /// <param name="advice">What to do, as a sentence, or null.</param>
    public NotFoundException(string kind, string name, string? advice = null)
        : base($"There is no {kind} '{name}'." + (advice is null ? string.Empty : " " + advice))
    {
        Kind = kind;
        Name = name;
    }

    /// <summary>Gets what kind of thing was asked for.</summary>
    public string Kind { get; }

    /// <summary>Gets the name that was asked for.</summary>
    public string Name { get; }
}

/// <summary>Somebody else changed the same thing first.</summary>
public sealed class ConflictException : StoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened and what to do about it.</param>
    public ConflictException(string message)
        : base(message)
    {
    }
}

/// <summary>Stored bytes do not have the digest that they were stored under.</summary>
public sealed class ArtifactCorruptException : StoreException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="artifact">The artifact, or the part of a bundle.</param>
    /// <param name="expectedDigest">The SHA-256 that was recorded, in lower-case hexadecimal.</param>
    /// <param name="actualDigest">The SHA-256 of what was read.</param>
    public ArtifactCorruptException(string artifact, string expectedDigest, string actualDigest)
        : base($"Artifact '{artifact}' is damaged: its SHA-256 is {actualDigest}, recorded was {expectedDigest}. "
            + "It was not used. Restore the file from a backup or run the pipeline again.")
    {
        Artifact = artifact;
        ExpectedDigest = expectedDigest;
        ActualDigest = actualDigest;
    }

    /// <summary>Gets the artifact, or the part of a bundle.</summary>
    public string Artifact { get; }

    /// <summary>Gets the SHA-256 that was recorded.</summary>
    public string ExpectedDigest { get; }

    /// <summary>Gets the SHA-256 of what was read.</summary>
    public string ActualDigest { get; }
}
