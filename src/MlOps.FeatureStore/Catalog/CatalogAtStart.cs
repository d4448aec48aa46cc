using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;

namespace MlOps.FeatureStore;

/// <summary>Checks the definitions before the host does anything with them, and compares them with the catalog.</summary>
internal sealed class CatalogAtStart(IServiceProvider services, IOptions<FeatureCatalogOptions> options, TimeProvider time, ILogger<CatalogAtStart> logger) : IHostedLifecycleService
{
    private const int MostAttempts = 5;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var definitions = services.GetRequiredService<FeatureDefinitions>(); // wrong ones stop the host here
        var atStart = options.Value.AtStart;
        if (atStart == DefinitionsAtStart.Ignore || IsEmpty(definitions) || services.GetService<IFeatureCatalog>() is null) return;
        try
        {
            await CompareAsync(services.GetRequiredService<IFeaturePlanner>(), atStart, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (atStart != DefinitionsAtStart.Refuse)
        {
            logger.CatalogNotReached(e); // the host can serve without
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task CompareAsync(IFeaturePlanner planner, DefinitionsAtStart atStart, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var plan = await planner.PlanAsync(cancellationToken).ConfigureAwait(false);
            if (plan.IsApplied) return;
            if (atStart == DefinitionsAtStart.Refuse)
                throw new FeatureDefinitionException([$"The feature definitions of this host are not in the catalog as they are:\n{plan}\nApply them with {nameof(IFeaturePlanner)}, or set {nameof(FeatureCatalogOptions)}.{nameof(FeatureCatalogOptions.AtStart)} otherwise."]);
            if (atStart == DefinitionsAtStart.Warn)
            {
                logger.DefinitionsNotApplied(plan.ToString());
                return;
            }

            try
            {
                var by = services.GetService<IHostEnvironment>()?.ApplicationName is { Length: > 0 } name ? name : "host";
                await planner.ApplyAsync(plan, new(by, "start of the host", time.GetUtcNow()), cancellationToken: cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (ConflictException) when (attempt < MostAttempts)
            {
                // Another host has started at the same time, most often with the same definitions.
            }
        }
    }

    private static bool IsEmpty(FeatureDefinitions definitions) =>
        definitions.Entities.Count == 0 && definitions.Views.Count == 0 && definitions.ComputedViews.Count == 0 && definitions.Services.Count == 0;
}
