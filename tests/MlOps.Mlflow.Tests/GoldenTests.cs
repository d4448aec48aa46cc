using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MlOps.Mlflow.Tests;

/// <summary>
/// What MLflow 2.17.2 answers, as the files in Golden say: requests, each with the status and the whole body. In a body <c>"*"</c> is any value and <c>"$name"</c> a value that later
/// requests may use; <c>~</c> before a text is a part of it.
/// </summary>
public sealed partial class GoldenTests
{
    public static TheoryData<Backend, string> Cases()
    {
        TheoryData<Backend, string> cases = [];
        foreach (var backend in Enum.GetValues<Backend>()) foreach (var name in All().Keys) cases.Add(backend, name);
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_answers_as_MLflow_does(Backend backend, string name)
    {
        await using var server = await Server.StartAsync(backend);
        var known = new Dictionary<string, string>();
        foreach (var (request, expected) in All()[name])
        {
            var isQuery = request.StartsWith("GET ", StringComparison.Ordinal);
            var parts = Fill(request, isQuery ? known.ToDictionary(k => k.Key, k => Uri.EscapeDataString(k.Value)) : known).Split(' ', 3);
            var answer = await server.CallAsync(parts[0], parts[1], parts.Length > 2 ? parts[2] : null);
            var wanted = expected.Split(' ', 2);
            ((int)answer.Status).Should().Be(int.Parse(wanted[0], CultureInfo.InvariantCulture), "{0} was answered {1}", request, answer.Text);
            if (wanted.Length < 2) continue;
            using var body = JsonDocument.Parse(Fill(wanted[1], known, onlyKnown: true));
            Compare(body.RootElement, answer.Body, request, known);
        }
    }

    private static void Compare(JsonElement expected, JsonElement actual, string path, Dictionary<string, string> known)
    {
        if (expected.ValueKind == JsonValueKind.String && expected.GetString() is { } text)
        {
            if (text == "*") return;
            if (text.StartsWith('$') && known.TryAdd(text, actual.GetString()!)) return;
            text = Fill(text, known);

            if (text.StartsWith('~'))
            {
                actual.GetString().Should().Contain(text[1..], "that is part of {0}", path);
                return;
            }
        }

        actual.ValueKind.Should().Be(expected.ValueKind, "at {0} there is {1}", path, actual);
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                actual.EnumerateObject().Select(m => m.Name).Should().BeEquivalentTo(expected.EnumerateObject().Select(m => m.Name), "these are the members at {0}", path);
                foreach (var member in expected.EnumerateObject()) Compare(member.Value, actual.GetProperty(member.Name), $"{path}.{member.Name}", known);
                break;
            case JsonValueKind.Array:
                actual.GetArrayLength().Should().Be(expected.GetArrayLength(), "at {0} there is {1}", path, actual);
                var items = actual.EnumerateArray().ToList();
                // The order of tags and parameters says nothing.
                if (items.TrueForAll(i => i.ValueKind == JsonValueKind.Object && i.TryGetProperty("key", out _) && !i.TryGetProperty("step", out _))) items = [.. items.OrderBy(i => i.GetProperty("key").GetString(), StringComparer.Ordinal)];
                for (var i = 0; i < items.Count; i++) Compare(expected[i], items[i], $"{path}[{i}]", known);
                break;
            case JsonValueKind.Number:
                actual.GetDouble().Should().Be(expected.GetDouble(), "that is {0}", path);
                break;
            case JsonValueKind.String:
                actual.GetString().Should().Be(Fill(expected.GetString()!, known), "that is {0}", path);
                break;
        }
    }

    private static string Fill(string text, Dictionary<string, string> known, bool onlyKnown = false) =>
        Variable().Replace(text, m => known.TryGetValue(m.Value, out var value) ? value : onlyKnown ? m.Value : throw new InvalidOperationException($"{m.Value} is not known in {text}"));

    private static Dictionary<string, List<(string Request, string Expected)>> All()
    {
        var cases = new Dictionary<string, List<(string, string)>>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Golden")).Order())
        {
            List<(string, string)> steps = [];
            string? request = null;
            foreach (var line in File.ReadLines(file).Where(l => l.Length > 0))
            {
                if (line.StartsWith("# ", StringComparison.Ordinal)) cases.Add(line[2..], steps = []);
                else if (request is null) request = line;
                else
                {
                    steps.Add((request, line));
                    request = null;
                }
            }
        }

        return cases;
    }

    [GeneratedRegex(@"\$[a-z]+[0-9]*")]
    private static partial Regex Variable();
}
