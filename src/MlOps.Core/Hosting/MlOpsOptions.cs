using System.ComponentModel.DataAnnotations;

namespace MlOps.Core;

/// <summary>What all rooms share. Bound from <c>MlOps</c>.</summary>
public sealed class MlOpsOptions
{
    /// <summary>Gets or sets the folder in which the embedded stores keep their files.</summary>
    /// <value>The default is .mlops in the current folder.</value>
    [Required]
    public string Folder { get; set; } = ".mlops";

    /// <summary>Gives the full path of something in the folder.</summary>
    /// <param name="name">A file or folder name.</param>
    /// <returns>The full path.</returns>
    public string PathOf(string name) => Path.GetFullPath(Path.Combine(Folder, name));
}
