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

    /// <summary>Gets or sets what all sessions of the warehouse may use together.</summary>
    /// <value>The default is that of <see cref="DuckDbOptions"/>: a thread for each processor, 1GB, and the temporary folder of the system for what does not fit.</value>
    [ValidateObjectMembers]
    public DuckDbOptions Engine { get; set; } = new();
}

[OptionsValidator]
internal sealed partial class DuckDbWarehouseOptionsValidator : IValidateOptions<DuckDbWarehouseOptions>;
