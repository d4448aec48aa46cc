using System.Globalization;
using System.Text.Json;
using MlOps.Peers;

namespace MlOps.Statistics.Tests.Peers;

/// <summary>NannyML's realized and estimated performance, chunk by chunk, with its sampling errors and thresholds.</summary>
/// <remarks>
/// The sampling error of average precision is resampled, with a generator of another language: it is held to a quarter. NannyML rounds the steps of its curves to five decimals, hence the tolerance. Its thresholds of rmse and rmsle
/// for estimates rest on the root of the root of the realized error, a defect; those of the realized ones are right, and are what we hold to.
/// </remarks>
[Trait(Oracles.Category, Oracles.Peer)]
public class NannyMlTests
{
    private const string Folder = "monitoring/nannyml/";
    private const double Tolerance = 1e-5;

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
        var calibration = Calibration.FitWhereNeeded(reference.Scores, reference.Truth);
        calibration.Should().NotBeNull("NannyML calibrates, too");
        var estimated = BinaryPerformance.Of(data.Scores, data.Predicted, Array.ConvertAll(data.Scores, calibration!.At));
        Holds(row, reference, data.Scores.Length, estimated, value, limits: true);
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
        Holds(row, reference, data.Scores.Length, BinaryPerformance.Of(data.Scores, data.Predicted, data.Truth), value, limits: false);
    }

    [Theory]
    [MemberData(nameof(RealizedRegression))]
    public void Realizes_regressions_like_NannyML(string chunk)
    {
        var (row, _) = Chunk("synthreg_realized.json", chunk);
        var (reference, data) = (Regression("synthreg_reference.csv"), Regression(FileOf(row, "synthreg")).Slice(row));
        var performance = RegressionPerformance.Of(data.Predicted, data.Truth);
        foreach (var metric in RegressionMetrics)
        {
            var figure = metric switch
            {
                "mae" => performance.MeanAbsoluteError,
                "mse" => performance.MeanSquaredError,
                "rmse" => performance.RootMeanSquaredError,
                "mape" => performance.MeanAbsolutePercentageError,
                "msle" => performance.MeanSquaredLogError,
                _ => performance.RootMeanSquaredLogError,
            };
            Near(figure, row.GetProperty($"{metric}/value"), metric);
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

    private static void Holds(JsonElement row, BinaryRows reference, int rows, BinaryPerformance performance, BusinessValue value, bool limits)
    {
        var errors = BinarySamplingError.Fit(reference.Scores, reference.Predicted, reference.Truth);
        foreach (var metric in BinaryMetrics)
        {
            var (figure, error) = (Figure(performance, metric, value), metric == "business_value" ? errors.OfBusinessValue(value, rows) : errors.Of(metric, rows));
            Near(figure, row.GetProperty($"{metric}/value"), metric);
            var expected = Oracles.Number(row.GetProperty($"{metric}/sampling_error"));
            error.Should().BeApproximately(expected, expected * (metric == "average_precision" ? 0.25 : 1e-4), $"the sampling error of {metric}");
            if (limits && metric is not "average_precision") Near(Math.Min(figure + (3 * error), UpperLimit(metric)), row.GetProperty($"{metric}/upper_confidence_boundary"), metric, 1e-4);
        }
    }

    private static double UpperLimit(string metric) => metric.Contains('_', StringComparison.Ordinal) && metric != "roc_auc" ? double.PositiveInfinity : 1;

    private static void Near(double figure, JsonElement expected, string metric, double tolerance = Tolerance)
    {
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
        _ => performance.BusinessValue(value),
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
