using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.ML;
using MlOps.Core;
using MlOps.Tests;

namespace MlOps.Training.Tests;

public sealed class TrainStageTests : IDisposable
{
    private readonly Workshop _workshop = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_binary_classifier_is_trained_and_beats_the_constant()
    {
        var split = await _workshop.BinaryAsync();
        var candidate = await _workshop.TrainAsync<FastTreeLate>(split);
        var manifest = candidate.Bundle.Manifest;

        manifest.Metrics["auc"].Should().BeInRange(0.85, 1);
        manifest.Metrics.Keys.Should().Contain(["auc", "accuracy", "f1_score", "log_loss", "auprc", "positive_precision", "negative_recall"]);
        manifest.Baseline["auc"].Should().Be(0.5);
        manifest.Baseline["log_loss"].Should().BeGreaterThan(manifest.Metrics["log_loss"]);
        manifest.Task.Should().Be("binary-classification");
        manifest.Platform.Should().Be("mlnet_zip");
        manifest.Label.Should().Be("late");
        candidate.Split.Should().BeSameAs(split);
    }

    [Fact]
    public async Task A_model_remembers_the_feature_service_that_it_learned_from()
    {
        var split = await _workshop.BinaryAsync();
        var service = new FeatureServiceReference("flight", 2, "digest");
        var candidate = await _workshop.TrainAsync<FastTreeLate>(split with { Training = split.Training with { FeatureService = service } });
        candidate.Bundle.Manifest.FeatureService.Should().Be(service);
        JsonSerializer.Serialize((await _workshop.TrainAsync<FastTreeLate>(split)).Bundle.Manifest, MlOpsJson.Options).Should().NotContain("featureService");
    }

    [Fact]
    public async Task Each_trial_is_measured_and_traced()
    {
        using var trace = new TraceCollector(Telemetry.Training);
        using var durations = new MetricCollector<double>(null, Telemetry.Training, Telemetry.TrialDuration);

        await _workshop.TrainAsync<SometimesBrokenTrainer>(await _workshop.BinaryAsync(), o => o.Trials = 3);

        var measured = durations.GetMeasurementSnapshot().Where(m => Equals(m.Tags["trainer"], nameof(SometimesBrokenTrainer))).ToList();
        measured.Should().OnlyContain(m => m.Value > 0).And.Contain(m => Equals(m.Tags["status"], "ok")).And.Contain(m => Equals(m.Tags["status"], "failed"));
        trace.Activities.Select(a => (a.OperationName, a.GetTagItem("trial"))).Should().BeEquivalentTo([("trial", (object?)1), ("trial", 2), ("trial", 3)]);
        trace.Activities.Should().Contain(a => a.StatusDescription == nameof(TrainingException));
    }

    [Fact]
    public async Task What_ml_net_warns_of_is_logged_once_as_that_rows_are_passed_over()
    {
        using var workshop = new Workshop(builder => builder.Services.AddFakeLogging());
        var split = await workshop.BinaryAsync();

        await workshop.TrainAsync<CarelessLate>(split, o => o.Trials = 2);
        var logs = workshop.Services.GetFakeLogCollector();

        logs.GetSnapshot().Where(r => r.Id.Id == 1305).Should().ContainSingle().Which.Message.Should().Contain("Skipped").And.Contain("missing features");
        logs.Clear();
        await workshop.TrainAsync<FastTreeLate>(split);
        logs.GetSnapshot().Should().NotContain(r => r.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task The_signature_has_the_raw_columns_that_the_model_needs_and_no_others()
    {
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync(1200, new Halve("x")));
        var manifest = candidate.Bundle.Manifest;

        manifest.Signature.InputSchema.Should().Equal([new Column("x", ColumnType.Int64), new("y", ColumnType.Float64), new("city", ColumnType.String)]);
        manifest.Signature.Outputs.Should().Equal([new TensorSpec("PredictedLabel", TensorType.Bool), new("Probability", TensorType.Float32), new("Score", TensorType.Float32)]);
        manifest.Features.Should().Equal("x", "y", "city");
        manifest.Preparation.Should().ContainSingle().Which.Kind.Should().Be("Halve");
    }

    [Fact]
    public async Task The_vector_of_features_is_described_slot_by_slot()
    {
        var content = await _workshop.ReadAsync(await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync()));
        JsonSerializer.Deserialize<string[]>(content.Parts[ModelPackager.SlotsPart]).Should()
            .HaveCount(5).And.StartWith(["x", "y"]).And.Contain(["city.city 0", "city.city 1", "city.city 2"]);
    }

    [Theory]
    [InlineData(typeof(FastTreeLate))]
    [InlineData(typeof(LightGbmLate))]
    [InlineData(typeof(SdcaLate))]
    public async Task The_same_data_and_seed_give_the_same_bytes(Type trainer)
    {
        async Task<string> DigestAsync(int seed)
        {
            using var workshop = new Workshop();
            var stage = typeof(Workshop).GetMethod(nameof(Workshop.TrainAsync))!.MakeGenericMethod(trainer);
            var candidate = await (Task<Candidate>)stage.Invoke(workshop, [await workshop.BinaryAsync(), null, workshop.Context(seed), null])!;
            return candidate.Bundle.Artifact.Digest;
        }

        var first = await DigestAsync(7);
        (await DigestAsync(7)).Should().Be(first);
        (await DigestAsync(8)).Should().NotBe(first);
    }

    [Fact]
    public async Task The_hyperparameters_are_read_from_the_chain()
    {
        var context = _workshop.Context();
        var candidate = await _workshop.TrainAsync<LightGbmLate>(await _workshop.BinaryAsync(), context: context);
        var found = candidate.Bundle.Manifest.Hyperparameters;

        found["trainer"].Should().Be("LightGbmBinaryTrainer");
        found["trainer.class"].Should().Be("LightGbmLate");
        found["trainer.NumberOfIterations"].Should().Be("20");
        found["trainer.Booster.L2Regularization"].Should().Be("0.5");
        found["chain"].Should().StartWith("MissingValueReplacingEstimator > OneHotEncodingEstimator > ColumnConcatenatingEstimator > LightGbm");
        context.Parameters.Should().Contain(found).And.Contain("features", "x, y, city");
        context.Metrics.Should().Contain(m => m.Name == "auc" && m.Step == 0).And.Contain(m => m.Name == "baseline.auc");
    }

    [Fact]
    public async Task A_search_tries_and_keeps_the_best_on_the_validation_split()
    {
        var context = _workshop.Context();
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync(), o => o.Trials = 4, context);

        var trials = context.Metrics.Where(m => m.Name == "trial.auc").ToList();
        trials.Select(m => m.Step).Should().Equal(1, 2, 3, 4);
        candidate.Bundle.Manifest.Metrics["auc"].Should().Be(trials.Max(m => m.Value));
        var best = trials.MaxBy(m => m.Value)!.Step;
        candidate.Bundle.Manifest.Hyperparameters["search.best_trial"].Should().Be($"{best}");
        candidate.Bundle.Manifest.Hyperparameters["trainer.NumberOfLeaves"].Should().Be(candidate.Bundle.Manifest.Hyperparameters["leaves"]);
        _workshop.Messages.Should().Contain(m => m.StartsWith("trial 4 of 4: auc 0."));
    }

    [Fact]
    public async Task Trials_and_folds_that_are_trained_at_the_same_time_give_the_same_bundle()
    {
        var split = await _workshop.BinaryAsync();
        var (one, several) = (_workshop.Context(), _workshop.Context());
        Task<Candidate> Train(int parallelism, StageContext context) =>
            _workshop.TrainAsync<SometimesBrokenTrainer>(split, o => (o.Trials, o.CrossValidationFolds, o.Parallelism) = (5, 3, parallelism), context);
        (await Train(4, several)).Bundle.Fingerprint.Should().Be((await Train(1, one)).Bundle.Fingerprint);
        (string, double, long)[] Logged(StageContext context) => [.. context.Metrics.Select(m => (m.Name, m.Value, m.Step)).Order()];
        Logged(several).Should().Equal(Logged(one));
    }

    [Fact]
    public async Task A_search_can_minimise_an_error()
    {
        var context = _workshop.Context();
        var candidate = await _workshop.TrainAsync<FastTreeLate>(await _workshop.BinaryAsync(), o => (o.Trials, o.Metric) = (4, "log_loss"), context);
        candidate.Bundle.Manifest.Metrics["log_loss"].Should().Be(context.Metrics.Where(m => m.Name == "trial.log_loss").Min(m => m.Value));
    }

    [Fact]
    public async Task A_search_with_more_trials_begins_like_one_with_fewer()
    {
        var split = await _workshop.BinaryAsync();
        var (few, many) = (_workshop.Context(), _workshop.Context());
        await _workshop.TrainAsync<FastTreeLate>(split, o => o.Trials = 2, few);
        await _workshop.TrainAsync<FastTreeLate>(split, o => o.Trials = 3, many);
        many.Metrics.Where(m => m.Name == "trial.auc").Take(2).Select(m => m.Value).Should().Equal(few.Metrics.Where(m => m.Name == "trial.auc").Select(m => m.Value));
    }

    [Fact]
    public async Task A_metric_that_the_task_does_not_have_is_refused_and_the_others_named()
    {
        var split = await _workshop.BinaryAsync();
        var train = () => _workshop.TrainAsync<FastTreeLate>(split, o => o.Metric = "rmse");
        (await train.Should().ThrowAsync<ArgumentException>()).WithMessage("*'rmse'*auc*");
    }

    [Fact]
    public async Task A_trial_that_fails_is_passed_over()
    {
        var context = _workshop.Context();
        var candidate = await _workshop.TrainAsync<SometimesBrokenTrainer>(await _workshop.BinaryAsync(), o => o.Trials = 3, context);
        candidate.Bundle.Manifest.Hyperparameters["search.best_trial"].Should().NotBe("2");
        context.Metrics.Should().Contain(m => m.Name == "trial.auc" && m.Step == 2 && double.IsNaN(m.Value));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(3, 3)]
    public async Task A_trainer_that_throws_is_named(int trials, int parallelism)
    {
        var split = await _workshop.BinaryAsync();
        var train = () => _workshop.TrainAsync<BrokenTrainer>(split, o => (o.Trials, o.Parallelism) = (trials, parallelism));
        (await train.Should().ThrowAsync<TrainingException>()).Where(e => e.Trainer == "BrokenTrainer" && e.Trial == 1).WithMessage("*the gears are stuck*");
    }

    [Fact]
    public async Task Cross_validation_gives_the_mean_and_deviation_of_the_folds_of_ML_NET()
    {
        var split = await _workshop.BinaryAsync();
        var candidate = await _workshop.TrainAsync<FastTreeLate>(split, o => o.CrossValidationFolds = 3);

        var ml = new MLContext(7);
        var chain = new FastTreeLate().Build(ml, new(split.Training.Schema, "late", seed: 7));
        var view = _workshop.Store.ToDataView(split.Training, cancellationToken: Token);
        var aucs = ml.BinaryClassification.CrossValidate(view, chain, 3, "late", seed: 7).Select(r => r.Metrics.AreaUnderRocCurve).ToList();
        var mean = aucs.Average();
        candidate.Bundle.Manifest.Metrics["cv.auc.mean"].Should().BeApproximately(mean, 1e-12);
        candidate.Bundle.Manifest.Metrics["cv.auc.sd"].Should().BeApproximately(Math.Sqrt(aucs.Sum(a => (a - mean) * (a - mean)) / 2), 1e-12);
    }

    [Fact]
    public async Task A_classifier_without_probabilities_and_a_baseline_of_its_own_are_packaged()
    {
        var candidate = await _workshop.TrainAsync<PerceptronLate>(await _workshop.BinaryAsync());
        candidate.Bundle.Manifest.Signature.Outputs.Select(o => o.Name).Should().Equal("PredictedLabel", "Score");
        candidate.Bundle.Manifest.Baseline["auc"].Should().BeInRange(0.55, 0.95);
        candidate.Bundle.Manifest.Hyperparameters["baseline"].Should().Be("ColumnConcatenatingEstimator > FastTreeBinaryTrainer");
        (await _workshop.ReadAsync(candidate)).Parts.Should().ContainKey(ModelTrainer.BaselinePart);
    }

    [Fact]
    public async Task Several_classes_are_predicted_by_their_names()
    {
        var candidate = await _workshop.TrainAsync<FlowerTrainer>(await _workshop.FlowersAsync());
        var manifest = candidate.Bundle.Manifest;

        manifest.Metrics["micro_accuracy"].Should().BeGreaterThan(0.9);
        manifest.Baseline["micro_accuracy"].Should().BeApproximately(1 / 3.0, 1e-9);
        manifest.Baseline["log_loss"].Should().BeApproximately(Math.Log(3), 1e-9);
        manifest.Signature.InputSchema.Select(c => c.Name).Should().Equal("long", "wide");
        manifest.Signature.Outputs.Should().Equal([new TensorSpec("PredictedLabel", TensorType.String), new("Score", TensorType.Float32, 3)]);
        var samples = BundleSamples.Read((await _workshop.ReadAsync(candidate)).Parts[BundleFile.SamplesPart]);
        ((Tensor<string?>)samples.Outputs[0]).Values.Take(3).Should().Equal("setosa", "versicolor", "virginica");
        JsonSerializer.Deserialize<string[]>((await _workshop.ReadAsync(candidate)).Parts[ModelPackager.ClassesPart]).Should().Equal("setosa", "versicolor", "virginica");
    }

    [Fact]
    public async Task Class_numbers_come_back_as_numbers()
    {
        var candidate = await _workshop.TrainAsync<FlowerTrainerInPlace>(await _workshop.FlowersAsync(numbered: true));
        candidate.Bundle.Manifest.Metrics["micro_accuracy"].Should().BeGreaterThan(0.9);
        candidate.Bundle.Manifest.Signature.Outputs[0].Should().Be(new TensorSpec("PredictedLabel", TensorType.Int64));
        var samples = BundleSamples.Read((await _workshop.ReadAsync(candidate)).Parts[BundleFile.SamplesPart]);
        ((Tensor<long>)samples.Outputs[0]).Values.Take(3).Should().Equal(10, 20, 30);
    }

    [Fact]
    public async Task Rows_of_a_class_that_was_never_learned_are_reported()
    {
        var split = await _workshop.FlowersAsync();
        var strange = await _workshop.Store.WriteAsync("strange", ("kind", ColumnType.String, ["setosa", "orchid"]), ("long", ColumnType.Float64, [1.5, 5.4]), ("wide", ColumnType.Float64, [0.3, 2.0]));
        var manifest = (await _workshop.TrainAsync<FlowerTrainer>(split with { Validation = strange })).Bundle.Manifest;
        manifest.Metrics["unknown_label_share"].Should().Be(0.5);
        manifest.Metrics["micro_accuracy"].Should().Be(1, "ML.NET looks at the other rows only");
        manifest.Baseline["unknown_label_share"].Should().Be(0.5);
    }

    [Fact]
    public async Task A_baseline_that_fails_is_named_as_such()
    {
        var split = await _workshop.BinaryAsync();
        var train = () => _workshop.TrainAsync<BrokenBaseline>(split);
        (await train.Should().ThrowAsync<TrainingException>()).WithMessage("BrokenBaseline failed in its baseline: *gears*");
    }

    [Fact]
    public async Task An_exact_column_that_the_data_does_not_have_is_named()
    {
        var split = await _workshop.FaresAsync();
        var train = () => _workshop.TrainAsync<EveryFareColumnTrainer>(split);
        (await train.Should().ThrowAsync<DataException>()).Which.Column.Should().Be("exact");
    }

    [Fact]
    public async Task A_regression_is_compared_with_the_mean()
    {
        var split = await _workshop.FaresAsync();
        var manifest = (await _workshop.TrainAsync<FareTrainer>(split)).Bundle.Manifest;

        manifest.Metrics["rmse"].Should().BeLessThan(5);
        manifest.Baseline["rmse"].Should().BeGreaterThan(20);
        manifest.Baseline["mse"].Should().BeApproximately(Math.Pow(manifest.Baseline["rmse"], 2), 1e-6);
        manifest.Baseline["r_squared"].Should().BeInRange(-0.1, 0);
        manifest.Signature.InputSchema.Should().Equal([new Column("km", ColumnType.Int64), new("bags", ColumnType.Decimal)]);
        manifest.Signature.Outputs.Should().Equal(new TensorSpec("Score", TensorType.Float32));
    }

    [Fact]
    public async Task The_samples_are_the_first_validation_rows_as_a_request_carries_them()
    {
        var split = await _workshop.BinaryAsync();
        var candidate = await _workshop.TrainAsync<FastTreeLate>(split, o => o.SampleRows = 400);
        var samples = BundleSamples.Read((await _workshop.ReadAsync(candidate)).Parts[BundleFile.SamplesPart]);

        samples.Inputs.Select(t => (t.Name, t.Rows)).Should().Equal(("x", 400), ("y", 400), ("city", 400));
        var view = _workshop.Store.ToDataView(split.Validation, cancellationToken: Token);
        var model = new MLContext().Model.Load(new MemoryStream((await _workshop.ReadAsync(candidate)).Parts[BundleFile.ModelPart]), out _);
        var expected = Microsoft.ML.Data.ColumnCursorExtensions.GetColumn<float>(model.Transform(view), "Score").Take(400);
        ((Tensor<float>)samples.Outputs[2]).Values.Should().Equal(expected);
    }

    [Fact]
    public async Task More_samples_than_there_are_rows_are_all_of_them()
    {
        var split = await _workshop.BinaryAsync(100);
        var candidate = await _workshop.TrainAsync<FastTreeLate>(split, o => o.SampleRows = 1000);
        BundleSamples.Read((await _workshop.ReadAsync(candidate)).Parts[BundleFile.SamplesPart]).Outputs[0].Rows.Should().Be(50);
    }

    [Fact]
    public async Task The_bundle_says_what_it_was_made_of()
    {
        var split = await _workshop.BinaryAsync();
        var manifest = (await _workshop.TrainAsync<FastTreeLate>(split)).Bundle.Manifest;
        manifest.Data["training"].Fingerprint.Should().Be(split.Training.Fingerprint);
        manifest.Data["holdout"].Fingerprint.Should().Be(split.Holdout.Fingerprint);
        manifest.Environment.Keys.Should().BeEquivalentTo("framework", "os", "architecture", "microsoft.ml", "mlops", "seed");
        manifest.Environment["microsoft.ml"].Should().StartWith("5.0.1");
        manifest.Parts.Keys.Should().Contain([BundleFile.ModelPart, BundleFile.SamplesPart]);
    }

    [Fact]
    public async Task A_preparation_step_that_insists_on_the_label_is_refused_before_anything_is_trained()
    {
        var split = await _workshop.BinaryAsync(1200, new NeedsLabel("late"));
        var train = () => _workshop.TrainAsync<EndlessTrainer>(split);
        (await train.Should().ThrowAsync<TrainingException>()).WithMessage("*needs the label 'late'*before the split*");
    }

    [Fact]
    public async Task A_model_that_learns_from_its_label_is_refused()
    {
        var split = await _workshop.FaresAsync();
        var train = () => _workshop.TrainAsync<CheatingTrainer>(split);
        (await train.Should().ThrowAsync<TrainingException>()).WithMessage("*its own label*");
    }

    [Fact]
    public async Task A_chain_of_another_task_is_refused()
    {
        var split = await _workshop.BinaryAsync();
        var train = () => _workshop.TrainAsync<WrongTaskTrainer>(split);
        (await train.Should().ThrowAsync<TrainingException>()).WithMessage("*PredictedLabel*binary-classification*");
    }

    [Fact]
    public async Task A_label_that_the_data_does_not_have_is_named()
    {
        var split = await _workshop.FaresAsync();
        var train = () => _workshop.TrainAsync<FastTreeLate>(split);
        (await train.Should().ThrowAsync<DataException>()).Where(e => e.Column == "late").WithMessage("*km, bags, fare*");
    }

    [Fact]
    public async Task An_empty_part_is_refused()
    {
        var split = await _workshop.BinaryAsync();
        var train = () => _workshop.TrainAsync<FastTreeLate>(split with { Training = split.Training with { RowCount = 0 } });
        (await train.Should().ThrowAsync<TrainingException>()).WithMessage("*no rows*");
    }

    public static TheoryData<string, object?[], string> BadLabels() => new()
    {
        { "missing", [true, null, false], "*Row 2*no value*" },
        { "all missing", [null, null, null], "*Row 1*no value*" },
        { "constant", [true, true, true], "*one value only in all 3 rows*" },
    };

    [Theory]
    [MemberData(nameof(BadLabels))]
    public async Task A_label_that_teaches_nothing_is_refused(string name, object?[] labels, string message)
    {
        var data = await _workshop.Store.WriteAsync(name, ("x", ColumnType.Int64, [1, 2, 3]), ("y", ColumnType.Float64, [1, 2, 3]), ("city", ColumnType.String, ["a", "b", "c"]), ("late", ColumnType.Boolean, labels));
        var train = () => _workshop.TrainAsync<FastTreeLate>(new(data, data, data.Lock(), []));
        (await train.Should().ThrowAsync<MlOpsException>()).WithMessage(message);
    }

    [Fact]
    public async Task Numbers_0_and_1_serve_as_a_binary_label_and_2_does_not()
    {
        Task<Dataset> WriteAsync(string name, int last) => _workshop.Store.WriteAsync(
            name,
            ("x", ColumnType.Int64, Enumerable.Range(0, 100).Boxed()),
            ("y", ColumnType.Float64, Enumerable.Range(0, 100).Boxed()),
            ("city", ColumnType.String, Enumerable.Repeat("a", 100).Boxed()),
            ("late", ColumnType.Int64, Enumerable.Range(0, 100).Select(i => i == 99 ? last : i / 50).Boxed()));
        var good = await WriteAsync("good", 1);
        (await _workshop.TrainAsync<FastTreeLate>(new(good, good, good.Lock(), []))).Bundle.Manifest.Metrics["auc"].Should().Be(1);

        var bad = await WriteAsync("bad", 2);
        var train = () => _workshop.TrainAsync<FastTreeLate>(new(bad, bad, bad.Lock(), []));
        (await train.Should().ThrowAsync<DataException>()).Where(e => e.Row == 100 && e.Column == "late").WithMessage("*neither 0 nor 1*");
    }

    [Fact]
    public async Task A_label_of_the_wrong_type_is_refused()
    {
        var split = await _workshop.FlowersAsync();
        var data = await _workshop.Store.WriteAsync("text", ("late", ColumnType.String, ["a", "b"]));
        var train = () => _workshop.TrainAsync<FastTreeLate>(split with { Training = data });
        (await train.Should().ThrowAsync<DataException>()).Where(e => e.Column == "late").WithMessage("*is String*Boolean, or a number*");
    }

    [Fact]
    public async Task An_infinite_feature_is_named_with_its_row()
    {
        var split = await _workshop.FaresAsync();
        var data = await _workshop.Store.WriteAsync(
            "infinite",
            ("km", ColumnType.Float64, Enumerable.Range(0, 100).Select(i => i == 41 ? double.NegativeInfinity : i).Boxed()),
            ("fare", ColumnType.Float64, Enumerable.Range(0, 100).Boxed()));
        var train = () => _workshop.TrainAsync<FareTrainer>(new(data, data, data.Lock(), []));
        (await train.Should().ThrowAsync<DataException>()).Where(e => e.Row == 42 && e.Column == "km").WithMessage("*infinite*");
        split.Should().NotBeNull();
    }

    [Fact]
    public async Task One_class_in_the_validation_rows_leaves_auc_undefined_and_the_rest_defined()
    {
        var split = await _workshop.BinaryAsync();
        var one = await _workshop.Store.WriteAsync("one class", ("x", ColumnType.Int64, [1, 99]), ("y", ColumnType.Float64, [0.1, 0.9]), ("city", ColumnType.String, ["city 0", "city 2"]), ("late", ColumnType.Boolean, [true, true]));
        var manifest = (await _workshop.TrainAsync<FastTreeLate>(split with { Validation = one })).Bundle.Manifest;
        manifest.Metrics["auc"].Should().Be(double.NaN);
        manifest.Metrics["accuracy"].Should().Be(0.5);
        manifest.Metrics["log_loss"].Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task Metrics_of_our_own_are_those_of_ML_NET_where_both_exist()
    {
        var split = await _workshop.BinaryAsync();
        var candidate = await _workshop.TrainAsync<FastTreeLate>(split);
        var counts = new BinaryCounts();
        var scored = new MLContext().Model.Load(new MemoryStream((await _workshop.ReadAsync(candidate)).Parts[BundleFile.ModelPart]), out _).Transform(_workshop.Store.ToDataView(split.Validation, cancellationToken: Token));
        var labels = Microsoft.ML.Data.ColumnCursorExtensions.GetColumn<bool>(scored, "late").ToList();
        var predicted = Microsoft.ML.Data.ColumnCursorExtensions.GetColumn<bool>(scored, "PredictedLabel").ToList();
        var probabilities = Microsoft.ML.Data.ColumnCursorExtensions.GetColumn<float>(scored, "Probability").ToList();
        for (var i = 0; i < labels.Count; i++) counts.Add(labels[i], predicted[i], probabilities[i], 1);

        var ours = counts.ToMetrics(0, 0, calibrated: true);
        foreach (var name in ours.Keys.Except(["auc", "auprc"])) ours[name].Should().BeApproximately(candidate.Bundle.Manifest.Metrics[name], 1e-6, name);
    }

    [Fact]
    public async Task A_training_that_is_cancelled_stops_soon()
    {
        using var source = new CancellationTokenSource();
        var training = _workshop.TrainAsync<EndlessTrainer>(await _workshop.BinaryAsync(), token: source.Token);
        source.CancelAfter(TimeSpan.FromMilliseconds(500));
        var wait = () => training.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await wait.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_store_that_fails_is_not_mistaken_for_a_trainer_that_fails()
    {
        var split = await _workshop.BinaryAsync();
        using var empty = new Workshop();
        var train = () => empty.TrainAsync<FastTreeLate>(split);
        await train.Should().ThrowAsync<NotFoundException>();
    }

    [Theory]
    [InlineData(0, 0, 1, 1)]
    [InlineData(1, 1, 1, 1)]
    [InlineData(1, -2, 1, 1)]
    [InlineData(1, 0, 0, 1)]
    [InlineData(1, 0, 1, 0)]
    public void Options_that_make_no_sense_are_refused_when_the_pipeline_is_built(int trials, int folds, int threads, int parallelism)
    {
        var build = () => new TrainOptions { Trials = trials, CrossValidationFolds = folds, Threads = threads, Parallelism = parallelism }.Check();
        build.Should().Throw<ArgumentOutOfRangeException>();
    }
}
