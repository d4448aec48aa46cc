using System.ComponentModel.DataAnnotations;

namespace MlOps.Postgres;

/// <summary>Where the PostgreSQL stores keep their tables. Bound from <c>MlOps:Postgres</c>.</summary>
public sealed class PostgresOptions
{
    /// <summary>Gets or sets the connection string of Npgsql, as <c>Host=db.example;Database=mlops;Username=mlops</c>.</summary>
    /// <value>The default is null, and then the host does not start: a server must be named. Errors and logs never hold it.</value>
    [Required]
    public string? ConnectionString { get; set; }

    /// <summary>Gets or sets the schema of the tables, which is created when it is missing. Stores in different schemas of one database know nothing of each other.</summary>
    /// <value>The default is mlops. Lower-case letters, digits and underscores, at most 50, the first no digit; not one of the server's own, which begin with pg_.</value>
    [Required]
    [RegularExpression("^(?!pg_)[a-z_][a-z0-9_]{0,49}$")]
    public string Schema { get; set; } = "mlops";

    /// <summary>Gets or sets how long a call waits for other writers before it fails with a transient error.</summary>
    /// <value>The default is 20 seconds. Keep it below the Command Timeout of the connection string, which is 30 seconds unless it says otherwise.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
