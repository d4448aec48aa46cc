namespace MlOps.Core;

/// <summary>The tags that tools agree on, as MLflow names them.</summary>
public static class RunTags
{
    /// <summary>The run that this one is part of.</summary>
    public const string Parent = "mlflow.parentRunId";

    /// <summary>The name of the run. A store keeps it equal to the name: a run that is renamed has the new name as this tag, and a run whose tag is set is renamed, unless the tag is empty.</summary>
    public const string Name = "mlflow.runName";

    /// <summary>A note for people, in Markdown.</summary>
    public const string Note = "mlflow.note.content";

    /// <summary>Who ran it.</summary>
    public const string User = "mlflow.user";

    /// <summary>The program, project or pipeline that ran it.</summary>
    public const string SourceName = "mlflow.source.name";

    /// <summary>The kind of source: NOTEBOOK, JOB, PROJECT, LOCAL or UNKNOWN.</summary>
    public const string SourceType = "mlflow.source.type";

    /// <summary>The commit that the code was built from.</summary>
    public const string Commit = "mlflow.source.git.commit";

    /// <summary>Finds the new name that tags give to a run.</summary>
    /// <param name="tags">The tags to set.</param>
    /// <returns>The name; null when they give none.</returns>
    public static string? NameIn(IReadOnlyDictionary<string, string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return tags.TryGetValue(Name, out var name) && name.Length > 0 ? name : null;
    }
}
