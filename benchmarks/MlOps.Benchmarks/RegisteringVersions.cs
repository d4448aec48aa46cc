using System.Globalization;
using MlOps.Core;

namespace MlOps.Benchmarks;

/// <summary>Does registering a version cost more the more versions a model has? The last tenth of 1,000 and of 10,000 against the first tenth of the same model, in one SQLite file.</summary>
internal static class RegisteringVersions
{
    public static Comparison[] Comparisons { get; } = [Of(1000), Of(10_000)];

    private static Comparison Of(int count) => new(
        string.Create(CultureInfo.InvariantCulture, $"register-{count}"),
        string.Create(CultureInfo.InvariantCulture, $"registering one of {count:N0} versions of a model, processor time"),
        new("the last tenth", () => RegisterAsync(count, isLast: true)),
        new("the first tenth", () => RegisterAsync(count, isLast: false)),
        new("at most 1.3", (_, ratio) => ratio <= 1.3));

    private static async Task<Measured> RegisterAsync(int count, bool isLast)
    {
        using var folder = new TemporaryFolder();
        await using var host = StoringRuns.Host(Path.Combine(folder.Path, "mlops.db"));
        var registry = host.GetRequiredService<IModelRegistry>();
        await RegisterAsync(registry, "warm", 0, 200); // compiled by then, on both sides
        var tenth = count / 10;
        if (isLast) await RegisterAsync(registry, "model", 0, count - tenth);
        return (await Measured.CpuAsync(() => RegisterAsync(registry, "model", isLast ? count - tenth : 0, tenth))).Per(tenth);
    }

    private static async Task RegisterAsync(IModelRegistry registry, string model, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            var version = await registry.RegisterAsync(new(model, null, null, DateTimeOffset.UnixEpoch.AddSeconds(i)) { Source = string.Create(CultureInfo.InvariantCulture, $"s3://models/{model}/{i}") });
            if (version.Version != i + 1) throw new InvalidOperationException($"Version {version.Version} came after {i}.");
        }
    }
}
