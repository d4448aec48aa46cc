using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;
using MlOps.DataValidation;
using MlOps.DataValidation.Tests;
using static MlOps.Peers.TfdvSchema;

namespace MlOps.Peers;

/// <summary>TFDV's own cases of its calls: infer, update, validate against other data and in environments, instances, slices.</summary>
[Trait(Oracles.Category, Oracles.Peer)]
public class TfdvValidationTests
{
    private const string File = "validation/tfdv_validation_api_cases.json";

    public static IEnumerable<TheoryDataRow<string>> Cases()
    {
        foreach (var row in Oracles.Cases(File))
        {
            if (row.Data.Length > 0) row.Skip ??= TfdvNames.WhyExcluded(Oracles.Case(File, row.Data).GetRawText());
            yield return row;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_call_gives_what_the_peers_gives(string name)
    {
        var one = Oracles.Case(File, name);
        var (arguments, options) = (one.GetProperty("args").EnumerateArray().ToList(), one.GetProperty("kwargs"));
        switch (Text(one, "call"))
        {
            case "infer_schema":
                Same(SchemaInference.Infer(TfdvStatistics.ReadList(arguments[0], null)!, InferenceOf(options)), one.GetProperty("expected"));
                break;
            case "update_schema":
                var before = Read(arguments[0]);
                Same(SchemaRelaxation.Relax(before.Schema, TfdvStatistics.ReadList(arguments[1], before)!, null, new(), InferenceOf(options)), one.GetProperty("expected"));
                break;
            case "validate_statistics" or "validate_statistics_internal":
                Validate(one, Read(arguments[1]), arguments[0], options);
                break;
            case "validate_instance":
                var schema = Read(JsonDocument.Parse(arguments[1].GetString()!).RootElement.GetProperty("kw").GetProperty("schema"));
                Judge(one, TfdvVerdict.Of(schema, await FactsOf(arguments[0]), Environment(options), new()));
                break;
            case "validate_corresponding_slices":
                ValidateSlices(one, Read(arguments[1]), arguments[0], options);
                break;
            case "identify_anomalous_examples":
                await Identify(one, Read(options.GetProperty("schema")), arguments);
                break;
            default:
                throw new NotSupportedException($"The call {Text(one, "call")} has no counterpart here.");
        }
    }

    private static void Validate(JsonElement one, TfdvSchema schema, JsonElement statistics, JsonElement options)
    {
        var controls = new Controls(Control("previous_statistics") ?? Control("previous_span_statistics"), Control("serving_statistics"), Control("previous_version_statistics"));
        var facts = TfdvStatistics.ReadList(statistics, schema)!;
        Judge(one, TfdvVerdict.Of(schema, facts, Environment(options), controls));
        if (!one.TryGetProperty("expected_drift_skew_info", out var measured)) return;
        var measurements = AnomalyExtensions.Report(AnomalyFinder.Find(schema.Schema, facts, Environment(options), controls)).Measurements;
        foreach (var info in measured.EnumerateArray())
        {
            var column = info.GetProperty("path").GetProperty("step")[0].GetString();
            foreach (var (role, against) in new[] { ("drift_measurements", "previous"), ("skew_measurements", "serving") })
            {
                foreach (var expected in Items(info, role))
                {
                    var measure = Text(expected, "type") switch { "L_INFTY" => "L-infinity", "JENSEN_SHANNON_DIVERGENCE" => "Jensen-Shannon", _ => "normalised difference" };
                    var found = measurements.Single(m => m.Column == column && m.Against == against && m.Measure == measure);
                    found.Value.Should().BeApproximately(Number(expected, "value") ?? 0, 1e-6);
                    found.Threshold.Should().BeApproximately(Number(expected, "threshold") ?? 0, 1e-6);
                }
            }
        }

        DatasetFacts? Control(string name) => options.TryGetProperty(name, out var control) && control.ValueKind == JsonValueKind.Object ? TfdvStatistics.ReadList(control, schema) : null;
    }

    private static void ValidateSlices(JsonElement one, TfdvSchema schema, JsonElement statistics, JsonElement options)
    {
        var found = new Dictionary<string, AnomalyKind[]>();
        foreach (var dataset in Items(statistics, "datasets"))
        {
            foreach (var (column, kinds) in TfdvVerdict.Of(schema, TfdvStatistics.Read(dataset, schema), Environment(options), new()))
                found[Text(dataset, "name") == "All Examples" ? column : $"'slice({Text(dataset, "name")})::{column}'"] = kinds;
        }

        Judge(one, found);
    }

    private static async Task Identify(JsonElement one, TfdvSchema schema, IEnumerable<JsonElement> examples)
    {
        var found = new List<string>();
        foreach (var example in examples)
        {
            foreach (var (column, kinds) in TfdvVerdict.Of(schema, await FactsOf(example), null, new()))
                found.AddRange(kinds.Select(k => $"{column}_{TfdvNames.Kinds.Single(n => n.Value == k).Key}"));
        }

        var expected = one.GetProperty("expected");
        found.Should().HaveCount(expected.GetArrayLength());
        foreach (var name in found) expected.GetRawText().Should().Contain(name);
    }

    private static void Judge(JsonElement one, Dictionary<string, AnomalyKind[]> found)
    {
        if (one.TryGetProperty("expected_anomalies", out var anomalies)) found.Should().BeEquivalentTo(TfdvVerdict.Expected(anomalies));
        if (one.TryGetProperty("expected_anomaly_types", out var kinds)) found.Values.SelectMany(v => v).Distinct().Should().BeEquivalentTo(kinds.EnumerateArray().Select(k => TfdvNames.Kinds[k.GetString()!]));
    }

    private static void Same(DataSchema schema, JsonElement expected) =>
        schema.Columns.Select(TfdvVerdict.Comparable).Should().Equal(Read(expected).Schema.Columns.Select(TfdvVerdict.Comparable));

    private static InferenceOptions InferenceOf(JsonElement options) => TfdvVerdict.Inference(
        !options.TryGetProperty("infer_feature_shape", out var shape) || shape.GetBoolean(),
        (int)(Number(options, "max_string_domain_size") ?? 100));

    private static string? Environment(JsonElement options) => Text(options, "environment");

    // The example as a batch, profiled as any other data is.
    private static async Task<DatasetFacts> FactsOf(JsonElement example)
    {
        var columns = example.GetProperty("columns").EnumerateObject().Select(c => (c.Name, (IArrowArray)Array(c.Value.GetProperty("values")))).ToArray();
        return DatasetFacts.Of(await new Profiler().ProfileAsync(Batches.Stream(Batches.Of(columns)), TestContext.Current.CancellationToken))!;
    }

    private static ListArray Array(JsonElement rows)
    {
        var values = rows.EnumerateArray().Where(r => r.ValueKind == JsonValueKind.Array).SelectMany(r => r.EnumerateArray()).ToList();
        var (isText, isReal) = (values.Exists(v => v.ValueKind == JsonValueKind.String), values.Exists(v => v.ValueKind == JsonValueKind.Number && !v.TryGetInt64(out _)));
        var lists = new ListArray.Builder(isText ? StringType.Default : isReal ? DoubleType.Default : Int64Type.Default);
        foreach (var row in rows.EnumerateArray())
        {
            if (row.ValueKind != JsonValueKind.Array)
            {
                lists.AppendNull();
                continue;
            }

            lists.Append();
            foreach (var value in row.EnumerateArray())
            {
                if (isText) ((StringArray.Builder)lists.ValueBuilder).Append(value.GetString());
                else if (isReal) ((DoubleArray.Builder)lists.ValueBuilder).Append(value.GetDouble());
                else ((Int64Array.Builder)lists.ValueBuilder).Append(value.GetInt64());
            }
        }

        return lists.Build();
    }
}
