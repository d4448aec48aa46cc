using System.Globalization;
using System.Text.Json;
using MlOps.Peers;

namespace MlOps.DataValidation.Tests.Peers;

/// <summary>The cases of Great Expectations: the same verdict, and where a number is given, the number.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public sealed class GreatExpectationsTests
{
    private const string File = "validation/gx_cases.json";

    public static IEnumerable<TheoryDataRow<string>> Cases() => Oracles.Cases(File);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_case_of_great_expectations(string name)
    {
        var one = Oracles.Case(File, name);
        var expected = one.GetProperty("expected");
        var fails = one.GetProperty("expects_error").GetBoolean() || expected.TryGetProperty("traceback_substring", out _);
        ExpectationResult? result;
        try
        {
            result = await ValidateAsync(one);
        }
        catch (Exception e) when (fails && e is ArgumentException or FormatException)
        {
            return; // refused, as the peer does
        }

        if (fails)
        {
            result!.Success.Should().BeFalse();
            result.Error.Should().NotBeNull();
            return;
        }

        if (expected.TryGetProperty("success", out var success)) (result?.Success ?? true).Should().Be(success.GetBoolean(), result?.Message);
        if (result is not null) Compare(result, expected, one.TryGetProperty("tolerance", out var tolerance) ? tolerance.GetDouble() : null);
    }

    private static async Task<ExpectationResult?> ValidateAsync(JsonElement one)
    {
        var expectation = GreatExpectationsAdapter.Map(one.GetProperty("expectation").GetString()!, new(one.GetProperty("kwargs")));
        if (expectation is null) return null;
        var table = GreatExpectationsData.Table(Oracles.Read(File).GetProperty("datasets").GetProperty(one.GetProperty("dataset").GetString()!));
        var result = await new ExpectationSuite("peer", [expectation]).ValidateAsync(TableOf.Rows(table), new() { SampleSize = 10_000 }, TestContext.Current.CancellationToken);
        return result.Results[0];
    }

    private static void Compare(ExpectationResult result, JsonElement expected, double? tolerance)
    {
        if (expected.TryGetProperty("result", out var counts)) Compare(result, counts, tolerance);
        foreach (var (name, value) in new[]
        {
            ("element_count", result.ElementCount), ("missing_count", result.MissingCount), ("unexpected_count", result.UnexpectedCount), ("missing_percent", result.MissingPercent),
            ("unexpected_percent", result.UnexpectedPercent), ("unexpected_percent_nonmissing", result.UnexpectedPercent), ("unexpected_percent_total", result.UnexpectedPercentOfAll),
        })
        {
            if (expected.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number) value.Should().BeApproximately(number.GetDouble(), 1e-9, name);
        }

        if (expected.TryGetProperty("observed_value", out var observed)) Observed(result, observed, tolerance);
        if (expected.TryGetProperty("unexpected_list", out var list) && result.Kind != "of_type") Unexpected(result, list);
        if (expected.TryGetProperty("unexpected_index_list", out var rows) && result.Kind != "of_type")
            result.Sample.Select(s => s.Row).Should().Equal(rows.EnumerateArray().Select(r => r.GetProperty("pk_index").GetInt64()));
        if (expected.TryGetProperty("value_counts", out var values)) Numbers(result, "counts").Should().Equal(values.EnumerateArray().Select(v => v.GetProperty("count").GetDouble()));
        if (expected.TryGetProperty("details", out var details) && details.TryGetProperty("mismatched", out var mismatched))
        {
            foreach (var part in mismatched.EnumerateObject()) result.Details[part.Name].Select(v => v.ToString()).Should().BeEquivalentTo(part.Value.EnumerateArray().Select(v => v.GetString()));
        }

        Distribution(result, expected);
    }

    private static void Distribution(ExpectationResult result, JsonElement expected)
    {
        foreach (var side in new[] { "observed", "expected" })
        {
            if (!expected.TryGetProperty($"{side}_partition", out var partition) || !partition.TryGetProperty("bins", out var bins)) continue;
            Numbers(result, "bins").Should().Equal(bins.EnumerateArray().Select(Oracles.Number));
            Near(Numbers(result, $"{side}_weights"), partition.GetProperty("weights"), 1e-6);
            if (partition.TryGetProperty("tail_weights", out var tails)) Near(Numbers(result, $"{side}_tails"), tails, 1e-6);
        }

        if (expected.TryGetProperty("observed_cdf_x_0_lt", out var below)) Numbers(result, "range")[0].Should().BeLessThan(below.GetDouble());
        if (expected.TryGetProperty("observed_cdf_x_-1_gt", out var above)) Numbers(result, "range")[1].Should().BeGreaterThan(above.GetDouble());
        if (expected.TryGetProperty("observed_cdf_x_0_eq", out var first)) Numbers(result, "range")[0].Should().Be(first.GetDouble());
        if (expected.TryGetProperty("observed_cdf_x_-1_eq", out var last)) Numbers(result, "range")[1].Should().Be(last.GetDouble());
    }

    private static void Observed(ExpectationResult result, JsonElement expected, double? tolerance)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Null:
                (result.Observed.IsMissing || result.Observed.Value is double.PositiveInfinity).Should().BeTrue();
                break;
            case JsonValueKind.Number:
                var number = expected.GetDouble();
                Convert.ToDouble(result.Observed.Value, CultureInfo.InvariantCulture).Should().BeApproximately(number, tolerance ?? (1e-6 * Math.Abs(number)));
                break;
            case JsonValueKind.Array:
                result.Details[result.Details.ContainsKey("values") ? "values" : "observed"].Select(v => v.ToString()).Should().Equal(expected.EnumerateArray().Select(v => v.ToString()));
                break;
            case JsonValueKind.Object:
                Near(Numbers(result, "values"), expected.GetProperty("values"), tolerance ?? 1e-6);
                break;
        }
    }

    private static void Unexpected(ExpectationResult result, JsonElement expected)
    {
        var rows = expected.EnumerateArray().ToList();
        result.UnexpectedCount.Should().Be(rows.Count);
        result.Sample.Should().HaveCount(rows.Count);
        foreach (var (row, wanted) in result.Sample.Zip(rows))
        {
            if (wanted.ValueKind == JsonValueKind.Array)
                foreach (var (column, i) in result.Columns.Select((c, i) => (c, i))) Same(row.Values[column], wanted[i]);
            else if (wanted.ValueKind == JsonValueKind.Object)
                foreach (var value in wanted.EnumerateObject()) Same(row.Values[value.Name], value.Value);
            else
                Same(row.Values[result.Columns[0]], wanted);
        }
    }

    private static void Same(Scalar value, JsonElement wanted)
    {
        if (wanted.ValueKind == JsonValueKind.Null) value.IsMissing.Should().BeTrue();
        else if (wanted.ValueKind == JsonValueKind.Number) Convert.ToDouble(value.Value, CultureInfo.InvariantCulture).Should().BeApproximately(wanted.GetDouble(), 1e-9);
        else if (value.Value is DateTime moment) moment.Should().Be(DateTime.Parse(wanted.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal));
        else value.ToString().Should().Be(wanted.ToString());
    }

    private static double[] Numbers(ExpectationResult result, string detail) => [.. result.Details[detail].Select(v => Convert.ToDouble(v.Value, CultureInfo.InvariantCulture))];

    private static void Near(double[] values, JsonElement expected, double tolerance)
    {
        values.Should().HaveCount(expected.GetArrayLength());
        foreach (var (value, wanted) in values.Zip(expected.EnumerateArray())) value.Should().BeApproximately(Oracles.Number(wanted), tolerance);
    }
}
