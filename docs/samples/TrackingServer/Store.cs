using MlOps.Core;
using Npgsql;

namespace TrackingServer;

/// <summary>Where experiments, runs and models are kept: a SQLite file, or PostgreSQL when the text says a host.</summary>
internal sealed record Store(string Place, bool IsPostgres)
{
    /// <summary>Reads a path, a connection string (Host=…;Database=…) or a URI (postgresql://user:password@host:5432/database).</summary>
    public static Store Parse(string text)
    {
        if (text.StartsWith("postgres", StringComparison.OrdinalIgnoreCase) && text.Contains("://", StringComparison.Ordinal)) return new(FromUri(new Uri(text)), true);
        var isPostgres = text.Split(';').Any(part => part.TrimStart().StartsWith("Host=", StringComparison.OrdinalIgnoreCase) || part.TrimStart().StartsWith("Server=", StringComparison.OrdinalIgnoreCase));
        return isPostgres ? new(text, true) : new(Path.GetFullPath(text), false);
    }

    public MlOpsBuilder Use(MlOpsBuilder builder) => IsPostgres ? builder.UsePostgres(Place) : builder.UseSqlite(Place);

    public async Task<IStoreReset> CreateResetAsync() => IsPostgres ? await PostgresReset.CreateAsync(Place) : await SqliteReset.CreateAsync(Place);

    private static string FromUri(Uri uri)
    {
        var user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder { Host = uri.Host, Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')) };
        if (uri.Port > 0) builder.Port = uri.Port;
        if (user[0].Length > 0) builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) builder.Password = Uri.UnescapeDataString(user[1]);
        return builder.ToString();
    }
}
