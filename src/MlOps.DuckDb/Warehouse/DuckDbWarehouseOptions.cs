using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.DuckDb;

/// <summary>Files that hold features. Bound from <c>MlOps:Warehouses:{name}</c>.</summary>
public sealed class DuckDbWarehouseOptions
{
    /// <summary>Gets or sets the folder, or the database file of DuckDB, which is only read. In a folder each file <c>orders.parquet</c> is a table orders, and so is each folder <c>orders</c> with Parquet files in it.</summary>
    /// <value>The default is null, and then the host does not start: a place must be named.</value>
    [Required]
    public string? Path { get; set; }

    /// <summary>Gets or sets how many threads all sessions of the warehouse may use together.</summary>
    /// <value>The default is 0: one for each processor.</value>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>Gets or sets how much memory all sessions of the warehouse may use together; sorts and joins that need more go to <see cref="TempFolder"/>.</summary>
    /// <value>The default is 1GB.</value>
    [Required]
    [RegularExpression(@"^\d+(\.\d+)? ?(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$")]
    public string MemoryLimit { get; set; } = "1GB";

    /// <summary>Gets or sets the folder for what does not fit into memory; the warehouse uses a folder of its own in it, which nobody else may look into, and removes it.</summary>
    /// <value>The default is null: the temporary folder of the system.</value>
    public string? TempFolder { get; set; }

    internal DuckDbOptions ToEngine() => new() { Threads = Threads, MemoryLimit = MemoryLimit, TempFolder = TempFolder };
}

[OptionsValidator]
internal sealed partial class DuckDbWarehouseOptionsValidator : IValidateOptions<DuckDbWarehouseOptions>;
