using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using MlOps.Peers;

namespace MlOps.DataValidation.Tests.Peers;

/// <summary>Deequ's checks, and those of its analyzers that are statistics of expectations: the same verdict and the same number.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public sealed class DeequCheckTests
{
    private const string File = "validation/deequ_cases.json";

    public static IEnumerable<TheoryDataRow<string>> Checks() => Oracles.Cases(File, c => c.GetProperty("kind").GetString() == "check");

    public static IEnumerable<TheoryDataRow<string>> Analyzers() => Oracles.Cases(File, c => c.GetProperty("kind").GetString() == "analyzer" && Expectation(c) is not null);

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task A_check_of_deequ(string id)
    {
        var one = Oracles.Case(File, id);
        var result = await ValidateAsync(one, Check(one.GetProperty("check").GetString()!.Split(' ')));

        result.Success.Should().Be(one.GetProperty("expected_success").GetBoolean(), result.Message);
        if (one.GetProperty("expected_metric") is { ValueKind: JsonValueKind.Number } metric) (1 - (result.UnexpectedPercent / 100)).Should().BeApproximately(metric.GetDouble(), 1e-9);
    }

    [Theory]
    [MemberData(nameof(Analyzers))]
    public async Task An_analyzer_of_deequ(string id)
    {
        var one = Oracles.Case(File, id);
        var result = await ValidateAsync(one, Expectation(one)!);
        var expected = one.GetProperty("expected");
        if (expected.ValueKind == JsonValueKind.String && expected.GetString()!.StartsWith("FAIL", StringComparison.Ordinal))
        {
            result.Success.Should().BeFalse();
            if (expected.GetString() == "FAIL_EMPTY_STATE") result.Observed.IsMissing.Should().BeTrue();
            else result.Error.Should().NotBeNull();
            return;
        }

        var observed = result.JudgesRows ? 1 - (result.UnexpectedPercent / 100)
            : one.GetProperty("analyzer").GetString() == "Completeness" ? 1 - (double)result.Observed.Value!
            : Convert.ToDouble(result.Observed.Value, CultureInfo.InvariantCulture);
        if (expected.ValueKind == JsonValueKind.Object) observed.Should().BeInRange(expected.GetProperty("gt").GetDouble(), expected.GetProperty("lt").GetDouble());
        else observed.Should().BeApproximately(Oracles.Number(expected), 1e-9);
    }

    private static Expectation? Expectation(JsonElement one)
    {
        string[] columns = [.. one.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!)];
        var where = one.TryGetProperty("where", out var filter) ? new RowFilter(filter.GetString()!) : null;
        Expectation? mapped = (one.GetProperty("analyzer").GetString(), columns.Length) switch
        {
            ("Size", _) => new RowCountBetween(0),
            ("Completeness", 1) => Any(columns, Statistic.MissingShare),
            ("Uniqueness", 1) => Any(columns, Statistic.UniqueShare),
            ("Mean", 1) => Any(columns, Statistic.Mean),
            ("StandardDeviation", 1) => Any(columns, Statistic.PopulationStandardDeviation),
            ("Minimum", 1) => Numeric(one, columns) ? Any(columns, Statistic.Min) : null,
            ("Maximum", 1) => Numeric(one, columns) ? Any(columns, Statistic.Max) : null,
            ("MinLength", 1) => Any(columns, Statistic.MinLength),
            ("MaxLength", 1) => Any(columns, Statistic.MaxLength),
            ("CountDistinct" or "ApproxCountDistinct", 1) => Any(columns, Statistic.DistinctCount),
            ("Compliance", _) => new Satisfies(new(one.GetProperty("predicate").GetString()!)),
            _ => null,
        };
        return mapped is null ? null : mapped with { Where = where };
    }

    private static StatisticBetween Any(string[] columns, Statistic statistic) => new(columns[0], statistic, double.NegativeInfinity, double.PositiveInfinity);

    // The least text is a minimum of ours and an error of the peer's.
    private static bool Numeric(JsonElement one, string[] columns) =>
        Oracles.Read(File).GetProperty("datasets").GetProperty(one.GetProperty("dataset").GetString()!).GetProperty(columns[0]).EnumerateArray().All(v => v.ValueKind != JsonValueKind.String);

    private static Expectation Check(string[] words) => words[0] switch
    {
        "isComplete" => new NotNull(words[1]),
        "isUnique" => new Unique([words[1]]),
        "isNonNegative" => new ValuesBetween(words[1], 0),
        "isPositive" => new ValuesBetween(words[1], 0, StrictMin: true),
        "isContainedIn" => new ValuesInSet(words[1], [.. string.Join(' ', words[2..]).Trim('[', ']').Split(',').Select(v => (Scalar)v.Trim().Trim('"', '\''))]),
        "containsURL" => new MatchesRegex(words[1], [@"https?://[^\s/$.?#].[^\s]*"]) { Mostly = Share(words), Nulls = NullPolicy.Judge },
        "hasSize" => new RowCountBetween(Bound(words[1], words[2], least: true), Bound(words[1], words[2], least: false)),
        "hasApproxQuantile" => new QuantilesBetween(words[1], [new(Number(words[2]), words[3] is ">=" or "==" ? Number(words[4]) : null, words[3] is "<=" or "==" ? Number(words[4]) : null)]),
        _ => throw new NotSupportedException($"{words[0]} is not mapped."),
    };

    private static double Share(string[] words) => words.Length > 3 && words[2] is ">=" or "==" ? Number(words[3]) : 1;

    private static long? Bound(string comparison, string number, bool least) => comparison == "==" || comparison == (least ? ">=" : "<=") ? (long)Number(number) : null;

    private static double Number(string word) => double.Parse(word, CultureInfo.InvariantCulture);

    private static async Task<ExpectationResult> ValidateAsync(JsonElement one, Expectation expectation)
    {
        var dataset = Oracles.Read(File).GetProperty("datasets").GetProperty(one.GetProperty("dataset").GetString()!);
        var table = TableOf.Columns([.. dataset.EnumerateObject().Select(c => (c.Name, Column(c.Value)))]);
        return (await new ExpectationSuite("peer", [expectation]).ValidateAsync(TableOf.Rows(table), null, TestContext.Current.CancellationToken)).Results[0];
    }

    private static IArrowArray Column(JsonElement values)
    {
        // One table is described in words: "integers -1000..999 inclusive".
        if (values.ValueKind == JsonValueKind.String)
        {
            var bounds = values.GetString()!.Split(' ')[1].Split("..").Select(b => long.Parse(b, CultureInfo.InvariantCulture)).ToArray();
            return TableOf.Integers([.. Enumerable.Range(0, (int)(bounds[1] - bounds[0] + 1)).Select(i => (long?)(bounds[0] + i))]);
        }

        var all = values.EnumerateArray().ToList();
        if (all.TrueForAll(v => v.ValueKind == JsonValueKind.Null)) return TableOf.Numbers([.. all.Select(_ => (double?)null)]);
        if (all.Exists(v => v.ValueKind == JsonValueKind.String)) return TableOf.Texts([.. all.Select(v => v.ValueKind == JsonValueKind.Null ? null : v.ToString())]);
        if (all.TrueForAll(v => v.ValueKind == JsonValueKind.Null || v.TryGetInt64(out _))) return TableOf.Integers([.. all.Select(v => v.ValueKind == JsonValueKind.Null ? (long?)null : v.GetInt64())]);
        return TableOf.Numbers([.. all.Select(v => v.ValueKind == JsonValueKind.Null ? (double?)null : v.GetDouble())]);
    }
}
