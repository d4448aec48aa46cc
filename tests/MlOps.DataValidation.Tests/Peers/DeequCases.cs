using System.Text.Json;
using MlOps.Peers;

namespace MlOps.DataValidation.Tests;

/// <summary>The cases of Deequ, by their kind.</summary>
internal static class DeequCases
{
    private const string File = "validation/deequ_cases.json";

    public static IEnumerable<TheoryDataRow<string>> Rows(params string[] kinds) => Oracles.Cases(File, c => kinds.Contains(c.GetProperty("kind").GetString()));

    public static JsonElement Find(string id) => Oracles.Case(File, id);
}
