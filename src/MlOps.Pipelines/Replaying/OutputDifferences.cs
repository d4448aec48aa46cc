using System.Globalization;
using System.Text.Json;

namespace MlOps.Pipelines;

/// <summary>Says in which values two outputs differ.</summary>
internal static class OutputDifferences
{
    private const int MaxDifferences = 5;
    private const int MaxText = 60;

    /// <summary>Compares two outputs, but for the times at which they were made.</summary>
    /// <param name="then">The JSON of then.</param>
    /// <param name="now">The JSON of now.</param>
    /// <returns>A sentence for each of the first differences, and one that counts the others.</returns>
    public static IReadOnlyList<string> Find(string then, string now)
    {
        using var before = JsonDocument.Parse(then);
        using var after = JsonDocument.Parse(now);
        var found = new List<string>();
        Compare("$", before.RootElement, after.RootElement, found);
        return found.Count <= MaxDifferences ? found : [.. found.Take(MaxDifferences), string.Create(CultureInfo.InvariantCulture, $"And {found.Count - MaxDifferences} more values differ.")];
    }

    private static void Compare(string path, JsonElement then, JsonElement now, List<string> found)
    {
        if (then.ValueKind == JsonValueKind.Object && now.ValueKind == JsonValueKind.Object)
        {
            var names = then.EnumerateObject().Select(p => p.Name).Union(now.EnumerateObject().Select(p => p.Name), StringComparer.Ordinal);
            foreach (var name in names.Where(name => name != "createdAt"))
            {
                var there = $"{path}.{name}";
                if (!then.TryGetProperty(name, out var before)) found.Add($"{there} is new.");
                else if (!now.TryGetProperty(name, out var after)) found.Add($"{there} is missing.");
                else Compare(there, before, after, found);
            }
        }
        else if (then.ValueKind == JsonValueKind.Array && now.ValueKind == JsonValueKind.Array && then.GetArrayLength() == now.GetArrayLength())
        {
            for (var i = 0; i < then.GetArrayLength(); i++) Compare(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), then[i], now[i], found);
        }
        else if (!JsonElement.DeepEquals(then, now))
        {
            found.Add($"{path} is {Short(now)} instead of {Short(then)}.");
        }
    }

    private static string Short(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= MaxText ? text : text[..(MaxText - 1)] + "…";
    }
}
