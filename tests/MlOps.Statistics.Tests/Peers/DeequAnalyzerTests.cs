using System.Globalization;
using System.Text.Json;
using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>Deequ's analyzers, whose metrics are read from profiles of the columns.</summary>
/// <remarks>Text that holds numbers is profiled as text, as Deequ does: its numeric analyzers refuse it. A missing column, a column of the wrong type and an empty state are Deequ's three failures.</remarks>
[Trait(Oracles.Category, Oracles.Peer)]
public class DeequAnalyzerTests
{
    private const string File = "validation/deequ_cases.json";

    private static readonly Dictionary<string, string> Excluded = new();

    public static IEnumerable<TheoryDataRow<string>> Cases => Oracles.Cases(File, c => c.GetProperty("kind").GetString() == "analyzer", Excluded);

    public static IEnumerable<TheoryDataRow<string>> Merges => Oracles.Cases(File, c => c.GetProperty("kind").GetString() == "incremental_merge", Excluded);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_Deequ(string id)
    {
        var one = Oracles.Case(File, id);
        var table = Table(one.GetProperty("dataset").GetString()!);
        if (one.TryGetProperty("where", out var where) && where.ValueKind == JsonValueKind.String) table = Filtered(table, where.GetString()!);
        Matches(MetricOf(one, table), one.GetProperty("expected"));
    }

    [Theory]
    [MemberData(nameof(Merges))]
    public void Merges_like_Deequ(string id)
    {
        var one = Oracles.Case(File, id);
        var (initial, delta) = (Table(one.GetProperty("initial").GetString()!), Table(one.GetProperty("delta").GetString()!));
        Matches(MetricOf(one, initial), one.GetProperty("expected_initial"));
        Matches(MetricOf(one, delta), one.GetProperty("expected_delta"));
        Matches(MetricOf(one, initial, delta), one.GetProperty("expected_merged"));
    }

    private static void Matches(object metric, JsonElement expected)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.String when metric is string failure:
                failure.Should().Be(expected.GetString());
                break;
            case JsonValueKind.Object when metric is Dictionary<string, double> counts:
                foreach (var property in expected.EnumerateObject())
                {
                    if (property.Name == "keys") counts.Keys.Where(k => k != "bins").Should().BeEquivalentTo(property.Value.EnumerateArray().Select(k => k.GetString()));
                    else counts.GetValueOrDefault(property.Name).Should().Be(Oracles.Number(property.Value), property.Name);
                }

                break;
            case JsonValueKind.Object:
                if (expected.TryGetProperty("gt", out var least)) ((double)metric).Should().BeGreaterThan(Oracles.Number(least));
                if (expected.TryGetProperty("lt", out var most)) ((double)metric).Should().BeLessThan(Oracles.Number(most));
                break;
            default:
                var number = Oracles.Number(expected);
                if (double.IsNaN(number)) ((double)metric).Should().Be(number);
                else metric.Should().BeOfType<double>().Which.Should().BeApproximately(number, 1e-6 * Math.Max(1, Math.Abs(number)));
                break;
        }
    }

    private static object MetricOf(JsonElement one, params JsonColumns[] parts)
    {
        var analyzer = one.GetProperty("analyzer").GetString()!;
        var columns = one.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!).ToArray();
        var profile = new DatasetProfile();
        foreach (var part in parts) profile.Merge(part.Profile());
        if (columns.FirstOrDefault(c => !profile.TryGet(c, out _)) is not null) return "FAIL_NO_SUCH_COLUMN";
        if (analyzer == "Size") return (double)profile.Rows;
        if (columns.Length > 1) return OfGroups(analyzer, columns, parts);
        var column = profile[columns[0]];
        return analyzer switch
        {
            "Completeness" => column.Rows == 0 ? "FAIL_EMPTY_STATE" : (double)column.Count / column.Rows,
            "Compliance" => column.Rows == 0 ? "FAIL_EMPTY_STATE" : (double)parts.Sum(p => Filtered(p, one.GetProperty("predicate").GetString()!).Rows) / column.Rows,
            "ApproxCountDistinct" or "CountDistinct" => (double)column.Distinct.Value,
            "Uniqueness" or "Distinctness" or "UniqueValueRatio" or "Entropy" or "DuplicateRowCount" => OfGroups(analyzer, columns, parts),
            "HistogramBins" => HistogramOf(column),
            "DataType" => Types(column),
            "MinLength" or "MaxLength" => column.Texts is not { } texts ? "FAIL_NOT_STRING" : texts.Count == 0 ? "FAIL_EMPTY_STATE" : analyzer == "MinLength" ? texts.Lengths.Min : texts.Lengths.Max,
            _ => OfNumbers(analyzer, one, column),
        };
    }

    private static object OfNumbers(string analyzer, JsonElement one, ColumnProfile column)
    {
        if (column.Count == 0) return "FAIL_EMPTY_STATE";
        if (column.Numbers is not { } numbers) return "FAIL_NOT_NUMERIC";
        return analyzer switch
        {
            "Mean" => numbers.Mean,
            "Sum" => numbers.Sum,
            "Minimum" => numbers.Min,
            "Maximum" => numbers.Max,
            "Range" => numbers.Max - numbers.Min,
            "StandardDeviation" => numbers.PopulationStandardDeviation,
            "Variance" => numbers.PopulationVariance,
            "Skewness" => numbers.Skewness,
            "Kurtosis" => numbers.Kurtosis,
            "InterquartileRange" => numbers.Quantile(0.75) - numbers.Quantile(0.25),
            "ApproxQuantile" => numbers.Quantile(one.GetProperty("q").GetDouble()),
            "ZerosCount" => (double)numbers.Zeros,
            _ => throw new NotSupportedException($"No adapter for {analyzer}."),
        };
    }

    // What is said of groups of equal rows, rows without any value left out.
    private static object OfGroups(string analyzer, string[] columns, JsonColumns[] parts)
    {
        if (analyzer is "Correlation" or "MutualInformation")
        {
            var (correlation, table) = (new Correlation(), new ContingencyTable());
            foreach (var part in parts)
            {
                table.Add(part.Texts(columns[0]), part.Texts(columns[1]));
                if (part.IsNumeric(columns[0]) && part.IsNumeric(columns[1])) correlation.Add(part.Numbers(columns[0]), part.Numbers(columns[1]));
            }

            return analyzer == "Correlation" ? correlation.Pearson : table.Count == 0 ? "FAIL_EMPTY_STATE" : table.MutualInformation;
        }

        var keys = new ColumnProfile(ValueKind.Text);
        foreach (var part in parts)
        {
            foreach (var row in Enumerable.Range(0, part.Rows))
            {
                var values = columns.Select(c => part.Texts(c)[row]).ToArray();
                if (values.Any(v => v is not null)) keys.Add([string.Join('\u001f', values.Select(v => v ?? "\u0000"))]);
            }
        }

        if (keys.Count == 0) return analyzer == "CountDistinct" ? 0.0 : "FAIL_EMPTY_STATE";
        var groups = keys.TopValues(int.MaxValue);
        double all = keys.Count, unique = groups.Count(g => g.Count == 1);
        return analyzer switch
        {
            "Uniqueness" => unique / all,
            "Distinctness" => groups.Count / all,
            "UniqueValueRatio" => unique / groups.Count,
            "CountDistinct" => (double)groups.Count,
            "DuplicateRowCount" => (double)groups.Where(g => g.Count > 1).Sum(g => g.Count),
            "Entropy" => -groups.Sum(g => g.Count / all * Math.Log(g.Count / all)),
            _ => throw new NotSupportedException($"No adapter for {analyzer}."),
        };
    }

    private static Dictionary<string, double> HistogramOf(ColumnProfile column)
    {
        var bins = column.TopValues(int.MaxValue).ToDictionary(v => v.Value, v => (double)v.Count);
        if (column.Missing > 0) bins["NullValue"] = column.Missing;
        bins["bins"] = bins.Count;
        return bins;
    }

    private static Dictionary<string, double> Types(ColumnProfile column)
    {
        if (column.Texts is not { } texts) return new() { [column.Kind == ValueKind.Real ? "Fractional" : "Integral"] = column.Count, ["Unknown"] = column.Missing };
        var typed = texts.LikeReals + texts.LikeIntegers + texts.LikeBooleans;
        return new() { ["Unknown"] = column.Missing, ["Fractional"] = texts.LikeReals, ["Integral"] = texts.LikeIntegers, ["Boolean"] = texts.LikeBooleans, ["String"] = texts.Count - typed };
    }

    // Enough of SQL for one comparison of a column with a constant; a missing value makes it unknown, which is not true.
    private static JsonColumns Filtered(JsonColumns table, string condition)
    {
        var parts = condition.Split(' ', 3);
        var constant = parts[2].Trim('\'');
        var keep = Enumerable.Range(0, table.Rows).Where(row =>
        {
            if (table.Texts(parts[0])[row] is not { } value) return false;
            var order = double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var a) && double.TryParse(constant, NumberStyles.Float, CultureInfo.InvariantCulture, out var b)
                ? a.CompareTo(b)
                : string.CompareOrdinal(value, constant);
            return parts[1] switch
            {
                "=" => order == 0,
                "!=" or "<>" => order != 0,
                "<" => order < 0,
                "<=" => order <= 0,
                ">" => order > 0,
                ">=" => order >= 0,
                _ => throw new NotSupportedException($"No adapter for the condition {condition}."),
            };
        });
        return table.Select([.. keep]);
    }

    private static JsonColumns Table(string name)
    {
        var columns = Oracles.Read(File).GetProperty("datasets").GetProperty(name);
        var table = new JsonColumns();
        foreach (var column in columns.EnumerateObject())
        {
            table.Add(column.Name, column.Value.ValueKind == JsonValueKind.String ? Range(column.Value.GetString()!) : [.. column.Value.EnumerateArray()]);
        }

        return table;
    }

    // "integers -1000..999 inclusive".
    private static JsonElement[] Range(string text)
    {
        var ends = text.Split(' ')[1].Split("..").Select(e => int.Parse(e, CultureInfo.InvariantCulture)).ToArray();
        return [.. Enumerable.Range(ends[0], ends[1] - ends[0] + 1).Select(i => JsonSerializer.SerializeToElement(i))];
    }

    /// <summary>A table of JSON values, column by column.</summary>
    private sealed class JsonColumns
    {
        private readonly List<(string Name, JsonElement[] Values)> _columns = [];

        public int Rows => _columns.Count == 0 ? 0 : _columns[0].Values.Length;

        public void Add(string name, JsonElement[] values) => _columns.Add((name, values));

        public bool IsNumeric(string name) => Of(name).Any(v => v.ValueKind == JsonValueKind.Number);

        public string?[] Texts(string name) => [.. Of(name).Select(v => v.ValueKind == JsonValueKind.Null ? null : v.ToString())];

        public double[] Numbers(string name) => [.. Of(name).Select(v => v.ValueKind == JsonValueKind.Number ? v.GetDouble() : double.NaN)];

        public JsonColumns Select(int[] rows)
        {
            var some = new JsonColumns();
            foreach (var (name, values) in _columns) some.Add(name, [.. rows.Select(r => values[r])]);
            return some;
        }

        public DatasetProfile Profile()
        {
            var profile = new DatasetProfile();
            profile.AddRows(Rows);
            foreach (var (name, values) in _columns)
            {
                var column = profile.Column(name);
                var valid = values.Select(v => v.ValueKind != JsonValueKind.Null).ToArray();
                if (!IsNumeric(name)) column.Add(Texts(name));
                else if (values.All(v => v.ValueKind == JsonValueKind.Null || v.TryGetInt64(out _))) column.Add([.. values.Select(v => v.ValueKind == JsonValueKind.Null ? 0 : v.GetInt64())], new(Profiles.Bits(valid)));
                else column.Add(Numbers(name), new(Profiles.Bits(valid)));
            }

            return profile;
        }

        private JsonElement[] Of(string name) => _columns.First(c => c.Name == name).Values;
    }
}
