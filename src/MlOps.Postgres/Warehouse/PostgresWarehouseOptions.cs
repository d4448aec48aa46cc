using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Postgres;

/// <summary>A PostgreSQL database that holds features. Bound from <c>MlOps:Warehouses:{name}</c>.</summary>
public sealed class PostgresWarehouseOptions
{
    /// <summary>Gets or sets the connection string of Npgsql, as <c>Host=db.example;Database=sales;Username=reader</c>. The user needs to read the tables and to create temporary ones.</summary>
    /// <value>The default is null, and then the host does not start: a server must be named. Errors and logs never hold it.</value>
    [Required]
    public string? ConnectionString { get; set; }

    /// <summary>Gets or sets how long a statement may take until its first rows, and after them until the next ones.</summary>
    /// <value>The default is one hour. It takes the place of Command Timeout in the connection string.</value>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromHours(1);
}

[OptionsValidator]
internal sealed partial class PostgresWarehouseOptionsValidator : IValidateOptions<PostgresWarehouseOptions>;
