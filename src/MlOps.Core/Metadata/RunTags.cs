namespace MlOps.Core;

/// <summary>The tags that tools agree on, as MLflow names them.</summary>
public static class RunTags
{
    /// <summary>The run that this one is part of.</summary>
    public const string Parent = "mlflow.parentRunId";

    /// <summary>The name of the run; MLflow's tools keep it equal to the name.</summary>
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
}
