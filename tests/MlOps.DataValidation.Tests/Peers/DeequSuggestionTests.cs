using System.Text.Json;
using MlOps.Peers;
using MlOps.Statistics;

namespace MlOps.DataValidation.Tests;

/// <summary>The rules suggest where Deequ's rules do.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public sealed class DeequSuggestionTests
{
    // How far off Deequ takes its count of different values to be; ours is nearer.
    private const double PeerDistinctError = 0.08;

    public static IEnumerable<TheoryDataRow<string>> RuleCases() => DeequCases.Rows("suggestion_rule");

    public static IEnumerable<TheoryDataRow<string>> ValueCases() => DeequCases.Rows("suggestion_value");

    [Theory]
    [MemberData(nameof(RuleCases))]
    public void A_rule_applies_where_the_peers_does(string id)
    {
        var found = DeequCases.Find(id);
        var rule = found.GetProperty("rule").GetString()!;
        rule = rule.EndsWith("Rule", StringComparison.Ordinal) ? rule[..^4] : rule;
        var traits = TraitsOf(found);
        var suggestion = rule == nameof(SuggestionRules.RetainCompleteness)
            ? SuggestionRules.RetainCompleteness(traits, Given(found, "minimumCompleteness") ?? 0.2, Given(found, "maximumCompleteness") ?? 1)
            : SuggestionRules.All[rule](traits, new());
        (suggestion is not null).Should().Be(found.GetProperty("should_apply").GetBoolean());
    }

    [Theory]
    [MemberData(nameof(ValueCases))]
    public void A_lower_bound_is_that_of_the_peer(string id)
    {
        var found = DeequCases.Find(id);
        var (share, rows) = (found.GetProperty("completeness").GetDouble(), found.GetProperty("num_records").GetInt64());
        var bound = found.GetProperty("rule").GetString()!.Contains("Wald", StringComparison.Ordinal) ? BinomialInterval.WaldLower(share, rows) : BinomialInterval.WilsonLower(share, rows);
        bound.Should().BeApproximately(found.GetProperty("suggested_lower_bound").GetDouble(), 1e-9);
    }

    private static ColumnTraits TraitsOf(JsonElement found)
    {
        var profile = found.GetProperty("profile");
        var kind = profile.GetProperty("data_type").GetString() switch
        {
            "String" => ValueKind.Text,
            "Integral" => ValueKind.Integer,
            "Fractional" => ValueKind.Real,
            "Boolean" => ValueKind.Boolean,
            _ => ValueKind.Unknown,
        };
        var rows = found.GetProperty("num_records").GetInt64();
        double? Of(params string[] names) => names.Select(n => profile.TryGetProperty(n, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : (double?)null).FirstOrDefault(v => v is not null);
        var (min, max) = (Of("minimum", "min"), Of("maximum", "max"));
        return new("col1", rows, profile.GetProperty("completeness").GetDouble(), kind)
        {
            IsKindInferred = profile.GetProperty("type_inferred").GetBoolean(),
            Distinct = profile.GetProperty("approx_distinct").GetDouble(),
            DistinctError = PeerDistinctError,
            Values = profile.TryGetProperty("histogram", out var histogram) && histogram.ValueKind == JsonValueKind.Object
                ? [.. histogram.EnumerateObject().Select(v => KeyValuePair.Create(new Scalar(v.Name), v.Value.GetInt64()))]
                : null,
            Numbers = min is null && max is null ? null : new(min ?? max!.Value, max ?? min!.Value, Of("mean") ?? 0, Of("stdDev", "std_dev", "stddev") ?? 1, rows),
            Lengths = Of("minLength", "min_length") is { } shortest && Of("maxLength", "max_length") is { } longest ? ((long)shortest, (long)longest) : null,
        };
    }

    private static double? Given(JsonElement found, string name) => found.TryGetProperty("params", out var parameters) && parameters.TryGetProperty(name, out var value) ? value.GetDouble() : null;
}
