using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>What became of a judged model that was to be registered.</summary>
/// <param name="Version">The version, with the judgements of this run even when it was registered by an earlier one; null when it was refused.</param>
/// <param name="IsNew">Whether this run registered it. A run that makes the newest version again takes that one.</param>
/// <param name="Refusals">Why it was refused, a sentence each; none when it was registered.</param>
public sealed record Registration(ModelVersion? Version, bool IsNew, IReadOnlyList<string> Refusals) : IRefusals;

/// <summary>What became of a registered model that was to be promoted.</summary>
/// <param name="Candidate">The version that was to be promoted; null when nothing was registered.</param>
/// <param name="Alias">The alias.</param>
/// <param name="Previous">The version that the alias pointed to before; null when it pointed to none.</param>
/// <param name="Refusals">Why it was refused, a sentence each; none when the alias points to the candidate.</param>
public sealed record Promotion(ModelVersion? Candidate, string Alias, int? Previous, IReadOnlyList<string> Refusals) : IRefusals
{
    /// <summary>Gets whether the alias points to the candidate.</summary>
    public bool IsPromoted => Refusals.Count == 0;

    /// <summary>Gets whether it did not do so before.</summary>
    public bool HasMoved => IsPromoted && Previous != Candidate?.Version;
}
