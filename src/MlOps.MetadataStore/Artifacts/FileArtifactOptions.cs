using System.ComponentModel.DataAnnotations;

namespace MlOps.MetadataStore;

/// <summary>Where artifacts lie as files. Bound from <c>MlOps:Artifacts</c>.</summary>
public sealed class FileArtifactOptions
{
    /// <summary>Gets or sets the folder. Processes and machines may share it, as long as its file system renames atomically.</summary>
    /// <value>The default is null: artifacts in the folder of <c>MlOpsOptions</c>.</value>
    [MinLength(1)]
    public string? Folder { get; set; }

    /// <summary>Gets or sets how old an unfinished file must be to count as left by a writer that was killed. Such files are removed when the store is first used.</summary>
    /// <value>The default is one day. It must be longer than the longest pause of any writer.</value>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan LeftoverAge { get; set; } = TimeSpan.FromDays(1);
}
