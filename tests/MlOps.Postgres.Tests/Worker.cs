using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MlOps.Core;

namespace MlOps.Postgres.Tests;

/// <summary>What another process does to the store of a test: this executable, started again.</summary>
internal static class Worker
{
    public const string Verb = "worker";

    public const int BatchSize = 500;

    public static Process Start(params string[] arguments)
    {
        var host = Path.ChangeExtension(typeof(Worker).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
        return Process.Start(new ProcessStartInfo(host, [Verb, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
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

    public static async Task<int> RunAsync(string[] arguments)
    {
        using var store = new Store(arguments[1], arguments[2]);
        var number = int.Parse(arguments[3], CultureInfo.InvariantCulture);
        if (arguments[0] == "record") await RecordAsync(store, number, int.Parse(arguments[4], CultureInfo.InvariantCulture));
        else await LogForeverAsync(store, number);
        return 0;
    }

    public static NewModelVersion Version(string content) => new(
        "flight-delay",
        new("flight-delay", new(Sha256.Hex(content), 1), new()
        {
            Model = "flight-delay",
            Platform = "mlnet_zip",
            Task = "regression",
            Signature = new(new([]), []),
            Features = [],
            Label = "delay",
            Preparation = [],
            Hyperparameters = new Dictionary<string, string>(),
            Metrics = new Dictionary<string, double>(),
            Baseline = new Dictionary<string, double>(),
            Data = new Dictionary<string, DatasetReference>(),
            Environment = new Dictionary<string, string>(),
        }),
        null,
        Store.Noon);

    // Registers versions, and logs to one run that all processes share.
    private static async Task RecordAsync(Store store, int process, int count)
    {
        await store.Metadata.StartRunAsync(new(Store.RunId, "shared", "shared", Store.Noon));
        for (var i = 0; i < count; i++)
        {
            await store.Registry.RegisterAsync(Version($"{process}/{i}"));
            await store.Metadata.LogAsync(Store.RunId, new() { Metrics = [new("m", process, i, Store.Noon)], Tags = new Dictionary<string, string> { [$"{process}/{i}"] = "x" } });
        }
    }

    // Says after each batch that it is recorded, until it is killed.
    private static async Task LogForeverAsync(Store store, int process)
    {
        await store.Metadata.StartRunAsync(new(Store.RunId, "shared", "shared", Store.Noon));
        for (var batch = 0; ; batch++)
        {
            await store.Metadata.LogAsync(Store.RunId, new()
            {
                Parameters = new Dictionary<string, string> { [$"p{process}-{batch}"] = "x" },
                Metrics = [.. Enumerable.Range(0, BatchSize).Select(i => new Metric("m", i, ((long)batch * BatchSize) + i, Store.Noon))],
                Tags = new Dictionary<string, string> { [$"t{process}-{batch}"] = "x" },
            });
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(batch));
        }
    }
}
