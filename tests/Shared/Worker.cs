using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Tests;

/// <summary>What another process does to the stores of a test: the executable of the tests, started again.</summary>
internal static class Worker
{
    public const string Verb = "worker";

    public const int BatchSize = 500;

    /// <summary>The run that all processes share.</summary>
    public const string RunId = "00000000000000000000000000000001";

    public static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);

    public static Process Start(params string[] arguments)
    {
        var host = Path.ChangeExtension(typeof(Worker).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        return Process.Start(new ProcessStartInfo(host, [Verb, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // who is killed leaves the runtime's files
        })!;
    }

    public static async Task EndAsync(Process worker, CancellationToken cancellationToken)
    {
        using (worker)
        {
            var (output, error) = (worker.StandardOutput.ReadToEndAsync(cancellationToken), worker.StandardError.ReadToEndAsync(cancellationToken));
            await worker.WaitForExitAsync(cancellationToken);
            worker.ExitCode.Should().Be(0, "it said: {0}{1}", await output, await error);
        }
    }

    /// <summary>Does the work of a process: "record" with its number and how often, or "log" with its number.</summary>
    public static async Task<int> RunAsync(string work, string[] numbers, IMetadataStore metadata, IModelRegistry registry)
    {
        var number = int.Parse(numbers[0], CultureInfo.InvariantCulture);
        if (work == "record") await RecordAsync(metadata, registry, number, int.Parse(numbers[1], CultureInfo.InvariantCulture));
        else await LogForeverAsync(metadata, number);
        return 0;
    }

    public static NewModelVersion Version(string content) => new(
        "flight-delay",
        new("flight-delay", new(Sha256.Hex(content), 1), Manifests.Empty),
        null,
        Noon);

    // Registers versions, and logs to one run that all processes share.
    private static async Task RecordAsync(IMetadataStore metadata, IModelRegistry registry, int process, int count)
    {
        await metadata.StartRunAsync(new(RunId, "shared", "shared", Noon));
        for (var i = 0; i < count; i++)
        {
            await registry.RegisterAsync(Version($"{process}/{i}"));
            await metadata.LogAsync(RunId, new() { Metrics = [new("m", process, i, Noon)], Tags = new Dictionary<string, string> { [$"{process}/{i}"] = "x" } });
        }
    }

    // Says after each batch that it is recorded, until it is killed.
    private static async Task LogForeverAsync(IMetadataStore metadata, int process)
    {
        await metadata.StartRunAsync(new(RunId, "shared", "shared", Noon));
        for (var batch = 0; ; batch++)
        {
            await metadata.LogAsync(RunId, new()
            {
                Parameters = new Dictionary<string, string> { [$"p{process}-{batch}"] = "x" },
                Metrics = [.. Enumerable.Range(0, BatchSize).Select(i => new Metric("m", i, ((long)batch * BatchSize) + i, Noon))],
                Tags = new Dictionary<string, string> { [$"t{process}-{batch}"] = "x" },
            });
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(batch));
        }
    }
}
