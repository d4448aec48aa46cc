using System.Globalization;
using System.Text.Json;
using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>River's change detectors: at which values of a stream they alarm.</summary>
/// <remarks>
/// KSWIN draws at random, with a generator of another language, so that single alarms may differ: where the peer alarms some seed of ours must, and where almost all seeds of ours do the peer must.
/// The fading mean of River begins anew whenever it is 0; HDDM-W is told to do the same here.
/// </remarks>
[Trait(Oracles.Category, Oracles.Peer)]
public class RiverDetectorTests
{
    private const string Folder = "monitoring";
    private const string Cases = Folder + "/river_detectors.json";
    private const int Reach = 60;
    private const int Seeds = 20;
    private const int AlmostAll = 19;

    public static IEnumerable<TheoryDataRow<string>> Exact => Oracles.Cases(Cases, c => !IsRandom(c));

    public static IEnumerable<TheoryDataRow<string>> Random => Oracles.Cases(Cases, IsRandom);

    [Theory]
    [MemberData(nameof(Exact))]
    public void Alarms_where_River_does(string id)
    {
        var one = Oracles.Case(Cases, id);
        Alarms(one).Should().Equal(Expected(one));
    }

    [Theory]
    [MemberData(nameof(Random))]
    public void Alarms_about_where_River_does(string id)
    {
        var one = Oracles.Case(Cases, id);
        var expected = Expected(one);
        var bySeed = Enumerable.Range(0, Seeds).Select(seed => Alarms(one, seed)).ToList();
        expected.Where(alarm => !bySeed.Exists(found => found.Exists(f => Math.Abs(f - alarm) <= Reach))).Should().BeEmpty("some seed alarms there, too");
        bySeed[0].Where(alarm => bySeed.Count(found => found.Exists(f => Math.Abs(f - alarm) <= Reach)) >= AlmostAll)
            .Where(alarm => !expected.Exists(e => Math.Abs(e - alarm) <= Reach)).Should().BeEmpty("what almost every seed finds is no accident");
    }

    private static bool IsRandom(JsonElement one) => one.GetProperty("detector").GetString() == "KSWIN";

    private static List<int> Expected(JsonElement one) => [.. one.GetProperty("drift_indices").EnumerateArray().Select(i => i.GetInt32())];

    private static List<int> Alarms(JsonElement one, int seed = 0)
    {
        var detector = Create(one.GetProperty("detector").GetString()!, one.GetProperty("params"), seed);
        var values = File.ReadLines(Path.Combine(Oracles.Folder, Folder, "streams", one.GetProperty("stream").GetString() + ".csv")).Select(l => double.Parse(l, CultureInfo.InvariantCulture));
        return [.. values.Select((value, index) => (Signal: detector.Add(value), index)).Where(v => v.Signal == ChangeSignal.Drift).Select(v => v.index)];
    }

    private static ChangeDetector Create(string name, JsonElement parameters, int seed)
    {
        return name switch
        {
            "ADWIN" => new Adwin { Delta = D("delta", 0.002), Clock = I("clock", 32), MaxBuckets = I("max_buckets", 5), MinWindowLength = I("min_window_length", 5), GracePeriod = I("grace_period", 10) },
            "PageHinkley" => new PageHinkley { MinInstances = I("min_instances", 30), Delta = D("delta", 0.005), Threshold = D("threshold", 50), Alpha = D("alpha", 0.9999), Direction = Mode() },
            "PageHinkleyOneSidedOld" => new PageHinkley { MinInstances = I("min_instances", 30), Delta = D("delta", 0.005), Threshold = D("threshold", 50), Alpha = D("alpha", 0.9999), IsClamped = true },
            "Shewhart" => new Shewhart { K = D("k", 3), MinInstances = I("min_instances", 30), Direction = Mode() },
            "CUSUM" => new Cusum { MinInstances = I("min_instances", 30), Slack = D("slack", 0.5), Threshold = D("threshold", 5), Direction = Mode() },
            "EWMA" => new Ewma { Alpha = D("alpha", 0.1), Threshold = D("threshold", 4), MinInstances = I("min_instances", 30), Direction = Mode() },
            "KSWIN" => new Kswin { Alpha = D("alpha", 0.005), WindowSize = I("window_size", 100), StatisticSize = I("stat_size", 30), Seed = seed },
            "DDM" => new Ddm { WarmStart = I("warm_start", 30), WarningThreshold = D("warning_threshold", 2), DriftThreshold = D("drift_threshold", 3) },
            "EDDM" => new Eddm { WarmStart = I("warm_start", 30), Alpha = D("alpha", 0.95), Beta = D("beta", 0.9) },
            "HDDMA" => new HddmA { DriftConfidence = D("drift_confidence", 0.001), WarningConfidence = D("warning_confidence", 0.005), IsTwoSided = B("two_sided_test") },
            "HDDMW" => new HddmW { DriftConfidence = D("drift_confidence", 0.001), WarningConfidence = D("warning_confidence", 0.005), Lambda = D("lambda_val", 0.05), IsTwoSided = B("two_sided_test"), RestartsAtZero = true },
            _ => throw new NotSupportedException($"The detector {name} has no counterpart."),
        };

        double D(string parameter, double otherwise) => parameters.TryGetProperty(parameter, out var value) ? Oracles.Number(value) : otherwise;

        int I(string parameter, int otherwise) => (int)D(parameter, otherwise);

        bool B(string parameter) => parameters.TryGetProperty(parameter, out var value) && value.GetBoolean();

        ChangeDirection Mode() => parameters.TryGetProperty("mode", out var mode) ? Enum.Parse<ChangeDirection>(mode.GetString()!, ignoreCase: true) : ChangeDirection.Both;
    }
}
