using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MlOps.Tests;

/// <summary>A server of our own for tests and benchmarks, on a free port of the loopback and in a temporary folder.</summary>
/// <remarks>It ends, and its folder goes, with this object, and also when this process is killed: a shell beside it reads the standard input, which ends then.</remarks>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int Attempts = 3;

    private readonly Process _process;
    private readonly string _folder;
    private readonly ServerKind _kind;

    private ServerProcess(Process process, string folder, string port, ServerKind kind) => (_process, _folder, Port, _kind) = (process, folder, port, kind);

    /// <summary>Gets the port on 127.0.0.1.</summary>
    public string Port { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="kind">What kind of server it is.</param>
    /// <param name="prepare">Gives the command for a folder and a port, and makes what the server needs in the folder.</param>
    /// <returns>The server, which is ready.</returns>
    /// <exception cref="InvalidOperationException">It did not start, three times.</exception>
    public static async Task<ServerProcess> StartAsync(ServerKind kind, Func<string, string, Task<string[]>> prepare)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StartOnceAsync(kind, prepare).ConfigureAwait(false);
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                // Somebody else has taken the port in between.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close(); // it stops by itself
        try
        {
            await _process.WaitForExitAsync().WaitAsync(_kind.Patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Starts a process whose messages are in English.</summary>
    public static Process Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C"; // its messages are read
        return Process.Start(start)!;
    }

    private static async Task<ServerProcess> StartOnceAsync(ServerKind kind, Func<string, string, Task<string[]>> prepare)
    {
        var folder = Directory.CreateTempSubdirectory($"mlops-{kind.Name.ToLowerInvariant()}-").FullName;
        try
        {
            var port = FreePort();
            return new(await ServeAsync(kind, folder, await prepare(folder, port).ConfigureAwait(false)).ConfigureAwait(false), folder, port, kind);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    // Below those that systems give to whoever connects, so that nobody gets it by chance, now or while a server is away; the bus of a Redis cluster listens 10000 ports further up.
    private static string FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(10_000, 22_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port.ToString(CultureInfo.InvariantCulture);
            }
            catch (SocketException)
            {
                // Somebody listens there.
            }
        }
    }

    // What ends the whole group of this process must not end the shell, which has the server to end.
    private static async Task<Process> ServeAsync(ServerKind kind, string folder, string[] command)
    {
        var shell = $$"""trap '' HUP INT TERM; folder=$1; shift; "$@" & server=$!; read _; kill -{{kind.StopSignal}} $server; wait $server; rm -rf "$folder" """;
        var process = Start([.. kind.AsUser, "sh", "-c", shell, "sh", folder, .. command]);
        var said = new StringBuilder();
        try
        {
            using var late = new CancellationTokenSource(kind.Patience);
            var messages = kind.TellsOnError ? process.StandardError : process.StandardOutput;
            while (true)
            {
                var line = await messages.ReadLineAsync(late.Token).ConfigureAwait(false);
                said.AppendLine(line);
                if (line is null || kind.Failures.Any(failure => line.Contains(failure, StringComparison.Ordinal))) throw new InvalidOperationException($"{kind.Name} did not start. It said: {said}");
                if (line.Contains(kind.Ready, StringComparison.Ordinal)) break;
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

/// <summary>How a kind of server is started, understood and stopped.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Ready">What it says when it is ready.</param>
/// <param name="Failures">What it says when it cannot start.</param>
/// <param name="StopSignal">The signal for an orderly stop.</param>
internal sealed record ServerKind(string Name, string Ready, string[] Failures, string StopSignal)
{
    /// <summary>Gets how long it may take to start, and to stop.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>Gets whether its messages come on the standard error.</summary>
    public bool TellsOnError { get; init; }

    /// <summary>Gets what runs it as another user; empty for this one.</summary>
    public string[] AsUser { get; init; } = [];
}
