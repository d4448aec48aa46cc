using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MlOps.Peers;

/// <summary>
/// Reads the peers' cases. They lie beside the project, not in it: the environment variable MLOPS_ORACLES says where, else it is ../shared/oracles seen from the root of the repository. Where they are absent the tests
/// are skipped and say so; on a build server (CI=true) they fail.
/// </summary>
internal static partial class Oracles
{
    public const string Category = "Category";
    public const string Peer = "Peer";
    private static readonly ConcurrentDictionary<string, JsonElement> Files = new();
    private static readonly ConcurrentDictionary<string, Dictionary<string, JsonElement>> Named = new();

    public static string Folder { get; } = Environment.GetEnvironmentVariable("MLOPS_ORACLES") is { Length: > 0 } folder ? folder : Path.Combine(Root(), "..", "shared", "oracles");

    /// <summary>The content of a file, read once. Infinities and NaN as bare words, which JSON does not have, are read as text.</summary>
    public static JsonElement Read(string file) => Files.GetOrAdd(file, static name => JsonDocument.Parse(Bare().Replace(File.ReadAllText(Path.Combine(Folder, name)), "\"$0\"")).RootElement);

    /// <summary>One row for each case of a file, named by the case's id; an id that comes again is counted. Excluded cases are skipped with the reason, never left out.</summary>
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

        foreach (var (name, one) in All(file).Where(c => which?.Invoke(c.Value) ?? true))
        {
            var row = new TheoryDataRow<string>(name) { TestDisplayName = name };
            if (excluded is not null && excluded.TryGetValue(IdOf(one), out var reason)) row.Skip = reason;
            yield return row;
        }
    }

    /// <summary>The case of a name.</summary>
    public static JsonElement Case(string file, string name) => name.Length > 0
        ? All(file)[name]
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

    private static Dictionary<string, JsonElement> All(string file) => Named.GetOrAdd(file, static name =>
    {
        var root = Read(name);
        var cases = new Dictionary<string, JsonElement>();
        var seen = new Dictionary<string, int>();
        foreach (var one in (root.ValueKind == JsonValueKind.Array ? root : root.GetProperty("cases")).EnumerateArray())
        {
            var id = IdOf(one);
            var count = seen[id] = seen.GetValueOrDefault(id) + 1;
            cases.Add(count == 1 ? id : $"{id} ({count})", one);
        }

        return cases;
    });

    /// <summary>The id of a case; one of a change detector, which has none, is called by detector, parameters and stream.</summary>
    private static string IdOf(JsonElement one) => one.TryGetProperty("id", out var id)
        ? id.GetString()!
        : $"{one.GetProperty("detector").GetString()} {one.GetProperty("params").GetRawText()} {one.GetProperty("stream").GetString()}";

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MlOps.Sdk.sln"))) return folder.FullName;
        }

        return AppContext.BaseDirectory;
    }

    [GeneratedRegex(@"(?<=[\[,:]\s*)(-?Infinity|NaN)(?=\s*[\],}])")]
    private static partial Regex Bare();
}
