namespace MlOps.Tests;

/// <summary>
/// A Redis server for tests and benchmarks: the one that the environment variable MLOPS_REDIS names with a configuration of StackExchange.Redis, else one of our own, started from the installed binary in a temporary folder.
/// </summary>
/// <remarks>Our own server listens on the loopback only and keeps nothing.</remarks>
internal sealed class RedisServer : IAsyncDisposable
{
    private const string Variable = "MLOPS_REDIS";

    private static readonly ServerKind Kind = new("Redis", Ready: "Ready to accept connections", Failures: ["Address already in use", "FATAL"], StopSignal: "TERM")
    {
        Patience = TimeSpan.FromSeconds(30),
    };

    private readonly ServerProcess? _process;

    private RedisServer(string configuration, ServerProcess? process) => (Configuration, _process) = (configuration, process);

    /// <summary>Gets the configuration to connect with.</summary>
    public string Configuration { get; }

    /// <summary>Finds or starts the server.</summary>
    /// <returns>The server; null when there is none and it cannot be started, because nothing is installed.</returns>
    public static async Task<RedisServer?> StartAsync() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? new(given, null) : await StartOwnAsync().ConfigureAwait(false);

    /// <summary>Starts a server of our own.</summary>
    /// <param name="settings">Settings of the server, as <c>--cluster-enabled yes</c>, word by word.</param>
    /// <returns>The server; null when nothing is installed.</returns>
    public static async Task<RedisServer?> StartOwnAsync(params string[] settings)
    {
        if (FindBinary() is not { } binary) return Environment.GetEnvironmentVariable("CI") == "true" ? throw new InvalidOperationException("There is no redis-server to start.") : null;
        var process = await ServerProcess.StartAsync(
            Kind,
            (folder, port) => Task.FromResult<string[]>([binary, "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no", "--daemonize", "no", .. settings])).ConfigureAwait(false);
        return new($"127.0.0.1:{process.Port}", process);
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static string? FindBinary() => OperatingSystem.IsWindows()
        ? null
        : ((string[])["/usr/bin", "/usr/local/bin", .. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)])
            .Select(folder => Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);
}
