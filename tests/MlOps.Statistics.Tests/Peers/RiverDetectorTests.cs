using System.Globalization;
using System.Text.Json;
using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>River's change detectors: at which values of a stream they alarm, from where on they warn, and how often.</summary>
/// <remarks>
/// KSWIN draws at random, with a generator of another language, so that single alarms may differ: where the peer alarms some seed of ours must, and where almost all seeds of ours do the peer must.
/// The fading mean of River begins anew whenever it is 0; HDDM-W and EWMA are told to do the same here.
/// </remarks>
[Trait(Oracles.Category, Oracles.Peer)]
public class RiverDetectorTests
{
    private const string Folder = "monitoring";
    private const string Cases = Folder + "/river_detectors.json";
    private const int Reach = 60;
    private const int Seeds = 20;
    private const int AlmostAll = 19;
    private const int MoreSeeds = 500;

    public static IEnumerable<TheoryDataRow<string>> Exact => Oracles.Cases(Cases, c => !IsRandom(c));

    public static IEnumerable<TheoryDataRow<string>> Random => Oracles.Cases(Cases, IsRandom);

    [Theory]
    [MemberData(nameof(Exact))]
    public void Alarms_where_River_does(string id)
    {
        var one = Oracles.Case(Cases, id);
        var signals = Signals(one);
        Alarms(signals).Should().Equal(Expected(one));
        signals.IndexOf(ChangeSignal.Warning).Should().Be(one.GetProperty("first_warning") is { ValueKind: JsonValueKind.Number } first ? first.GetInt32() : -1, "it warns from there on");
        signals.Where((signal, i) => signal == ChangeSignal.Warning || (StaysWarned(one) && signal == ChangeSignal.Drift && signals[i - 1] == ChangeSignal.Warning))
            .Should().HaveCount(one.GetProperty("n_warnings").GetInt32(), "it warns as often");
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Random))]
    public void Alarms_about_where_River_does(string id)
    {
        var one = Oracles.Case(Cases, id);
        var expected = Expected(one);
        var bySeed = Enumerable.Range(0, Seeds).Select(seed => Alarms(Signals(one, seed))).ToList();
        var left = expected.Where(alarm => !bySeed.Exists(found => found.Exists(f => Math.Abs(f - alarm) <= Reach))).ToList();
        for (var seed = Seeds; left.Count > 0 && seed < MoreSeeds; seed++)
        {
            var found = Alarms(Signals(one, seed));
            left.RemoveAll(alarm => found.Exists(f => Math.Abs(f - alarm) <= Reach));
        }

        left.Should().BeEmpty("some seed alarms there, too");
        bySeed[0].Where(alarm => bySeed.Count(found => found.Exists(f => Math.Abs(f - alarm) <= Reach)) >= AlmostAll)
            .Where(alarm => !expected.Exists(e => Math.Abs(e - alarm) <= Reach)).Should().BeEmpty("what almost every seed finds is no accident");
    }

    private static bool IsRandom(JsonElement one) => one.GetProperty("detector").GetString() == "KSWIN";

    private static List<int> Expected(JsonElement one) => [.. one.GetProperty("drift_indices").EnumerateArray().Select(i => i.GetInt32())];

    private static List<int> Alarms(List<ChangeSignal> signals) => [.. signals.Select((signal, index) => (signal, index)).Where(s => s.signal == ChangeSignal.Drift).Select(s => s.index)];

    // The peer's EDDM, when it was warned, goes on to say so at the drift itself.
    private static bool StaysWarned(JsonElement one) => one.GetProperty("detector").GetString() == "EDDM";

    private static List<ChangeSignal> Signals(JsonElement one, int seed = 0)
    {
        var detector = Create(one.GetProperty("detector").GetString()!, one.GetProperty("params"), seed);
        var values = File.ReadLines(Path.Combine(Oracles.Folder, Folder, "streams", one.GetProperty("stream").GetString() + ".csv")).Select(l => double.Parse(l, CultureInfo.InvariantCulture));
        return [.. values.Select(detector.Add)];
    }

    private static ChangeDetector Create(string name, JsonElement parameters, int seed)
    {
        HashSet<string> known = name == "KSWIN" ? ["seed"] : [];
        ChangeDetector detector = name switch
        {
            "ADWIN" => new Adwin { Delta = D("delta", 0.002), Clock = I("clock", 32), MaxBuckets = I("max_buckets", 5), MinWindowLength = I("min_window_length", 5), GracePeriod = I("grace_period", 10) },
            "PageHinkley" => new PageHinkley { MinInstances = I("min_instances", 30), Delta = D("delta", 0.005), Threshold = D("threshold", 50), Alpha = D("alpha", 0.9999), Direction = Mode() },
            "PageHinkleyOneSidedOld" => new PageHinkley { MinInstances = I("min_instances", 30), Delta = D("delta", 0.005), Threshold = D("threshold", 50), Alpha = D("alpha", 0.9999), IsClamped = true },
            "Shewhart" => new Shewhart { K = D("k", 3), MinInstances = I("min_instances", 30), Direction = Mode() },
            "CUSUM" => new Cusum { MinInstances = I("min_instances", 30), Slack = D("slack", 0.5), Threshold = D("threshold", 5), Direction = Mode() },
            "EWMA" => new Ewma { Alpha = D("alpha", 0.1), Threshold = D("threshold", 4), MinInstances = I("min_instances", 30), Direction = Mode(), RestartsAtZero = true },
            "KSWIN" => new Kswin { Alpha = D("alpha", 0.005), WindowSize = I("window_size", 100), StatisticSize = I("stat_size", 30), Seed = seed },
            "DDM" => new Ddm { WarmStart = I("warm_start", 30), WarningThreshold = D("warning_threshold", 2), DriftThreshold = D("drift_threshold", 3) },
            "EDDM" => new Eddm { WarmStart = I("warm_start", 30), Alpha = D("alpha", 0.95), Beta = D("beta", 0.9) },
            "HDDMA" => new HddmA { DriftConfidence = D("drift_confidence", 0.001), WarningConfidence = D("warning_confidence", 0.005), IsTwoSided = B("two_sided_test") },
            "HDDMW" => new HddmW { DriftConfidence = D("drift_confidence", 0.001), WarningConfidence = D("warning_confidence", 0.005), Lambda = D("lambda_val", 0.05), IsTwoSided = B("two_sided_test"), RestartsAtZero = true },
            _ => throw new NotSupportedException($"The detector {name} has no counterpart."),
        };

        var unknown = parameters.EnumerateObject().Select(p => p.Name).Except(known).ToList();
        return unknown.Count == 0 ? detector : throw new NotSupportedException($"The parameters {string.Join(", ", unknown)} of {name} have no counterpart.");

        JsonElement? Of(string parameter) => known.Add(parameter) && parameters.TryGetProperty(parameter, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        double D(string parameter, double otherwise) => Of(parameter) is { } value ? Oracles.Number(value) : otherwise;

        int I(string parameter, int otherwise) => checked((int)D(parameter, otherwise));

        bool B(string parameter) => Of(parameter)?.GetBoolean() ?? false;

        ChangeDirection Mode() => Of("mode") is { } mode ? Enum.Parse<ChangeDirection>(mode.GetString()!, ignoreCase: true) : ChangeDirection.Both;
    }
}
