using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.DuckDb;

/// <summary>What the embedded engine may use. Bound from <c>MlOps:DuckDb</c>.</summary>
public sealed class DuckDbOptions
{
    /// <summary>Gets or sets how many threads the readings of files may use together, and each query besides.</summary>
    /// <value>The default is 0: one for each processor.</value>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>Gets or sets how much memory the readings of files may use together, and each query besides; sorts and joins that need more go to <see cref="TempFolder"/>.</summary>
    /// <value>The default is 1GB.</value>
    [Required]
    [RegularExpression(@"^\d+(\.\d+)? ?(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$")]
    public string MemoryLimit { get; set; } = "1GB";

    /// <summary>Gets or sets the folder for what does not fit into memory; the engine and each query use folders of their own in it, which nobody else may look into, and remove them.</summary>
    /// <value>The default is null: the temporary folder of the system.</value>
    public string? TempFolder { get; set; }
}

[OptionsValidator]
internal sealed partial class DuckDbOptionsValidator : IValidateOptions<DuckDbOptions>;
