using System.Globalization;

namespace MlOps.Tests;

/// <summary>
/// A PostgreSQL server for tests and benchmarks: the one that the environment variable MLOPS_POSTGRES names with a connection string, else one of our own, started from the installed binaries in a temporary folder.
/// </summary>
/// <remarks>Our own server listens on the loopback only, lets everybody in there without a password, and does not wait for the disk.</remarks>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Variable = "MLOPS_POSTGRES";

    // SIGINT is a fast but orderly stop.
    private static readonly ServerKind Kind = new("PostgreSQL", Ready: "ready to accept connections", Failures: ["FATAL"], StopSignal: "INT")
    {
        Patience = TimeSpan.FromSeconds(60),
        TellsOnError = true,
        AsUser = AsOther,
    };

    private readonly ServerProcess? _process;

    private PostgresServer(string connectionString, ServerProcess? process) => (ConnectionString, _process) = (connectionString, process);

    /// <summary>Gets the connection string of a superuser.</summary>
    public string ConnectionString { get; }

    /// <summary>Gets whether it is a server of our own, where a test may change what concerns all.</summary>
    public bool IsOurs => _process is not null;

    /// <summary>Finds or starts the server.</summary>
    /// <param name="settings">Settings of the server, as <c>synchronous_commit=on</c>, for one of our own.</param>
    /// <returns>The server; null when there is none and it cannot be started, because nothing is installed.</returns>
    public static async Task<PostgresServer?> StartAsync(params string[] settings)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return new(given, null);
        if (FindBinaries() is not { } binaries) return null;
        var process = await ServerProcess.StartAsync(Kind, (folder, port) => PrepareAsync(binaries, folder, port, settings)).ConfigureAwait(false);
        return new($"Host=127.0.0.1;Port={process.Port};Database=postgres;Username=postgres", process);
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<string[]> PrepareAsync(string binaries, string folder, string port, string[] settings)
    {
        if (IsRoot) await RunAsync("chown", "postgres", folder).ConfigureAwait(false); // the server refuses to run as root
        var data = Path.Combine(folder, "data");
        await RunAsync([.. AsOther, Path.Combine(binaries, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]).ConfigureAwait(false);
        return [Path.Combine(binaries, "postgres"), "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=300", "-c", "fsync=off", .. settings.SelectMany(s => (string[])["-c", s])];
    }

    private static bool IsRoot => !OperatingSystem.IsWindows() && Environment.UserName == "root";

    private static string[] AsOther => IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    // The newest that Debian has installed, else what is found on the PATH.
    private static string? FindBinaries()
    {
        var installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0).Select(folder => Path.Combine(folder, "bin"))
            : [];
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return OperatingSystem.IsWindows() ? null : installed.Concat(onPath).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres")));
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = ServerProcess.Start(command);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().ConfigureAwait(false);
        if (process.ExitCode != 0) throw new IOException($"{command[0]} failed: {await error.ConfigureAwait(false)}{await output.ConfigureAwait(false)}");
    }
}
