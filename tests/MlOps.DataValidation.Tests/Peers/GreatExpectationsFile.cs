using System.Text.Json;
using System.Text.RegularExpressions;
using MlOps.Peers;

namespace MlOps.DataValidation.Tests.Peers;

/// <summary>The peer's cases. Their file holds infinities as bare words, which JSON does not have; they are read as text.</summary>
internal static partial class GreatExpectationsFile
{
    private const string File = "validation/gx_cases.json";
    private static readonly Lazy<JsonElement> Content = new(() => JsonDocument.Parse(Bare().Replace(System.IO.File.ReadAllText(Path.Combine(Oracles.Folder, File)), "\"$0\"")).RootElement);

    public static JsonElement Root => Content.Value;

    /// <summary>One row for each case, named by its id; an id that comes in several of the peer's files is counted.</summary>
    public static IEnumerable<TheoryDataRow<int>> Cases(IReadOnlyDictionary<string, string> excluded)
    {
        if (!System.IO.File.Exists(Path.Combine(Oracles.Folder, File)))
        {
            var absent = new TheoryDataRow<int>(0) { TestDisplayName = $"The peer's cases {File}" };
            if (Environment.GetEnvironmentVariable("CI") != "true") absent.Skip = $"The peer's cases are not here: {Path.Combine(Oracles.Folder, File)}. Set MLOPS_ORACLES to their folder.";
            yield return absent;
            yield break;
        }

        var seen = new Dictionary<string, int>();
        var position = 0;
        foreach (var one in Root.GetProperty("cases").EnumerateArray())
        {
            var id = one.GetProperty("id").GetString()!;
            var count = seen[id] = seen.GetValueOrDefault(id) + 1;
            yield return new(position++) { TestDisplayName = count == 1 ? id : $"{id} ({count})", Skip = excluded.GetValueOrDefault(id) };
        }
    }

    [GeneratedRegex(@"(?<=[\[,:]\s*)(-?Infinity|NaN)(?=\s*[\],}])")]
    private static partial Regex Bare();
}
