using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MlOps.Tests;

/// <summary>
/// A PostgreSQL server for tests and benchmarks: the one that the environment variable MLOPS_POSTGRES names with a connection string, else one of our own, started from the installed binaries in a temporary folder.
/// </summary>
/// <remarks>
/// Our own server listens on the loopback only, lets everybody in there without a password, and does not wait for the disk. It ends, and its folder goes, with this object, and also when this process is killed: a shell
/// beside it reads the standard input, which ends then.
/// </remarks>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Variable = "MLOPS_POSTGRES";
    private const int Attempts = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process? _process;
    private readonly string? _folder;

    private PostgresServer(string connectionString, Process? process, string? folder) => (ConnectionString, _process, _folder) = (connectionString, process, folder);

    /// <summary>Gets the connection string of a superuser.</summary>
    public string ConnectionString { get; }

    /// <summary>Gets whether it is a server of our own, where a test may change what concerns all.</summary>
    public bool IsOurs => _process is not null;

    /// <summary>Finds or starts the server.</summary>
    /// <param name="settings">Settings of the server, as <c>synchronous_commit=on</c>, for one of our own.</param>
    /// <returns>The server; null when there is none and it cannot be started, because nothing is installed.</returns>
    public static async Task<PostgresServer?> StartAsync(params string[] settings)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given) return new(given, null, null);
        if (FindBinaries() is not { } binaries) return null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StartAsync(binaries, settings).ConfigureAwait(false);
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                // Somebody else has taken the port in between.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null) return;
        _process.StandardInput.Close(); // it stops by itself
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static async Task<PostgresServer> StartAsync(string binaries, string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("mlops-postgres-").FullName;
        try
        {
            if (IsRoot) await RunAsync("chown", "postgres", folder).ConfigureAwait(false); // the server refuses to run as root
            var data = Path.Combine(folder, "data");
            await RunAsync([.. AsOther, Path.Combine(binaries, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]).ConfigureAwait(false);
            var port = FreePort();
            var process = await ServeAsync(
                folder,
                [Path.Combine(binaries, "postgres"), "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=300", "-c", "fsync=off", .. settings.SelectMany(s => (string[])["-c", s])]).ConfigureAwait(false);
            return new($"Host=127.0.0.1;Port={port};Database=postgres;Username=postgres", process, folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
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

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    // SIGINT is a fast but orderly stop. What ends the whole group of this process must not end the shell, which has the server to end.
    private static async Task<Process> ServeAsync(string folder, string[] command)
    {
        const string Shell = """trap '' HUP INT TERM; folder=$1; shift; "$@" & server=$!; read _; kill -INT $server; wait $server; rm -rf "$folder" """;
        var process = Start([.. AsOther, "sh", "-c", Shell, "sh", folder, .. command]);
        var said = new StringBuilder();
        try
        {
            using var late = new CancellationTokenSource(Patience);
            while (true)
            {
                var line = await process.StandardError.ReadLineAsync(late.Token).ConfigureAwait(false);
                said.AppendLine(line);
                if (line is null || line.Contains("FATAL", StringComparison.Ordinal)) throw new InvalidOperationException($"PostgreSQL did not start. It said: {said}");
                if (line.Contains("ready to accept connections", StringComparison.Ordinal)) break;
            }
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
            throw;
        }

        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return process;
    }

    private static async Task RunAsync(params string[] command)
    {
        using var process = Start(command);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().ConfigureAwait(false);
        if (process.ExitCode != 0) throw new IOException($"{command[0]} failed: {await error.ConfigureAwait(false)}{await output.ConfigureAwait(false)}");
    }

    private static Process Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C"; // its messages are read above
        return Process.Start(start)!;
    }
}
