namespace MlOps.Core;

/// <summary>The stages that a version can be in. Aliases are the newer way; stages are kept for MLflow's tools.</summary>
public static class ModelStages
{
    /// <summary>The stage of a version that has none.</summary>
    public const string None = "None";

    /// <summary>The stage of a version that is tried out.</summary>
    public const string Staging = "Staging";

    /// <summary>The stage of a version that is used. The gates of the alias of this name are asked before a version gets it.</summary>
    public const string Production = "Production";

    /// <summary>The stage of a version that is no longer used.</summary>
    public const string Archived = "Archived";

    /// <summary>Gets all of them.</summary>
    public static IReadOnlyList<string> All { get; } = [None, Staging, Production, Archived];
}
