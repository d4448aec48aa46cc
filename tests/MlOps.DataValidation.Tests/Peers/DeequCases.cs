using System.Globalization;
using System.Text.Json;

namespace MlOps.DataValidation.Tests;

/// <summary>The cases of Deequ, by their kind.</summary>
internal static class DeequCases
{
    private const string File = "validation/deequ_cases.json";
    private static readonly Lazy<IReadOnlyList<JsonElement>> All = new(() => [.. Oracles.Load(File).GetProperty("cases").EnumerateArray()]);

    /// <summary>A row for each case of the kinds; a single row that is skipped when the cases are not there.</summary>
    public static IEnumerable<TheoryDataRow<string>> Rows(params string[] kinds) => Oracles.Rows(File, () =>
        All.Value.Where(c => kinds.Contains(c.GetProperty("kind").GetString())).Select(c => c.GetProperty("id").GetString()!));

    public static JsonElement Find(string id) => All.Value.Single(c => c.GetProperty("id").GetString() == id);

    public static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Number
        ? value.GetDouble()
        : value.GetString() switch
        {
            "Infinity" or "inf" => double.PositiveInfinity,
            "-Infinity" or "-inf" => double.NegativeInfinity,
            "Double.MaxValue" => double.MaxValue,
            "Double.MinValue" => double.MinValue,
            var text => double.Parse(text!, CultureInfo.InvariantCulture),
        };
}
