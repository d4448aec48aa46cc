namespace MlOps.Core;

/// <summary>What every feature catalog refuses, before it touches anything.</summary>
public static class FeatureCatalogChecks
{
    /// <summary>The most characters of a kind, a name or a digest.</summary>
    public const int MaxName = 500;

    /// <summary>The most characters of a definition.</summary>
    public const int MaxJson = 1_000_000;

    /// <summary>Refuses versions that cannot be stored.</summary>
    /// <param name="changes">The versions.</param>
    /// <exception cref="ArgumentException">A version has no name or kind, stands there twice, counts from below 1, or a text is missing, too long or no text.</exception>
    public static void Check(IReadOnlyList<FeatureDefinitionVersion> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var seen = new HashSet<(string Kind, string Name)>();
        foreach (var change in changes)
        {
            ArgumentNullException.ThrowIfNull(change, nameof(changes));
            CheckName(change.Kind, "kind", nameof(changes));
            CheckName(change.Name, "name", nameof(changes));
            CheckName(change.Digest, "digest", nameof(changes));
            CheckText(change.Json, MaxJson, "definition", nameof(changes));
            if (change.Version < 1) throw new ArgumentException($"The {change.Kind} '{change.Name}' has version {change.Version}. Versions count from 1.", nameof(changes));
            if (!seen.Add((change.Kind, change.Name))) throw new ArgumentException($"The {change.Kind} '{change.Name}' is changed twice at once.", nameof(changes));
            RegistryChecks.Check(change.Note);
        }
    }

    /// <summary>Refuses a mark that cannot be stored.</summary>
    /// <param name="mark">The mark.</param>
    /// <exception cref="ArgumentException">It has no view, a negative revision, or a text is missing, too long or no text.</exception>
    public static void Check(MaterializationMark mark)
    {
        ArgumentNullException.ThrowIfNull(mark);
        CheckName(mark.View, "view", nameof(mark));
        ArgumentOutOfRangeException.ThrowIfNegative(mark.Revision, nameof(mark));
        CheckText(mark.Digest, MaxName, "digest", nameof(mark));
        if (mark.Resume is { } resume) CheckText(resume, MaxJson, "place to go on", nameof(mark));
    }

    private static void CheckName(string? text, string what, string argument)
    {
        if (string.IsNullOrWhiteSpace(text)) throw new ArgumentException($"The {what} is missing.", argument);
        CheckText(text, MaxName, what, argument);
    }

    private static void CheckText(string? text, int most, string what, string argument)
    {
        if (text is null) throw new ArgumentException($"The {what} is missing.", argument);
        if (text.Length > most) throw new ArgumentException($"The {what} has {text.Length} characters; {most} are the most.", argument);
        if (text.Contains('\0', StringComparison.Ordinal) || !ModelNames.IsText(text)) throw new ArgumentException($"The {what} holds half a character or a NUL, which no store gives back as it is.", argument);
    }
}
