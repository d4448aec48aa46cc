using System.ComponentModel.DataAnnotations;

namespace MlOps.Sqlite;

/// <summary>Where the SQLite stores keep their file. Bound from <c>MlOps:Sqlite</c>.</summary>
public sealed class SqliteOptions
{
    /// <summary>Gets or sets the path of the file, or a connection string of Microsoft.Data.Sqlite.</summary>
    /// <value>The default is null: the file mlops.db in the folder of <c>MlOpsOptions</c>. A database in memory is refused.</value>
    public string? ConnectionString { get; set; }

    /// <summary>Gets or sets how long a call waits for other writers before it fails with a transient error.</summary>
    /// <value>The default is 30 seconds. Less than a second may become one.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
