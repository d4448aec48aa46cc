using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>What was declared for one alias of one model.</summary>
internal sealed class ModelGate(string model, string alias, IReadOnlyList<IModelCheck> checks, bool asksOnRollBack, IServiceProvider services, ILogger<ModelGate> logger) : IAliasGate
{
    public async ValueTask<IReadOnlyList<string>> ObjectionsAsync(AliasChange change, ModelVersion? candidate, IModelRegistry registry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (change.Model != model || change.Alias != alias || candidate is null) return [];
        var incumbent = change.From is { } from && from != candidate.Version ? await registry.FindAsync(model, from, cancellationToken).ConfigureAwait(false) : null;
        var question = new ModelQuestion(change, candidate, incumbent, registry, services);
        var objections = new List<string>();
        foreach (var check in checks)
        {
            if (change.IsRollBack && !asksOnRollBack && check is not LoadCheck) continue;
            if (await check.ObjectionAsync(question, cancellationToken).ConfigureAwait(false) is { } objection) objections.Add(objection);
        }

        Instruments.Gate(model, alias, objections.Count == 0);
        logger.GateAsked(model, alias, candidate.Version, objections.Count);
        return objections;
    }
}

/// <summary>What a gate is asked.</summary>
/// <param name="Change">The change of the alias.</param>
/// <param name="Candidate">The version that it would point to.</param>
/// <param name="Incumbent">The version that it points to; null for none, and for the candidate itself.</param>
/// <param name="Registry">The registry.</param>
/// <param name="Services">The services of the host.</param>
internal sealed record ModelQuestion(AliasChange Change, ModelVersion Candidate, ModelVersion? Incumbent, IModelRegistry Registry, IServiceProvider Services);

/// <summary>One thing that a gate asks.</summary>
internal interface IModelCheck
{
    /// <summary>Says what speaks against the candidate, as a sentence; null when nothing does.</summary>
    ValueTask<string?> ObjectionAsync(ModelQuestion question, CancellationToken cancellationToken);
}
