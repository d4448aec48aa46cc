namespace MlOps.Core;

/// <summary>A change of an alias.</summary>
/// <param name="Model">The model.</param>
/// <param name="Alias">The alias: letters, digits, dashes and underscores; not latest, and not v and a number.</param>
/// <param name="From">The version that it points to before; null when it points to none.</param>
/// <param name="To">The version that it points to after; null to remove the alias.</param>
/// <param name="By">Who changes it: a person or a run.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
public sealed record AliasChange(string Model, string Alias, int? From, int? To, string By, string Reason, DateTimeOffset At);

/// <summary>Somebody's word that a version may have an alias.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Alias">The alias that it is for.</param>
/// <param name="Role">The role in which the word is given, as risk-officer. The host answers for it that the person has the role.</param>
/// <param name="Note">Who, why and when.</param>
public sealed record Approval(string Model, int Version, string Alias, string Role, ChangeNote Note);

/// <summary>Something that a version must pass before an alias moves to it. A host adds any number; the registry asks all of them.</summary>
public interface IAliasGate
{
    /// <summary>Says what speaks against a change.</summary>
    /// <param name="change">The change, also one that only removes the alias.</param>
    /// <param name="candidate">The version that the alias would point to; null when it would point to none.</param>
    /// <param name="registry">The registry, to look at other versions and at approvals.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A sentence for each objection; none lets it pass.</returns>
    ValueTask<IReadOnlyList<string>> ObjectionsAsync(AliasChange change, ModelVersion? candidate, IModelRegistry registry, CancellationToken cancellationToken = default);
}
