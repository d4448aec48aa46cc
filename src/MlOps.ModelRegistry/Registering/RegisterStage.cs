using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.ModelRegistry;

/// <summary>Registers a judged model that is blessed.</summary>
internal sealed record RegisterStage(string Alias) : IPipelineStage<EvaluatedCandidate, Registration>, IEffectStage
{
    private const int MaxMoves = 10;

    public async Task<Registration> RunAsync(EvaluatedCandidate input, StageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(context);
        var logger = context.Services.GetRequiredService<ILogger<RegisterStage>>();
        var objections = Verdict.Objections(input.Evaluation, input.Acceptance);
        if (objections.Count > 0)
        {
            logger.Refused(input.Bundle.Model, string.Join(' ', objections));
            context.SetTag("registration", "refused");
            return new(null, false, objections);
        }

        var registry = context.Services.GetRequiredService<IModelRegistry>();
        var newest = (await registry.SearchVersionsAsync(new() { Model = input.Bundle.Model, Limit = 1 }, cancellationToken).ConfigureAwait(false)).Items is [var first] ? first : null;
        var isNew = newest?.Bundle?.Artifact.Digest != input.Bundle.Artifact.Digest;
        var version = isNew ? await RegisterAsync(registry, input, context, cancellationToken).ConfigureAwait(false) : newest!;
        await MoveAliasAsync(registry, version, context, cancellationToken).ConfigureAwait(false);
        context.SetTag("registration", string.Create(CultureInfo.InvariantCulture, $"{version.Model}/{version.Version}"));
        if (isNew) logger.Registered(version.Model, version.Version, Alias);
        var current = await registry.FindAsync(version.Model, version.Version, cancellationToken).ConfigureAwait(false) ?? version;
        return new(current with { Evaluation = input.Evaluation, Acceptance = input.Acceptance }, isNew, []);
    }

    private static async Task<ModelVersion> RegisterAsync(IModelRegistry registry, EvaluatedCandidate input, StageContext context, CancellationToken cancellationToken)
    {
        var version = new NewModelVersion(input.Bundle.Model, input.Bundle, context.RunId, context.Time.GetUtcNow(), input.Evaluation, input.Acceptance);
        if (context.Services.GetService<IBundleSigner>() is { } signer) version = version with { Signatures = [await signer.SignAsync(input.Bundle.Artifact, cancellationToken).ConfigureAwait(false)] };
        return await registry.RegisterAsync(version, cancellationToken).ConfigureAwait(false);
    }

    // The alias goes to the newest version: when several runs register at once, the last of them has it in the end.
    private async Task MoveAliasAsync(IModelRegistry registry, ModelVersion version, StageContext context, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var current = (await registry.FindByAliasAsync(version.Model, Alias, cancellationToken).ConfigureAwait(false))?.Version;
            if (current >= version.Version) return;
            try
            {
                var change = new AliasChange(
                    version.Model, Alias, current, version.Version, "run " + context.RunId, $"Registered by pipeline '{context.Pipeline}'.", context.Time.GetUtcNow());
                await registry.SetAliasAsync(change, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ConflictException) when (attempt < MaxMoves)
            {
                // Somebody moved it between the two calls: look again.
            }
        }
    }
}
