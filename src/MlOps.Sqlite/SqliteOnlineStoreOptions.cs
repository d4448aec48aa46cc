using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace MlOps.Sqlite;

/// <summary>Where the online store in SQLite keeps its file. Bound from <c>MlOps:SqliteOnlineStore</c>.</summary>
public sealed class SqliteOnlineStoreOptions
{
    /// <summary>Gets or sets the path of the file.</summary>
    /// <value>The default is null: the file features.db in the folder of <c>MlOpsOptions</c>. A database in memory is refused; for that there is <c>UseInProcessOnlineStore</c>.</value>
    public string? File { get; set; }

    /// <summary>Gets or sets how long a write waits for other writers before it fails with a transient error. Reads never wait.</summary>
    /// <value>The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class SqliteOnlineStoreOptionsValidator : IValidateOptions<SqliteOnlineStoreOptions>;
