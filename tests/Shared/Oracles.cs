using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace MlOps.Peers;

/// <summary>
/// Reads the peers' cases. They lie beside the project, not in it: the environment variable MLOPS_ORACLES says where, else it is ../shared/oracles seen from the root of the repository. Where they are absent the tests
/// are skipped and say so; on a build server (CI=true) they fail.
/// </summary>
internal static class Oracles
{
    public const string Category = "Category";
    public const string Peer = "Peer";
    private static readonly ConcurrentDictionary<string, JsonElement> Files = new();

    public static string Folder { get; } = Environment.GetEnvironmentVariable("MLOPS_ORACLES") is { Length: > 0 } folder ? folder : Path.Combine(Root(), "..", "shared", "oracles");

    /// <summary>The content of a file, read once.</summary>
    public static JsonElement Read(string file) => Files.GetOrAdd(file, static name => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name))).RootElement);

    /// <summary>One row for each case of a file, named by the case's id. Excluded cases are skipped with the reason, never left out.</summary>
    /// <param name="file">The file in the folder of the oracles.</param>
    /// <param name="which">Which of its cases the test is for.</param>
    /// <param name="excluded">The cases that rest on a peer's defect, with the reason.</param>
    public static IEnumerable<TheoryDataRow<string>> Cases(string file, Func<JsonElement, bool>? which = null, IReadOnlyDictionary<string, string>? excluded = null)
    {
        if (!File.Exists(Path.Combine(Folder, file)))
        {
            var absent = new TheoryDataRow<string>("") { TestDisplayName = $"The peers' cases {file}" };
            if (Environment.GetEnvironmentVariable("CI") != "true") absent.Skip = $"The peers' cases are not here: {Path.Combine(Folder, file)}. Set MLOPS_ORACLES to their folder.";
            yield return absent;
            yield break;
        }

        foreach (var one in All(file).Where(c => which?.Invoke(c) ?? true))
        {
            var id = one.GetProperty("id").GetString()!;
            var row = new TheoryDataRow<string>(id) { TestDisplayName = id };
            if (excluded is not null && excluded.TryGetValue(id, out var reason)) row.Skip = reason;
            yield return row;
        }
    }

    /// <summary>The case of an id.</summary>
    public static JsonElement Case(string file, string id) => id.Length > 0
        ? All(file).First(c => c.GetProperty("id").GetString() == id)
        : throw new FileNotFoundException($"The peers' cases are not here: {Path.Combine(Folder, file)}. Set MLOPS_ORACLES to their folder.");

    /// <summary>A number, which JSON writes as text when it is NaN, infinite or a 64-bit integer of a peer.</summary>
    public static double Number(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? element.GetString() switch
        {
            "Infinity" or "inf" => double.PositiveInfinity,
            "-Infinity" or "-inf" => double.NegativeInfinity,
            "NaN" or "nan" => double.NaN,
            var text => double.Parse(text!, CultureInfo.InvariantCulture),
        }
        : element.GetDouble();

    private static JsonElement.ArrayEnumerator All(string file)
    {
        var root = Read(file);
        return (root.ValueKind == JsonValueKind.Array ? root : root.GetProperty("cases")).EnumerateArray();
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MlOps.Sdk.sln"))) return folder.FullName;
        }

        return AppContext.BaseDirectory;
    }
}
