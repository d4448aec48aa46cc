namespace MlOps.Core;

/// <summary>The stages that a version can be in. Aliases are the newer way; stages are kept for MLflow's tools.</summary>
public static class ModelStages
{
    private static readonly string[] Known = [None, Staging, Production, Archived];

    /// <summary>The stage of a version that has none.</summary>
    public const string None = "None";

    /// <summary>The stage of a version that is tried out.</summary>
    public const string Staging = "Staging";

    /// <summary>The stage of a version that is used. The gates of the alias of this name are asked before a version gets it.</summary>
    public const string Production = "Production";

    /// <summary>The stage of a version that is no longer used.</summary>
    public const string Archived = "Archived";

    /// <summary>Gets all of them.</summary>
    public static IReadOnlyList<string> All => Known;

    /// <summary>Puts versions in the order of their models' names and then of their stages.</summary>
    /// <param name="versions">The versions.</param>
    /// <returns>The same versions.</returns>
    public static IReadOnlyList<ModelVersion> InOrder(IEnumerable<ModelVersion> versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        return [.. versions.OrderBy(version => version.Model, StringComparer.Ordinal).ThenBy(version => Array.IndexOf(Known, version.Stage))];
    }
}
