using System.Text.RegularExpressions;

namespace MlOps.Core;

/// <summary>What a model and an alias may be called, in every registry.</summary>
public static partial class ModelNames
{
    /// <summary>The alias of the version that serves.</summary>
    public const string Champion = "champion";

    /// <summary>The alias of the version that may replace it.</summary>
    public const string Challenger = "challenger";

    /// <summary>Refuses what is no name for a model.</summary>
    /// <param name="model">The name.</param>
    /// <exception cref="ArgumentException">It is no name for a model.</exception>
    public static void CheckModel(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!ModelName().IsMatch(model) || model is "." or "..")
            throw new ArgumentException($"'{model}' is no name for a model. Use letters, digits, dots, dashes and underscores, at most 200.", nameof(model));
    }

    /// <summary>Refuses what is no name for an alias.</summary>
    /// <param name="alias">The name.</param>
    /// <exception cref="ArgumentException">It is no name for an alias.</exception>
    public static void CheckAlias(string alias)
    {
        ArgumentNullException.ThrowIfNull(alias);
        if (!AliasName().IsMatch(alias)) throw new ArgumentException($"'{alias}' is no name for an alias. Use letters, digits, dashes and underscores, at most 200.", nameof(alias));
        if (alias.Equals("latest", StringComparison.OrdinalIgnoreCase) || VersionLike().IsMatch(alias))
            throw new ArgumentException($"The alias '{alias}' is reserved: it reads as a version.", nameof(alias));
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,200}$")]
    private static partial Regex ModelName();

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,200}$")]
    private static partial Regex AliasName();

    [GeneratedRegex(@"^[vV]?[0-9]+$")]
    private static partial Regex VersionLike();
}
