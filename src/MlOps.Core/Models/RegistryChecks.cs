using System.Text.RegularExpressions;

namespace MlOps.Core;

/// <summary>What every model registry refuses, before it touches anything.</summary>
public static partial class RegistryChecks
{
    /// <summary>The most models that one query may list.</summary>
    public const int MaxModels = 10_000;

    /// <summary>The most versions that one query may list.</summary>
    public const int MaxVersions = 200_000;

    /// <summary>The most entries of the history that one query may read.</summary>
    public const int MaxEvents = 10_000;

    /// <summary>The most characters of the name of a tag.</summary>
    public const int MaxTagName = 250;

    /// <summary>The most characters of a description, a reason, a source, or the value of a tag.</summary>
    public const int MaxText = 100_000;

    private const int MaxName = 500;

    /// <summary>Refuses a model that cannot be registered.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="ArgumentException">The name is no name, or a text is missing, too long or no text.</exception>
    public static void Check(NewModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelNames.CheckRegisteredModel(model.Name);
        Check(model.Note);
        CheckText(model.Description, MaxText, "description", nameof(model));
        CheckTags(model.Tags, nameof(model));
    }

    /// <summary>Refuses a change of a model that no registry makes.</summary>
    /// <param name="change">The change.</param>
    /// <exception cref="ArgumentException">The name is no name, or a text is missing, too long or no text.</exception>
    public static void Check(ModelChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Check(change.Note);
        if (change.Name is not null) ModelNames.CheckRegisteredModel(change.Name);
        CheckText(change.Description, MaxText, "description", nameof(change));
        CheckTags(change.Tags, change.RemovedTags, nameof(change));
    }

    /// <summary>Refuses a version that cannot be registered.</summary>
    /// <param name="version">The version.</param>
    /// <exception cref="ArgumentException">
    /// The name is no name, there is neither a bundle nor a source, the semantic version is none, there are signatures of no bundle, or a text is missing, too long or no text.
    /// </exception>
    public static void Check(NewModelVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (version.Bundle is null) ModelNames.CheckRegisteredModel(version.Model);
        else ModelNames.CheckModel(version.Model);
        if (version.Bundle is null && string.IsNullOrWhiteSpace(version.Source))
            throw new ArgumentException($"The version of '{version.Model}' has neither a bundle nor a source. Say where its files are.", nameof(version));
        Check(new ChangeNote(version.By, string.Empty, version.CreatedAt));
        CheckText(version.RunId, MaxName, "run", nameof(version));
        CheckText(version.Source, MaxText, "source", nameof(version));
        CheckText(version.RunLink, MaxText, "link to the run", nameof(version));
        CheckText(version.Description, MaxText, "description", nameof(version));
        if (version.SemanticVersion is { } semantic && (semantic.Length > MaxName || !SemanticVersion().IsMatch(semantic)))
            throw new ArgumentException($"'{semantic}' is no semantic version. Write it as 1.4.0 or 1.4.0-rc.1+build.7.", nameof(version));
        CheckTags(version.Tags, nameof(version));
        ArgumentNullException.ThrowIfNull(version.Signatures, nameof(version));
        if (version is { Bundle: null, Signatures.Count: > 0 }) throw new ArgumentException("There is a signature, but no bundle that it could be of.", nameof(version));
        foreach (var signature in version.Signatures) Check(signature, nameof(version));
    }

    /// <summary>Refuses a change of a version that no registry makes.</summary>
    /// <param name="change">The change.</param>
    /// <exception cref="ArgumentException">The stage is none, others are to be archived for another stage than Staging and Production, or a text is missing, too long or no text.</exception>
    public static void Check(VersionChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        Check(change.Note);
        CheckText(change.Description, MaxText, "description", nameof(change));
        CheckTags(change.Tags, change.RemovedTags, nameof(change));
        if (change.Stage is { } stage && !ModelStages.All.Contains(stage))
            throw new ArgumentException($"'{stage}' is no stage. There are {string.Join(", ", ModelStages.All)}.", nameof(change));
        if (change.ArchiveOthers && change.Stage is not (ModelStages.Staging or ModelStages.Production))
            throw new ArgumentException($"Other versions are archived only when a version gets the stage {ModelStages.Staging} or {ModelStages.Production}.", nameof(change));
        if (change.Signature is { } signature) Check(signature, nameof(change));
    }

    /// <summary>Refuses an approval that cannot be recorded.</summary>
    /// <param name="approval">The approval.</param>
    /// <exception cref="ArgumentException">A name is no name, or a text is missing, too long or no text.</exception>
    public static void Check(Approval approval)
    {
        ArgumentNullException.ThrowIfNull(approval);
        ModelNames.CheckRegisteredModel(approval.Model);
        ModelNames.CheckAlias(approval.Alias);
        CheckName(approval.Role, "role", nameof(approval));
        Check(approval.Note);
    }

    /// <summary>Refuses a note that says nothing.</summary>
    /// <param name="note">The note.</param>
    /// <exception cref="ArgumentException">Nobody is named, the reason is missing, or a text is too long or no text.</exception>
    public static void Check(ChangeNote note)
    {
        ArgumentNullException.ThrowIfNull(note);
        CheckName(note.By, "name of who does it", nameof(note));
        ArgumentNullException.ThrowIfNull(note.Reason, nameof(note));
        CheckText(note.Reason, MaxText, "reason", nameof(note));
    }

    /// <summary>Refuses names of models to look up.</summary>
    /// <param name="models">The names.</param>
    /// <exception cref="ArgumentException">There are more than <see cref="MaxModels"/>, or one is missing.</exception>
    public static void CheckModels(IReadOnlyCollection<string> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(models.Count, MaxModels, nameof(models));
        if (models.Contains(null!)) throw new ArgumentException("A model has no name.", nameof(models));
    }

    /// <summary>Refuses a query that cannot be answered.</summary>
    /// <param name="query">The query.</param>
    /// <exception cref="ArgumentException">The limit is not between 1 and <see cref="MaxModels"/>, or the order is missing.</exception>
    public static void Check(ModelQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(query.OrderBy, nameof(query));
        CheckLimit(query.Limit, MaxModels, nameof(query));
    }

    /// <summary>Refuses a query that cannot be answered.</summary>
    /// <param name="query">The query.</param>
    /// <exception cref="ArgumentException">The limit is not between 1 and <see cref="MaxVersions"/>, the stage is none, or the order is missing.</exception>
    public static void Check(VersionQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(query.OrderBy, nameof(query));
        CheckLimit(query.Limit, MaxVersions, nameof(query));
        if (query.Stage is { } stage && !ModelStages.All.Contains(stage)) throw new ArgumentException($"'{stage}' is no stage. There are {string.Join(", ", ModelStages.All)}.", nameof(query));
    }

    /// <summary>Refuses a query that cannot be answered.</summary>
    /// <param name="query">The query.</param>
    /// <exception cref="ArgumentException">The limit is not between 1 and <see cref="MaxEvents"/>, it begins before the history, or the kinds are missing.</exception>
    public static void Check(RegistryHistoryQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(query.Kinds, nameof(query));
        ArgumentOutOfRangeException.ThrowIfNegative(query.After, nameof(query));
        CheckLimit(query.Limit, MaxEvents, nameof(query));
    }

    private static void Check(BundleSignature signature, string argument)
    {
        ArgumentNullException.ThrowIfNull(signature, argument);
        CheckName(signature.KeyId, "key of a signature", argument);
        CheckName(signature.Algorithm, "algorithm of a signature", argument);
        if (string.IsNullOrEmpty(signature.Value)) throw new ArgumentException("A signature is empty.", argument);
        CheckText(signature.Value, MaxText, "signature", argument);
    }

    private static void CheckLimit(int limit, int most, string argument)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1, argument);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, most, argument);
    }

    private static void CheckTags(IReadOnlyDictionary<string, string> tags, IReadOnlyList<string> removed, string argument)
    {
        CheckTags(tags, argument);
        ArgumentNullException.ThrowIfNull(removed, argument);
        if (removed.FirstOrDefault(name => name is null || tags.ContainsKey(name)) is { } both) throw new ArgumentException($"The tag '{both}' cannot be set and removed at once.", argument);
        if (removed.Contains(null)) throw new ArgumentException("A tag that is to be removed has no name.", argument);
    }

    private static void CheckTags(IReadOnlyDictionary<string, string> tags, string argument)
    {
        ArgumentNullException.ThrowIfNull(tags, argument);
        foreach (var (name, value) in tags)
        {
            if (name.Length == 0) throw new ArgumentException("A tag has no name.", argument);
            CheckText(name, MaxTagName, "name of a tag", argument);
            if (value is null) throw new ArgumentException($"The tag '{name}' has no value. Use an empty text, or leave it out.", argument);
            CheckText(value, MaxText, $"tag '{name}'", argument);
        }
    }

    private static void CheckName(string name, string what, string argument)
    {
        if (string.IsNullOrWhiteSpace(name)) throw new ArgumentException($"The {what} is missing.", argument);
        CheckText(name, MaxName, what, argument);
    }

    private static void CheckText(string? text, int most, string what, string argument)
    {
        if (text is null) return;
        if (text.Length > most) throw new ArgumentException($"The {what} has {text.Length} characters; {most} are the most. Put more into the artifact store.", argument);
        if (text.Contains('\0', StringComparison.Ordinal) || !ModelNames.IsText(text)) throw new ArgumentException($"The {what} holds half a character or a NUL, which no store gives back as it is.", argument);
    }

    // The expression that semver.org suggests, in ASCII digits.
    [GeneratedRegex(@"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex SemanticVersion();
}
