using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Core;

namespace MlOps.Pipelines;

/// <summary>The stores that a run is kept in.</summary>
internal sealed class Stores(IServiceProvider services, TimeProvider time, ILogger logger)
{
    private const int MaxAttempts = 5;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);

    public ICheckpointStore Checkpoints { get; } = Required<ICheckpointStore>(services);

    public IMetadataStore Metadata { get; } = Required<IMetadataStore>(services);

    public ILineageStore? Lineage { get; } = services.GetService<ILineageStore>();

    public IArtifactStore? Artifacts { get; } = services.GetService<IArtifactStore>();

    /// <summary>Asks a store, and asks again when it is busy: the work of hours is not thrown away for a lock of a second. Not cancelled: what is finished is recorded.</summary>
    public async Task<T> DoAsync<T>(Func<Stores, Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call(this).ConfigureAwait(false);
            }
            catch (MlOpsException e) when (e.IsTransient && attempt < MaxAttempts)
            {
                logger.StoreBusy(attempt, e);
                await Task.Delay(FirstWait * (1 << (attempt - 1)), time).ConfigureAwait(false);
            }
        }
    }

    public Task DoAsync(Func<Stores, Task> call) => DoAsync(async stores =>
    {
        await call(stores).ConfigureAwait(false);
        return true;
    });

    private static T Required<T>(IServiceProvider services)
        where T : class => services.GetService<T>() ?? throw new InvalidOperationException(
            $"Pipelines need an {typeof(T).Name} and the host has none. Choose a backend, for instance UseSqlite() of MlOps.Sqlite, or call AddMlOps() of MlOps.Sdk.");
}
