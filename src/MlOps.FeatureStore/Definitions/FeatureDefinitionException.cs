using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>The feature definitions of a host cannot be used. All that is wrong is said at once.</summary>
public sealed class FeatureDefinitionException : MlOpsException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="errors">A sentence or two for each error: what is wrong, and what to do.</param>
    public FeatureDefinitionException(IReadOnlyList<string> errors)
        : base(TextOf(errors)) => Errors = errors;

    /// <summary>Gets a sentence or two for each error.</summary>
    public IReadOnlyList<string> Errors { get; }

    private static string TextOf(IReadOnlyList<string> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return errors.Count == 1 ? errors[0] : $"The feature definitions have {errors.Count} errors:\n- {string.Join("\n- ", errors)}";
    }
}
