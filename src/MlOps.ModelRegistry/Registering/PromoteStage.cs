using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Points an alias to a registered version, when the judgements that speak for it still hold.</summary>
internal sealed record PromoteStage(string Alias) : IPipelineStage<Registration, Promotion>, IEffectStage
{
    public async Task<Promotion> RunAsync(Registration input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(context);
        var logger = context.Services.GetRequiredService<ILogger<PromoteStage>>();
        if (input.Version is not { } version)
        {
            context.SetTag("promotion", "refused");
            return new(null, Alias, null, input.Refusals.Count > 0 ? input.Refusals : ["Nothing was registered."]);
        }

        var registry = context.Services.GetRequiredService<IModelRegistry>();
        var current = (await registry.FindByAliasAsync(version.Model, Alias, cancellationToken).ConfigureAwait(false))?.Version;
        var refusals = current == version.Version ? [] : await MoveAsync(registry, version, current, context, cancellationToken).ConfigureAwait(false);
        if (refusals.Count > 0) logger.NotPromoted(version.Model, version.Version, Alias, string.Join(' ', refusals));
        else if (current != version.Version) logger.Promoted(version.Model, version.Version, Alias, current);
        context.SetTag("promotion", refusals.Count > 0 ? "refused" : string.Create(CultureInfo.InvariantCulture, $"{version.Model}/{version.Version} is {Alias}"));
        return new(version, Alias, current, refusals);
    }

    private async Task<IReadOnlyList<string>> MoveAsync(IModelRegistry registry, ModelVersion version, int? current, StageContext context, CancellationToken cancellationToken)
    {
        if (version.Evaluation is not { } evaluation) return ["It was never judged."];
        IReadOnlyList<string> objections = [.. Verdict.Objections(evaluation, version.Acceptance), .. Verdict.Stale(version, Alias, current)];
        if (objections.Count > 0) return objections;
        try
        {
            var reason = Verdict.Reason(evaluation, version.Acceptance);
            await registry.SetAliasAsync(new(version.Model, Alias, current, version.Version, "run " + context.RunId, reason, context.Time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
            return [];
        }
        catch (GateRefusedException e)
        {
            return e.Reasons;
        }
        catch (ConflictException e)
        {
            return [e.Message];
        }
    }
}
