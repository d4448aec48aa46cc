using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.Data;

internal static class SnapshotRegistration
{
    /// <summary>Adds what makes and reads snapshots.</summary>
    internal static MlOpsBuilder AddSnapshots(this MlOpsBuilder builder)
    {
        builder.Services.AddHttpClient();
        return builder.Use<IDatasetStore>(services => new DatasetStore(
            services.GetRequiredService<IColumnarEngine>(), services.GetRequiredService<IArtifactStore>(), services.GetRequiredService<TimeProvider>()));
    }
}
