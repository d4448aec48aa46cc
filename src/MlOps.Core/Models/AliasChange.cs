namespace MlOps.Core;

/// <summary>A change of an alias.</summary>
/// <param name="Model">The model.</param>
/// <param name="Alias">The alias: letters, digits, dashes and underscores; not latest, and not v and a number.</param>
/// <param name="From">The version that it points to before; null when it points to none.</param>
/// <param name="To">The version that it points to after; null to remove the alias.</param>
/// <param name="By">Who changes it: a person or a run.</param>
/// <param name="Reason">Why.</param>
/// <param name="At">When.</param>
public sealed record AliasChange(string Model, string Alias, int? From, int? To, string By, string Reason, DateTimeOffset At)
{
    /// <summary>Gets whether the alias goes back to a version that it has pointed to before. The registry refuses it for any other version.</summary>
    /// <remarks>Gates are asked as ever and may be content with less, because the version passed them once. See <see cref="ModelRegistryExtensions.RollBackAsync"/>.</remarks>
    public bool IsRollBack { get; init; }
}

/// <summary>Somebody's word that a version may have an alias.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Alias">The alias that it is for.</param>
/// <param name="Role">The role in which the word is given, as risk-officer. The host answers for it that the person has the role.</param>
/// <param name="Note">Who, why and when.</param>
public sealed record Approval(string Model, int Version, string Alias, string Role, ChangeNote Note);

/// <summary>Something that a version must pass before an alias moves to it. A host adds any number to its services; the registry asks all of them, before it opens its transaction.</summary>
/// <remarks>
/// Implementations are thread-safe. They are handed the registry and must not take it in their constructor, since it is made of them. What throws refuses as well: the
/// exception reaches the caller and nothing is changed. When the alias has moved while the gates were asked, nothing is changed either.
/// </remarks>
public interface IAliasGate
{
    /// <summary>Says what speaks against a change.</summary>
    /// <param name="change">The change, also one that only removes the alias. A version that is to get the stage Production is asked for as a change of the alias Production, and a model that gets another name as changes of the aliases of that name.</param>
    /// <param name="candidate">The version that the alias would point to; null when it would point to none.</param>
    /// <param name="registry">The registry, to look at other versions and at approvals.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>A sentence for each objection; none lets it pass.</returns>
    ValueTask<IReadOnlyList<string>> ObjectionsAsync(AliasChange change, ModelVersion? candidate, IModelRegistry registry, CancellationToken cancellationToken = default);
}
