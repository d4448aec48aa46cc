using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Trainers.FastTree;
using Microsoft.ML.Trainers.LightGbm;
using MlOps.Core;

namespace MlOps.Training.Tests;

public sealed class AutoLoggingTests
{
    private readonly MLContext _ml = new(1);
    private readonly Notes _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Trainers() => [.. new AutoLoggingTests().AllTrainers().Keys];

    [Theory]
    [MemberData(nameof(Trainers))]
    public void The_hyperparameters_of_any_trainer_are_logged(string name)
    {
        var (trainer, parameter, value) = AllTrainers()[name];
        _log.LogTrainer(trainer);
        _log.Parameters.Should().ContainKey("trainer").And.Contain(parameter, value);
    }

    [Fact]
    public void The_trainers_of_a_chain_are_logged_with_its_steps()
    {
        _log.LogTrainer(_ml.Transforms.NormalizeMinMax("Features").Append(_ml.Regression.Trainers.FastTree(new FastTreeRegressionTrainer.Options { NumberOfTrees = 7 })), "model.");
        _log.Parameters["model.chain"].Should().Be("NormalizingEstimator > FastTreeRegressionTrainer");
        _log.Parameters["model.trainer.NumberOfTrees"].Should().Be("7");
    }

    [Fact]
    public void An_object_of_options_is_logged()
    {
        _log.LogTrainerOptions(new LightGbmBinaryTrainer.Options { NumberOfLeaves = 9, Booster = new DartBooster.Options { MaximumTreeDepth = 3 } });
        _log.Parameters.Should().Contain("trainer.NumberOfLeaves", "9");
    }

    [Fact]
    public void The_metrics_of_two_classes_and_their_confusion_are_logged()
    {
        var data = Binary();
        var metrics = _ml.BinaryClassification.Evaluate(_ml.BinaryClassification.Trainers.SdcaLogisticRegression().Fit(data).Transform(data));
        _log.LogMetrics(metrics, "validation.", 3);
        _log.Metrics["validation.auc"].Should().Be((metrics.AreaUnderRocCurve, 3));
        _log.Metrics["validation.log_loss"].Value.Should().Be(metrics.LogLoss);
        _log.Metrics["validation.confusion.0.1"].Value.Should().Be(metrics.ConfusionMatrix.Counts[0][1]);
        typeof(CalibratedBinaryClassificationMetrics).GetProperties().Count(p => p.PropertyType == typeof(double)).Should().BeGreaterThan(8);
        _log.Metrics.Keys.Count(k => !k.Contains("confusion") && !k.Contains("per_class")).Should().Be(typeof(CalibratedBinaryClassificationMetrics).GetProperties().Count(p => p.PropertyType == typeof(double)));
    }

    [Fact]
    public void The_metrics_of_several_classes_are_logged_by_class()
    {
        var metrics = Multiclass(3);
        _log.LogMetrics(metrics);
        for (var i = 0; i < 3; i++) _log.Metrics[$"per_class_log_loss.{i}"].Value.Should().Be(metrics.PerClassLogLoss[i]);
        _log.Metrics["per_class_recall.2"].Value.Should().Be(metrics.ConfusionMatrix.PerClassRecall[2]);
        _log.Metrics["micro_accuracy"].Value.Should().Be(metrics.MicroAccuracy);
    }

    [Fact]
    public void Very_many_classes_are_counted_and_not_listed()
    {
        _log.LogMetrics(Multiclass(60));
        _log.Tags["classes"].Should().Be("60");
        _log.Metrics.Keys.Should().Contain("macro_accuracy").And.NotContain(k => k.Contains("per_class") || k.Contains("confusion"));
    }

    [Fact]
    public void The_metrics_of_regression_ranking_clustering_and_anomalies_are_logged()
    {
        var data = Binary();
        var cluster = _ml.Clustering.Evaluate(_ml.Clustering.Trainers.KMeans(numberOfClusters: 2).Fit(data).Transform(data));
        _log.LogMetrics(cluster);
        _log.Metrics["average_distance"].Value.Should().Be(cluster.AverageDistance);
        var number = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 50).Select(i => new Numbered { Features = [i], Label = i * 2 }));
        var regression = _ml.Regression.Evaluate(_ml.Regression.Trainers.Sdca().Fit(number).Transform(number));
        _log.LogMetrics(regression, "r.");
        _log.Metrics["r.rmse"].Value.Should().Be(regression.RootMeanSquaredError);
    }

    [Fact]
    public void A_view_of_data_is_logged_with_its_hash_its_schema_and_its_label()
    {
        var summary = _log.LogDataView(Binary(), "rows", "validation", "Label", Token);
        var input = _log.Inputs.Should().ContainSingle().Subject;
        input.Should().BeEquivalentTo(new { Name = "rows", Context = "validation", Fingerprint = summary.Hash, SourceType = "dataview" });
        input.Schema.Should().Contain("Label: Boolean").And.Contain("Features: Vector");
        input.Profile.Should().Contain("\"rows\":100");
        _log.Metrics["data.validation.label.true"].Value.Should().Be(50);
        _log.Metrics["data.validation.rows"].Value.Should().Be(100);
    }

    [Fact]
    public void The_same_rows_have_the_same_hash_and_other_rows_names_or_orders_another()
    {
        var one = Hash(Rows());
        Hash(Rows()).Should().Be(one);
        Hash(Rows().Reverse()).Should().NotBe(one);
        Hash(Rows().SkipLast(1)).Should().NotBe(one);
        var changed = Rows().ToArray();
        changed[40].Text = "x";
        Hash(changed).Should().NotBe(one);
        changed = [.. Rows()];
        changed[40].Vector[1] = 9;
        Hash(changed).Should().NotBe(one);
        Hash([]).Should().NotBe(one);
        (_ml.Data.LoadFromEnumerable(Rows()) is var view && Read(_ml.Transforms.CopyColumns("Copy", "Text").Fit(view).Transform(view)) == one).Should().BeFalse();
    }

    [Fact]
    public void A_label_is_counted_by_class_or_by_its_moments()
    {
        var view = _ml.Data.LoadFromEnumerable(Rows());
        _log.LogDataView(view, "d", label: "Text", cancellationToken: Token).Label.Should().Contain("a", 50).And.Contain("b", 40).And.Contain("missing", 10);
        var numbers = _log.LogDataView(view, "d", label: "Number", cancellationToken: Token).Label;
        numbers["mean"].Should().BeApproximately(50, 1e-9);
        numbers.Should().Contain("min", 1).And.Contain("max", 99).And.Contain("missing", 1).And.HaveCount(5);
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Key", "Text").Fit(view).Transform(view);
        _log.LogDataView(keyed, "d", label: "Key", cancellationToken: Token).Label.Should().Contain("a", 50);
        _log.LogDataView(view, "d", label: "Flag", cancellationToken: Token).Label.Should().Contain("false", 100).And.HaveCount(1, "a constant label is one class");
        _log.LogDataView(view, "d", label: "Id", cancellationToken: Token).Label.Should().Contain("classes_at_least", 51).And.HaveCount(1);
    }

    [Fact]
    public void Nonsense_is_refused()
    {
        var view = _ml.Data.LoadFromEnumerable(Rows());
        foreach (var call in (Action[])
        [
            () => _log.LogDataView(view, "d", label: "nothing", cancellationToken: Token), () => _log.LogDataView(view, "d", label: "Vector", cancellationToken: Token),
            () => _log.LogDataView(view, " ", cancellationToken: Token), () => _log.LogDataView(null!, "d", cancellationToken: Token), () => _log.LogMetrics(null!), () => _log.LogTrainer(null!), () => _log.LogTrainerOptions(null!),
        ]) call.Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => _log.LogDataView(view, "d", cancellationToken: new(canceled: true))).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void The_context_of_a_stage_takes_them_as_well()
    {
        var context = new StageContext { Services = null!, Pipeline = "p", Stage = "s", RunId = "r", Seed = 1 };
        context.LogDataView(Binary(), "rows", label: "Label", cancellationToken: Token);
        context.Inputs.Should().ContainSingle();
        context.Metrics.Should().Contain(m => m.Name == "data.training.rows");
    }

    private static IEnumerable<Row> Rows() => Enumerable.Range(0, 100).Select(i => new Row
    {
        Id = $"id{i}",
        Text = i % 10 == 9 ? "" : i % 2 == 0 ? "a" : "b",
        Number = i == 0 ? float.NaN : i,
        Whole = i,
        Vector = [i, 0, 1],
        Words = ["x", $"{i}"],
        Time = DateTime.UnixEpoch.AddDays(i),
    });

    private Dictionary<string, (IEstimator<ITransformer> Trainer, string Parameter, string Value)> AllTrainers() => new()
    {
        ["LightGbm"] = (_ml.BinaryClassification.Trainers.LightGbm(new LightGbmBinaryTrainer.Options { NumberOfLeaves = 9 }), "trainer.NumberOfLeaves", "9"),
        ["FastTree"] = (_ml.Regression.Trainers.FastTree(numberOfTrees: 7), "trainer.NumberOfTrees", "7"),
        ["FastForest"] = (_ml.BinaryClassification.Trainers.FastForest(numberOfLeaves: 5), "trainer.NumberOfLeaves", "5"),
        ["Sdca"] = (_ml.MulticlassClassification.Trainers.SdcaMaximumEntropy(l2Regularization: 0.5f), "trainer.L2Regularization", "0.5"),
        ["Lbfgs"] = (_ml.BinaryClassification.Trainers.LbfgsLogisticRegression(historySize: 11), "trainer.HistorySize", "11"),
        ["Perceptron"] = (_ml.BinaryClassification.Trainers.AveragedPerceptron(numberOfIterations: 13), "trainer.NumberOfIterations", "13"),
        ["Sgd"] = (_ml.BinaryClassification.Trainers.SgdCalibrated(numberOfIterations: 17), "trainer.NumberOfIterations", "17"),
        ["Svm"] = (_ml.BinaryClassification.Trainers.LinearSvm(numberOfIterations: 3), "trainer.NumberOfIterations", "3"),
        ["Gam"] = (_ml.Regression.Trainers.Gam(numberOfIterations: 19), "trainer.NumberOfIterations", "19"),
        ["OneVersusAll"] = (_ml.MulticlassClassification.Trainers.OneVersusAll(_ml.BinaryClassification.Trainers.FastTree(numberOfTrees: 5)), "trainer.inner.NumberOfTrees", "5"),
        ["KMeans"] = (_ml.Clustering.Trainers.KMeans(numberOfClusters: 4), "trainer.k", "4"),
        ["Factorization"] = (_ml.BinaryClassification.Trainers.FieldAwareFactorizationMachine(new FieldAwareFactorizationMachineTrainer.Options { LatentDimension = 6 }), "trainer.latentDim", "6"),
        ["Pca"] = (_ml.AnomalyDetection.Trainers.RandomizedPca(rank: 3), "trainer.rank", "3"),
    };

    private string Hash(IEnumerable<Row> rows) => Read(_ml.Data.LoadFromEnumerable(rows));

    private string Read(IDataView view) => _log.LogDataView(view, "d", cancellationToken: Token).Hash;

    private IDataView Binary() => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 100).Select(i => new Flagged { Features = [i % 13, i], Label = i % 2 == 0 }));

    private MulticlassClassificationMetrics Multiclass(int classes)
    {
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, classes * 4).Select(i => new Named { Features = [i % classes, i % 2], Label = $"c{i % classes:00}" }));
        var keyed = _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
        return _ml.MulticlassClassification.Evaluate(_ml.MulticlassClassification.Trainers.NaiveBayes().Fit(keyed).Transform(keyed));
    }

    private sealed class Row
    {
        public string Id { get; set; } = "";

        public string Text { get; set; } = "";

        public float Number { get; set; }

        public long Whole { get; set; }

        public bool Flag { get; set; }

        [VectorType(3)]
        public float[] Vector { get; set; } = [];

        public string[] Words { get; set; } = [];

        public DateTime Time { get; set; }
    }

    private sealed class Flagged
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }
    }

    private sealed class Numbered
    {
        [VectorType(1)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }

    private sealed class Named
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }

    private sealed class Notes : IRunLog
    {
        public Dictionary<string, (double Value, long Step)> Metrics { get; } = [];

        public Dictionary<string, string> Parameters { get; } = [];

        public Dictionary<string, string> Tags { get; } = [];

        public List<DatasetInput> Inputs { get; } = [];

        public void LogMetric(string name, double value, long step = 0) => Metrics[name] = (value, step);

        public void LogParameter(string name, string value) => Parameters.Add(name, value);

        public void SetTag(string name, string value) => Tags[name] = value;

        public void LogInput(DatasetInput input) => Inputs.Add(input);
    }
}
