using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MlOps.Tests;

/// <summary>
/// A Redis server for tests and benchmarks: the one that the environment variable MLOPS_REDIS names with a configuration of StackExchange.Redis, else one of our own, started from the installed binary in a temporary folder.
/// </summary>
/// <remarks>
/// Our own server listens on the loopback only and keeps nothing. It ends, and its folder goes, with this object, and also when this process is killed: a shell beside it reads the standard input, which ends then.
/// </remarks>
internal sealed class RedisServer : IAsyncDisposable
{
    private const string Variable = "MLOPS_REDIS";
    private const int Attempts = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process? _process;
    private readonly string? _folder;

    private RedisServer(string configuration, Process? process, string? folder) => (Configuration, _process, _folder) = (configuration, process, folder);

    /// <summary>Gets the configuration to connect with.</summary>
    public string Configuration { get; }

    /// <summary>Finds or starts the server.</summary>
    /// <returns>The server; null when there is none and it cannot be started, because nothing is installed.</returns>
    public static async Task<RedisServer?> StartAsync() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? new(given, null, null) : await StartOwnAsync().ConfigureAwait(false);

    /// <summary>Starts a server of our own.</summary>
    /// <param name="settings">Settings of the server, as <c>--cluster-enabled yes</c>, word by word.</param>
    /// <returns>The server; null when nothing is installed.</returns>
    public static async Task<RedisServer?> StartOwnAsync(params string[] settings)
    {
        if (FindBinary() is not { } binary) return null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StartAsync(binary, settings).ConfigureAwait(false);
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

    private static async Task<RedisServer> StartAsync(string binary, string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("mlops-redis-").FullName;
        try
        {
            var port = FreePort();
            var process = await ServeAsync(folder, [binary, "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no", "--daemonize", "no", .. settings]).ConfigureAwait(false);
            return new($"127.0.0.1:{port}", process, folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private static string? FindBinary() => OperatingSystem.IsWindows()
        ? null
        : ((string[])["/usr/bin", "/usr/local/bin", .. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)])
            .Select(folder => Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);

    // The bus of a cluster listens 10000 ports further up.
    private static string FreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            if (((IPEndPoint)listener.LocalEndpoint).Port is < 55_000 and var port) return port.ToString(CultureInfo.InvariantCulture);
        }
    }

    // What ends the whole group of this process must not end the shell, which has the server to end.
    private static async Task<Process> ServeAsync(string folder, string[] command)
    {
        const string Shell = """trap '' HUP INT TERM; folder=$1; shift; "$@" & server=$!; read _; kill -TERM $server; wait $server; rm -rf "$folder" """;
        var start = new ProcessStartInfo("sh", ["-c", Shell, "sh", folder, .. command]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C"; // its messages are read below
        var process = Process.Start(start)!;
        var said = new StringBuilder();
        try
        {
            using var late = new CancellationTokenSource(Patience);
            while (true)
            {
                var line = await process.StandardOutput.ReadLineAsync(late.Token).ConfigureAwait(false);
                said.AppendLine(line);
                if (line is null || line.Contains("Address already in use", StringComparison.Ordinal) || line.Contains("FATAL", StringComparison.Ordinal))
                    throw new InvalidOperationException($"Redis did not start. It said: {said}");
                if (line.Contains("Ready to accept connections", StringComparison.Ordinal)) break;
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
}
