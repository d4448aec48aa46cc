using System.Globalization;
using System.Text.Json;
using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>NannyML's realized and estimated performance, chunk by chunk, with its sampling errors, bands, thresholds and alarms.</summary>
/// <remarks>
/// The sampling error of average precision is resampled, with a generator of another language: the peer's 50 draws and ours are each off by a tenth, so it is held to 0.4 of itself. NannyML rounds the steps of its curves to five decimals, hence the tolerance. Its thresholds of rmse and rmsle
/// for estimates rest on the root of the root of the realized error, a defect; those of the realized ones are right, and are what we hold to.
/// </remarks>
[Trait(Oracles.Category, Oracles.Peer)]
public class NannyMlTests
{
    private const string Folder = "monitoring/nannyml/";
    private const double Tolerance = 1e-5;
    private const double ClearlyWrong = 0.05;

    private static readonly string[] BinaryMetrics =
        ["roc_auc", "average_precision", "f1", "precision", "recall", "specificity", "accuracy", "true_positive", "false_positive", "false_negative", "true_negative", "business_value"];

    private static readonly string[] RegressionMetrics = ["mae", "mse", "rmse", "mape", "msle", "rmsle"];

    public static IEnumerable<TheoryDataRow<string>> Estimates => Chunks("synthbin_cbpe.json");

    public static IEnumerable<TheoryDataRow<string>> Realized => Chunks("synthbin_realized.json");

    public static IEnumerable<TheoryDataRow<string>> RealizedRegression => Chunks("synthreg_realized.json");

    [Theory]
    [MemberData(nameof(Estimates))]
    public void Estimates_like_NannyML(string chunk)
    {
        var (row, value) = Chunk("synthbin_cbpe.json", chunk);
        var (reference, data) = (Binary("synthbin_reference.csv"), Binary(FileOf(row)).Slice(row));
        var isCalibrated = Oracles.Read(Folder + "synthbin_cbpe.json").GetProperty("note").GetString() switch
        {
            "needs_calibration=True" => true,
            "needs_calibration=False" => false,
            var note => throw new NotSupportedException($"No adapter for {note}."),
        };

        // Whether scores that are nearly right are calibrated hangs on the rows that either draws; of others there is no doubt.
        if (Calibration.Error(reference.Scores, reference.Truth) > ClearlyWrong) (isCalibrated, Calibration.FitWhereNeeded(reference.Scores, reference.Truth) is not null).Should().Be((true, true), "both calibrate");
        var calibration = isCalibrated ? IsotonicRegression.Fit(reference.Scores, reference.Truth) : null;
        var estimated = BinaryPerformance.Of(data.Scores, data.Predicted, calibration is null ? data.Scores : Array.ConvertAll(data.Scores, calibration.At));
        Holds(row, "synthbin_cbpe.json", reference, data.Scores.Length, estimated, value, bands: true);
        if (row.GetProperty("roc_auc/realized").ValueKind == JsonValueKind.Null) return;
        var realized = BinaryPerformance.Of(data.Scores, data.Predicted, data.Truth);
        foreach (var metric in BinaryMetrics) Figure(realized, metric, value).Should().BeApproximately(Oracles.Number(row.GetProperty($"{metric}/realized")), Tolerance, metric);
    }

    [Theory]
    [MemberData(nameof(Realized))]
    public void Realizes_like_NannyML(string chunk)
    {
        var (row, value) = Chunk("synthbin_realized.json", chunk);
        var (reference, data) = (Binary("synthbin_reference.csv"), Binary(FileOf(row)).Slice(row));
        Holds(row, "synthbin_realized.json", reference, data.Scores.Length, BinaryPerformance.Of(data.Scores, data.Predicted, data.Truth), value, bands: false);
    }

    [Theory]
    [MemberData(nameof(RealizedRegression))]
    public void Realizes_regressions_like_NannyML(string chunk)
    {
        var (row, _) = Chunk("synthreg_realized.json", chunk);
        var (reference, data) = (Regression("synthreg_reference.csv"), Regression(FileOf(row, "synthreg")).Slice(row));
        var performance = RegressionPerformance.Of(data.Predicted, data.Truth);
        var parts = Reference("synthreg_realized.json").Select(r => RegressionPerformance.Of(reference.Slice(r).Predicted, reference.Slice(r).Truth)).ToArray();
        foreach (var metric in RegressionMetrics)
        {
            var figure = Figure(performance, metric);
            Near(figure, row.GetProperty($"{metric}/value"), metric);
            AlarmsAlike(row, metric, figure, Array.ConvertAll(parts, p => Figure(p, metric)), 0, double.PositiveInfinity);
            var losses = RunningMoments.Of(reference.Predicted.Select((p, i) => RegressionPerformance.Loss(metric, p, reference.Truth[i])).ToArray());
            Near(RegressionPerformance.SamplingError(metric, losses, data.Truth.Length), row.GetProperty($"{metric}/sampling_error"), metric);
        }
    }

    [Fact]
    public void Calibrates_like_NannyML()
    {
        var file = Path.Combine(Oracles.Folder, Folder + "synthbin_isotonic.json");
        Assert.SkipUnless(File.Exists(file) || Environment.GetEnvironmentVariable("CI") == "true", "The peers' cases are not here. Set MLOPS_ORACLES to their folder.");
        var (expected, reference) = (Oracles.Read(Folder + "synthbin_isotonic.json"), Binary("synthbin_reference.csv"));
        var function = IsotonicRegression.Fit(reference.Scores, reference.Truth);
        foreach (var (x, y) in expected.GetProperty("x").EnumerateArray().Zip(expected.GetProperty("calibrated").EnumerateArray()))
            function.At(x.GetDouble()).Should().BeApproximately(y.GetDouble(), 1e-9, $"at {x}");
    }

    private static void Holds(JsonElement row, string file, BinaryRows reference, int rows, BinaryPerformance performance, BusinessValue value, bool bands)
    {
        var errors = BinarySamplingError.Fit(reference.Scores, reference.Predicted, reference.Truth);
        var parts = Reference(file).Select(r => reference.Slice(r)).Select(r => BinaryPerformance.Of(r.Scores, r.Predicted, r.Truth)).ToArray();
        foreach (var metric in BinaryMetrics)
        {
            var (figure, error) = (Figure(performance, metric, value), metric == "business_value" ? errors.OfBusinessValue(value, rows) : errors.Of(metric, rows));
            Near(figure, row.GetProperty($"{metric}/value"), metric);
            var expected = Oracles.Number(row.GetProperty($"{metric}/sampling_error"));
            error.Should().BeApproximately(expected, expected * (metric == "average_precision" ? 0.4 : 1e-4), $"the sampling error of {metric}");
            var (least, most) = LimitsOf(metric);
            AlarmsAlike(row, metric, figure, Array.ConvertAll(parts, p => Figure(p, metric, value)), least, most);
            if (!bands || metric == "average_precision") continue;
            Near(Math.Min(figure + (3 * error), most), row.GetProperty($"{metric}/upper_confidence_boundary"), metric, 1e-4);
            Near(Math.Max(figure - (3 * error), least), row.GetProperty($"{metric}/lower_confidence_boundary"), metric, 1e-4);
        }
    }

    private static (double Least, double Most) LimitsOf(string metric) => metric switch
    {
        "business_value" => (double.NegativeInfinity, double.PositiveInfinity),
        "true_positive" or "false_positive" or "false_negative" or "true_negative" => (0, double.PositiveInfinity),
        _ => (0, 1),
    };

    /// <summary>The peer alarms outside of three standard deviations of what really happened in the chunks of the reference, within what the figure can be.</summary>
    private static void AlarmsAlike(JsonElement row, string metric, double figure, double[] parts, double least, double most)
    {
        var moments = RunningMoments.Of([.. parts.Where(p => !double.IsNaN(p))]);
        var (lower, upper) = (Math.Max(least, moments.Mean - (3 * moments.PopulationDeviation)), Math.Min(most, moments.Mean + (3 * moments.PopulationDeviation)));
        if (row.GetProperty($"{metric}/lower_threshold") is { ValueKind: not JsonValueKind.Null } below) Near(lower, below, metric);
        if (row.GetProperty($"{metric}/upper_threshold") is { ValueKind: not JsonValueKind.Null } above) Near(upper, above, metric);
        (figure < lower || figure > upper).Should().Be(row.GetProperty($"{metric}/alert").GetBoolean(), $"of {metric}");
    }

    private static IEnumerable<JsonElement> Reference(string file) => Oracles.Read(Folder + file).GetProperty("rows").EnumerateArray().Where(r => r.GetProperty("chunk/period").GetString() == "reference");

    private static void Near(double figure, JsonElement expected, string metric, double tolerance = Tolerance)
    {
        if (expected.ValueKind == JsonValueKind.Null || double.IsNaN(Oracles.Number(expected)))
        {
            figure.Should().Be(double.NaN, metric);
            return;
        }

        var number = Oracles.Number(expected);
        figure.Should().BeApproximately(number, Math.Max(1, Math.Abs(number)) * tolerance, metric);
    }

    private static double Figure(BinaryPerformance performance, string metric, BusinessValue value) => metric switch
    {
        "roc_auc" => performance.RocAuc,
        "average_precision" => performance.AveragePrecision,
        "f1" => performance.F1,
        "precision" => performance.Precision,
        "recall" => performance.Recall,
        "specificity" => performance.Specificity,
        "accuracy" => performance.Accuracy,
        "true_positive" => performance.TruePositives,
        "false_positive" => performance.FalsePositives,
        "false_negative" => performance.FalseNegatives,
        "true_negative" => performance.TrueNegatives,
        "business_value" => performance.BusinessValue(value),
        _ => throw new NotSupportedException($"No adapter for {metric}."),
    };

    private static double Figure(RegressionPerformance performance, string metric) => metric switch
    {
        "mae" => performance.MeanAbsoluteError,
        "mse" => performance.MeanSquaredError,
        "rmse" => performance.RootMeanSquaredError,
        "mape" => performance.MeanAbsolutePercentageError,
        "msle" => performance.MeanSquaredLogError,
        "rmsle" => performance.RootMeanSquaredLogError,
        _ => throw new NotSupportedException($"No adapter for {metric}."),
    };

    private static IEnumerable<TheoryDataRow<string>> Chunks(string file)
    {
        if (!File.Exists(Path.Combine(Oracles.Folder, Folder + file)))
        {
            var absent = new TheoryDataRow<string>("") { TestDisplayName = $"The peers' cases {file}" };
            if (Environment.GetEnvironmentVariable("CI") != "true") absent.Skip = $"The peers' cases are not here: {Path.Combine(Oracles.Folder, Folder + file)}. Set MLOPS_ORACLES to their folder.";
            yield return absent;
            yield break;
        }

        foreach (var name in Oracles.Read(Folder + file).GetProperty("rows").EnumerateArray().Select(NameOf)) yield return new(name) { TestDisplayName = $"{file} {name}" };
    }

    private static (JsonElement Row, BusinessValue Value) Chunk(string file, string name)
    {
        var root = Oracles.Read(Folder + file);
        var value = root.GetProperty("params").TryGetProperty("business_value_matrix", out var matrix)
            ? new BusinessValue(matrix[0][0].GetDouble(), matrix[0][1].GetDouble(), matrix[1][0].GetDouble(), matrix[1][1].GetDouble())
            : default;
        return (root.GetProperty("rows").EnumerateArray().Single(r => NameOf(r) == name), value);
    }

    private static string NameOf(JsonElement row) => $"{row.GetProperty("chunk/period").GetString()} {row.GetProperty("chunk/key").GetString()}";

    private static string FileOf(JsonElement row, string set = "synthbin") => row.GetProperty("chunk/period").GetString() == "reference" ? $"{set}_reference.csv" : $"{set}_analysis_with_targets.csv";

    private static BinaryRows Binary(string file)
    {
        var table = Csv(file);
        return new(table["y_pred_proba"], table["y_pred"], table["y_true"]);
    }

    private static RegressionRows Regression(string file)
    {
        var table = Csv(file);
        return new(table["y_pred"], table["y_true"]);
    }

    private static Dictionary<string, double[]> Csv(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(Oracles.Folder, Folder + file)).Select(l => l.Split(',')).ToArray();
        return lines[0].Select((name, column) => (name, values: lines.Skip(1).Select(l => double.TryParse(l[column], CultureInfo.InvariantCulture, out var value) ? value : double.NaN).ToArray()))
            .ToDictionary(c => c.name, c => c.values);
    }

    private sealed record BinaryRows(double[] Scores, double[] Predicted, double[] Truth)
    {
        public BinaryRows Slice(JsonElement row)
        {
            var span = row.GetProperty("chunk/start_index").GetInt32()..(row.GetProperty("chunk/end_index").GetInt32() + 1);
            return new(Scores[span], Predicted[span], Truth[span]);
        }
    }

    private sealed record RegressionRows(double[] Predicted, double[] Truth)
    {
        public RegressionRows Slice(JsonElement row)
        {
            var span = row.GetProperty("chunk/start_index").GetInt32()..(row.GetProperty("chunk/end_index").GetInt32() + 1);
            return new(Predicted[span], Truth[span]);
        }
    }
}
