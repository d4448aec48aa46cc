using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.MetadataStore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps artifacts in a folder.</summary>
public static class ArtifactsBuilderExtensions
{
    /// <summary>Chooses files for the artifact store. The folder is created when something is first stored.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="folder">The folder; null takes it from <c>MlOps:Artifacts</c>, and without that artifacts in the folder of <see cref="MlOpsOptions"/>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// A file lies under its digest, sha256/ab/abcd…, may be read by its owner only and is never changed. The first time a process reads it, it is hashed, so
    /// that damage done before is always found. Later it is hashed again only when its length or times have changed, or when it was written within
    /// the last two seconds: reading a large file again costs nothing.
    /// </remarks>
    public static MlOpsBuilder UseFileArtifacts(this MlOpsBuilder builder, string? folder = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (folder is not null) ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var options = builder.Services.AddOptions<FileArtifactOptions>().ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FileArtifactOptions>, FileArtifactOptionsValidator>());
        options.BindConfigurationWhenPresent("MlOps:Artifacts");
        if (folder is not null) options.Configure(o => o.Folder = folder);
        return builder.Use<IArtifactStore>(static services =>
        {
            var files = services.GetRequiredService<IOptions<FileArtifactOptions>>().Value;
            var place = files.Folder ?? services.GetRequiredService<IOptions<MlOpsOptions>>().Value.PathOf("artifacts");
            return new FileArtifactStore(place, files.LeftoverAge, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<FileArtifactStore>>());
        });
    }
}
