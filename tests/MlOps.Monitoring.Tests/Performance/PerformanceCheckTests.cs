using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using MlOps.Core;
using MlOps.Statistics;

namespace MlOps.Monitoring.Tests;

public sealed class PerformanceCheckTests : IDisposable
{
    private readonly ScoredWorld _world = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task A_model_that_is_as_good_as_ever_holds()
    {
        var report = await CheckAsync(BinaryFlights.Log(4000));
        report.Alarms.Should().BeEmpty();
        report.Summary.Should().StartWith("Performance holds: auc is 0.").And.EndWith("4,000 of 4,000 predictions are labelled.");
        report.Series.Select(s => s.Metric).Should().Equal("auc", "f1_score", "accuracy");
        report.Reference.Should().Match<PerformanceReference>(r => r.Source == "validation" && r.Rows == 5000);
        var point = report.Series[0].Points.Single();
        (point.Status, point.Coverage).Should().Be((PerformanceStatus.Realized, 1));
        point.Realized!.Value.Should().BeApproximately(report.Series[0].Reference, 0.03);
        point.Estimated!.Value.Should().BeApproximately(point.Realized.Value, 0.03, "both stand beside each other");
        point.Realized.Upper.Should().BeApproximately(Math.Min(1, point.Realized.Value + (3 * point.Realized.Error)), 1e-12);
        point.Lower.Should().BeLessThan(report.Series[0].Reference);
    }

    [Fact]
    public async Task A_model_that_has_become_worse_is_found_from_labels()
    {
        var report = await CheckAsync(BinaryFlights.Log(4000, noise: 0.5));
        report.Alarms.Should().OnlyContain(a => a.Kind == AlarmKind.Performance && a.Severity == AlarmSeverity.Critical && a.Direction == "down");
        var auc = report.Alarms.Single(a => a.Subject == "auc");
        auc.Value.Should().BeLessThan(auc.Threshold);
        auc.PValue.Should().BeLessThan(1e-6);
        auc.Chunk!.Rows.Should().Be(4000);
        auc.Sentence.Should().StartWith("Known from labels: 0.").And.Contain("validation 0.");
        report.Summary.Should().StartWith("Performance is off in 3 of 3 series");
    }

    [Fact]
    public async Task A_model_that_meets_harder_rows_is_found_without_labels()
    {
        var report = await CheckAsync(BinaryFlights.Log(4000, labelled: 0, narrow: true));
        var auc = report.Series[0].Points.Single();
        (auc.Status, auc.Realized, auc.IsAlarm).Should().Be((PerformanceStatus.Estimated, null, true));
        auc.Estimated!.Value.Should().BeApproximately(0.58, 0.03);
        report.Alarms.Should().OnlyContain(a => a.Severity == AlarmSeverity.Warning).And.Contain(a => a.Sentence.StartsWith("Estimated without labels"));
    }

    [Fact]
    public async Task A_chunk_is_estimated_until_enough_of_it_is_labelled()
    {
        await TrainAsync();
        foreach (var (day, labelled) in new[] { (0, 1.0), (1, 0.7), (2, 0.2), (3, 0.0) }) _world.World.Log.Batches.Add(BinaryFlights.Log(1500, labelled, seed: day + 10, day: day).ToBatch());
        var report = await _world.CheckAsync(configure: o => o.ChunkPeriod = TimeSpan.FromDays(1), days: 5);
        report.Coverage.Select(c => c.Status).Should().Equal(PerformanceStatus.Realized, PerformanceStatus.Realized, PerformanceStatus.Estimated, PerformanceStatus.Estimated, PerformanceStatus.Unknown);
        report.Coverage[1].Share.Should().BeApproximately(0.7, 0.05);
        var series = report.Series[0];
        series.Points.Select(p => p.Value == p.Realized && p.Realized is not null).Should().Equal(true, true, false, false, false);
        series.Points[2].Realized.Should().NotBeNull("what is known stands beside");
        series.Points[4].Value.Should().BeNull();
        report.Alarms.Should().BeEmpty();
    }

    [Fact]
    public async Task The_options_say_when_a_chunk_is_realized()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(BinaryFlights.Log(1500, 0.2).ToBatch());
        (await _world.CheckAsync(o => o.MinCoverage = 0.1)).Coverage.Single().Status.Should().Be(PerformanceStatus.Realized);
        (await _world.CheckAsync(o => (o.MinCoverage, o.MinLabels) = (0.1, 1000))).Coverage.Single().Status.Should().Be(PerformanceStatus.Estimated);
    }

    [Fact]
    public async Task The_figures_are_those_of_the_rows()
    {
        await TrainAsync();
        var log = BinaryFlights.Log(3000).ToBatch();
        _world.World.Log.Batches.Add(log);
        var report = await _world.CheckAsync(o =>
        {
            foreach (var metric in new[] { "auc", "auprc", "f1_score", "accuracy", "positive_precision", "positive_recall", "negative_recall", "business_value", "business_value_per_prediction" }) o.Metrics.Add(metric);
            o.Values.Add(new() { Predicted = "true", Truth = "true", Value = 5 });
            o.Values.Add(new() { Predicted = "true", Truth = "false", Value = -2 });
        });
        var (scores, predicted, truth) = (Numbers(log, "output.Probability"), Numbers(log, "output.PredictedLabel"), Numbers(log, "ground_truth"));
        var expected = BinaryPerformance.Of(scores, predicted, truth);
        var worth = (5 * expected.TruePositives) - (2 * expected.FalsePositives);
        double[] figures = [expected.RocAuc, expected.AveragePrecision, expected.F1, expected.Accuracy, expected.Precision, expected.Recall, expected.Specificity, worth, worth / 3000];
        foreach (var (series, figure) in report.Series.Zip(figures)) series.Points.Single().Realized!.Value.Should().BeApproximately(figure, Math.Abs(figure) * 1e-9, series.Metric);
        report.Series[^2].Points.Single().Estimated!.Value.Should().BeApproximately(worth, Math.Abs(worth) * 0.1, "business value is estimated, too");
        report.Alarms.Should().BeEmpty();
    }

    [Fact]
    public async Task Slices_have_series_of_their_own_and_are_found_by_themselves()
    {
        await TrainAsync();
        var (good, bad) = (BinaryFlights.Log(6000).ToBatch(), BinaryFlights.Log(6000, noise: 0.9, seed: 5).ToBatch());
        _world.World.Log.Batches.AddRange([Where(good, c => c != "UA"), Where(bad, c => c == "UA")]);
        var report = await _world.CheckAsync(o =>
        {
            o.SliceBy.Add("carrier");
            o.SliceValues = 2;
        });
        report.Series.Select(s => s.Segment).Distinct().Should().Equal(null, "carrier=AA", "carrier=UA");
        report.Series.Where(s => s.Segment == "carrier=AA").Should().OnlyContain(s => !s.Points[0].IsAlarm && s.Points[0].Value!.Rows == 3600);
        report.Alarms.Should().Contain(a => a.Segment == "carrier=UA" && a.Subject == "auc" && a.Severity == AlarmSeverity.Warning);
    }

    [Fact]
    public async Task Fixed_limits_take_the_place_of_all_others()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(BinaryFlights.Log(3000).ToBatch());
        var report = await _world.CheckAsync(o => o.Limits["accuracy"] = new() { Lower = 0.99, Upper = 0.995 });
        var alarm = report.Alarms.Single();
        (alarm.Subject, alarm.Threshold, alarm.Direction).Should().Be(("accuracy", 0.99, "down"));
        (report.Series[2].Points[0].Lower, report.Series[2].Points[0].Upper).Should().Be((0.99, 0.995));
    }

    [Fact]
    public async Task Deviations_of_the_reference_are_limits_to_both_sides()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(BinaryFlights.Log(500).ToBatch());
        var point = (await _world.CheckAsync(o => o.Threshold = PerformanceThreshold.Deviations)).Series[0].Points[0];
        point.Lower.Should().BeInRange(0.7, point.Realized!.Value);
        point.Upper.Should().BeInRange(point.Realized.Value, 1);
        _world.World.Log.Batches[0] = BinaryFlights.Log(5000).ToBatch();
        var larger = (await _world.CheckAsync(o => o.Threshold = PerformanceThreshold.Deviations)).Series[0].Points[0];
        (larger.Upper - larger.Lower).Should().BeLessThan(point.Upper - point.Lower, "a larger chunk scatters less");
    }

    [Fact]
    public async Task The_reference_is_scored_once_a_version()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(BinaryFlights.Log(500).ToBatch());
        var monitor = _world.Monitor(o => o.ReplaySamples = false);
        for (var i = 0; i < 3; i++) await monitor.CheckAsync("flight-delay", World.May, World.May.AddDays(1), Stop);
        (_world.Loader.Loads, _world.Loader.PredictedRows).Should().Be((1, 5000));
        await TrainAsync();
        await monitor.CheckAsync("flight-delay", World.May, World.May.AddDays(1), Stop);
        _world.Loader.Loads.Should().Be(2);
    }

    [Fact]
    public async Task A_large_reference_is_read_in_part()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(BinaryFlights.Log(500).ToBatch());
        (await _world.CheckAsync(o => o.ReferenceRows = 1000)).Reference!.Rows.Should().BeInRange(1000, 1010);
    }

    [Fact]
    public async Task A_labelled_period_of_the_log_can_be_the_reference()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(BinaryFlights.Log(3000, 0.9).ToBatch());
        var report = await _world.CheckAsync(o => (o.ReferenceFrom, o.ReferenceTo) = (World.May, World.May.AddDays(1)));
        report.Reference!.Source.Should().Be("log from 2001-05-01");
        report.Reference.Rows.Should().Be(report.Labels);
        report.Series[0].Points[0].Estimated.Should().NotBeNull();
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_fails_this_check_only()
    {
        await TrainAsync();
        _world.Loader.Error = new DataException("no runtime");
        _world.World.Log.Batches.Add(BinaryFlights.Log(3000).ToBatch());
        var report = await _world.Monitor(o => o.ReplaySamples = false).CheckAsync("flight-delay", World.May, World.May.AddDays(1), Stop);
        report.Section<OperationsReport>().Should().NotBeNull();
        report.Sections.OfType<FailedSection>().Single(s => s.Check == "performance").Error.Should().Be("no runtime");
    }

    [Fact]
    public async Task A_version_without_validation_data_has_realized_figures_and_fixed_limits()
    {
        await _world.World.TrainAsync(BinaryFlights.Validation(100), label: "y");
        var log = BinaryFlights.Log(3000);
        _world.World.Log.Batches.Add(log.Add("output.Score", Numbers(log.ToBatch(), "x")).ToBatch());
        var report = await _world.CheckAsync(o => o.Limits["accuracy"] = new() { Lower = 0.99 });
        report.ReferenceProblem.Should().Be("The version does not name validation data.");
        report.Summary.Should().StartWith("Performance is off in 1 of 3 series: auc is 0.").And.Contain("without a reference");
        report.Alarms.Single().Should().Match<Alarm>(a => a.Subject == "accuracy" && double.IsNaN(a.Reference));
    }

    [Fact]
    public async Task Predictions_of_other_versions_and_identifiers_that_come_twice_are_left_out()
    {
        await TrainAsync();
        _world.World.Log.Batches.AddRange([BinaryFlights.Log(1000).ToBatch(), BinaryFlights.Log(400, version: 7, seed: 3).ToBatch(), BinaryFlights.Log(1000).ToBatch()]);
        var report = await _world.CheckAsync();
        (report.Rows, report.OtherVersionRows, report.DuplicateRows).Should().Be((1000, 400, 1000));
    }

    [Fact]
    public async Task A_window_without_predictions_says_so()
    {
        await TrainAsync();
        var report = await _world.CheckAsync();
        report.Summary.Should().Be("No predictions of the version to judge the performance by.");
        report.Series.Should().OnlyContain(s => s.Points.Single().Value == null);
        report.Alarms.Should().BeEmpty();
    }

    [Fact]
    public async Task One_class_only_has_no_area_but_an_accuracy()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(With(BinaryFlights.Log(500), PredictionColumns.Truth, Enumerable.Repeat((double?)1.0, 500)).ToBatch());
        var report = await _world.CheckAsync();
        report.Series[0].Points[0].Realized.Should().BeNull();
        report.Series[2].Points[0].Realized!.Value.Should().BeInRange(0.4, 0.6);
        report.Alarms.Should().NotContain(a => a.Subject == "auc");
    }

    [Fact]
    public async Task A_window_of_one_class_is_summed_up_by_a_metric_that_has_a_value()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(With(BinaryFlights.Log(500), PredictionColumns.Truth, Enumerable.Repeat((double?)0.0, 500)).ToBatch());
        (await _world.CheckAsync()).Summary.Should().Contain("f1_score is 0 (from labels)").And.EndWith("500 of 500 predictions are labelled.");
    }

    [Fact]
    public async Task A_reference_of_one_class_says_that_nothing_can_be_estimated()
    {
        await _world.TrainAsync(new Table().Add("x", Enumerable.Range(0, 500).Select(i => (double)i)).Add("y", Enumerable.Repeat(true, 500)), BinaryFlights.Task, BinaryFlights.Outputs, BinaryFlights.Predict);
        _world.World.Log.Batches.Add(BinaryFlights.Log(500, 0).ToBatch());
        var report = await _world.CheckAsync();
        report.EstimateProblem.Should().Contain("not both classes");
        report.Coverage.Single().Status.Should().Be(PerformanceStatus.Unknown);
    }

    [Fact]
    public async Task Outputs_that_are_no_numbers_are_counted_and_are_an_alarm()
    {
        await TrainAsync();
        double?[] scores = [.. Enumerable.Range(0, 500).Select(i => i switch { < 5 => (double?)null, < 8 => double.PositiveInfinity, < 10 => 1.5, _ => 0.3 })];
        _world.World.Log.Batches.Add(With(BinaryFlights.Log(500), "output.Probability", scores).ToBatch());
        var report = await _world.CheckAsync();
        report.Stability.Should().Match<NumericalStability>(s => s.NotANumber == 5 && s.Infinite == 3 && s.OutOfRange == 2 && s.Rows == 500);
        report.Alarms.Where(a => a.Kind == AlarmKind.Quality).Select(a => a.Subject).Should().BeEquivalentTo("missing_outputs", "infinite_outputs", "impossible_probabilities");
        report.Rows.Should().Be(492, "rows without an output are not judged");
    }

    [Fact]
    public async Task A_log_without_outputs_says_nothing_and_alarms_of_nothing()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(new Table().Add("x", Enumerable.Range(0, 500).Select(i => (double)i)).Add(PredictionColumns.Truth, Enumerable.Repeat(1.0, 500)).ToBatch());
        var report = await _world.CheckAsync();
        report.Rows.Should().Be(0);
        report.Alarms.Should().BeEmpty();
    }

    [Fact]
    public async Task Scores_that_are_no_probabilities_are_calibrated()
    {
        static IReadOnlyList<Tensor> Raw(IReadOnlyList<Tensor> inputs) => [Tensor.Of("Score", Array.ConvertAll(((Tensor<double>)inputs.Single(t => t.Name == "x")).Values, v => (float)v))];
        await _world.TrainAsync(BinaryFlights.Validation(5000), BinaryFlights.Task, [new("Score", TensorType.Float32)], Raw);
        var log = BinaryFlights.Log(3000, 0);
        _world.World.Log.Batches.Add(log.Add("output.Score", Numbers(log.ToBatch(), "x")).ToBatch());
        var report = await _world.CheckAsync();
        report.Reference!.IsCalibrated.Should().BeTrue();
        report.Calibration.Should().BeEmpty("a raw score is no probability");
        report.Series[0].Points[0].Estimated!.Value.Should().BeApproximately(report.Series[0].Reference, 0.03);
    }

    [Fact]
    public async Task Calibration_is_measured_by_chunk()
    {
        var report = await CheckAsync(BinaryFlights.Log(5000));
        var calibration = report.Calibration.Single();
        calibration.CalibrationError.Should().BeLessThan(0.03);
        calibration.Brier.Should().BeInRange(0.05, 0.25);
        calibration.Bins.Should().HaveCount(10).And.OnlyContain(b => Math.Abs(b.Score - b.Share) < 0.12);
        calibration.Bins.Sum(b => b.Rows).Should().Be(5000);
    }

    [Fact]
    public async Task Groups_that_fare_unlike_each_other_are_an_alarm()
    {
        await TrainAsync();
        var log = BinaryFlights.Log(4000).ToBatch();
        var predicted = Numbers(log, "output.PredictedLabel").Select((p, i) => i % 10 >= 6 && i % 3 == 0 ? 1.0 : p).ToArray();
        _world.World.Log.Batches.Add(With(BinaryFlights.Log(4000), "output.PredictedLabel", predicted.Select(p => (double?)p)).ToBatch());
        var report = await _world.CheckAsync(o => o.FairnessColumns.Add("carrier"));
        var carrier = report.Fairness.Single();
        carrier.Groups.Select(g => g.Group).Should().Equal("AA", "UA", "XX");
        carrier.Measures.Select(m => m.Name).Should().Equal("demographic_parity_difference", "demographic_parity_ratio", "equal_opportunity_difference", "equalized_odds_difference");
        var odds = carrier.Measures[3];
        (odds.IsAlarm, odds.Worst[0]).Should().Be((true, "AA"));
        odds.Lower.Should().BeInRange(0.1, odds.Value);
        report.Alarms.Should().Contain(a => a.Subject == "equalized_odds_difference of carrier");
    }

    [Fact]
    public async Task Groups_that_fare_alike_are_none()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(BinaryFlights.Log(4000).ToBatch());
        var report = await _world.CheckAsync(o => o.FairnessColumns.Add("carrier"));
        report.Fairness.Single().Measures.Should().OnlyContain(m => !m.IsAlarm && m.Lower <= m.Value && m.Value <= m.Upper);
        report.Alarms.Should().BeEmpty();
    }

    [Fact]
    public async Task Columns_by_which_nothing_can_be_judged_are_an_alarm()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(BinaryFlights.Log(1000).ToBatch());
        var report = await _world.CheckAsync(o =>
        {
            o.FairnessColumns.Add("gender");
            o.SliceBy.Add("carrier");
            o.SliceBy.Add("carier");
        });
        report.Alarms.Select(a => (a.Subject, a.Kind)).Should().BeEquivalentTo([("carier", AlarmKind.Quality), ("gender", AlarmKind.Quality)]);
        report.Alarms.Single(a => a.Subject == "gender").Sentence.Should().StartWith("Named in FairnessColumns, but it has no value in 1,000 predictions");
    }

    [Fact]
    public async Task Age_is_told_and_judged_when_asked()
    {
        var training = BinaryFlights.Validation(500).Add("date", Enumerable.Range(0, 500).Select(i => World.May.AddDays(-40 - (i / 100.0))));
        await _world.TrainAsync(BinaryFlights.Validation(5000), BinaryFlights.Task, BinaryFlights.Outputs, BinaryFlights.Predict, training: training);
        _world.World.Log.Batches.Add(BinaryFlights.Log(1000, 0.6).ToBatch());
        var report = await _world.CheckAsync();
        report.Staleness!.VersionAge.Should().Be(TimeSpan.FromDays(31));
        report.Staleness.DataAge.Should().Be(TimeSpan.FromDays(41));
        report.Staleness.LabelAge.Should().BeCloseTo(TimeSpan.Zero, TimeSpan.FromHours(1));
        report.Staleness.MissingLabels.Should().BeApproximately(0.4, 0.05);
        report.Alarms.Should().BeEmpty();
        (await _world.CheckAsync(o =>
        {
            (o.MaxVersionAge, o.MaxDataAge, o.MaxLabelAge, o.MaxMissingLabels) = (TimeSpan.FromDays(30), TimeSpan.FromDays(40), TimeSpan.FromDays(5), 0.1);
        })).Alarms.Select(a => (a.Kind, a.Subject)).Should().Equal((AlarmKind.Quality, "version_age"), (AlarmKind.Quality, "data_age"), (AlarmKind.Quality, "missing_labels"));
    }

    [Fact]
    public async Task Samples_that_the_model_no_longer_predicts_are_an_alarm()
    {
        await TrainAsync();
        Tensor[] inputs = [Tensor.Of("x", new[] { -1.0, 0, 2 })];
        _world.Loader.Samples = new(inputs, BinaryFlights.Predict(inputs));
        _world.World.Log.Batches.Add(BinaryFlights.Log(500).ToBatch());
        var same = await _world.CheckAsync(o => o.MaxPerturbation = 0.01);
        (same.Stability!.IsReproduced, same.Stability.SampleDifference).Should().Be((true, 0));
        same.Stability.Perturbation.Should().BeInRange(1e-9, 1e-4);
        _world.Loader.Samples = new(inputs, BinaryFlights.Predict([Tensor.Of("x", new[] { -1.0, 0.2, 2 })]));
        var other = await _world.CheckAsync();
        (other.Stability!.IsReproduced, other.Alarms.Single().Subject).Should().Be((false, "samples"));
    }

    [Fact]
    public async Task A_model_that_is_moved_by_next_to_nothing_is_an_alarm_when_asked()
    {
        await TrainAsync();
        _world.Loader.Predict = inputs => [Tensor.Of("PredictedLabel", Array.ConvertAll(((Tensor<double>)inputs[0]).Values, _ => true)), Tensor.Of("Probability", Array.ConvertAll(((Tensor<double>)inputs[0]).Values, v => v > 1 ? 0.9f : 0.1f))];
        Tensor[] samples = [Tensor.Of("x", new[] { 1.0 })];
        _world.Loader.Samples = new(samples, _world.Loader.Predict(samples));
        var report = await _world.CheckAsync(o => o.MaxPerturbation = 0.5);
        report.Alarms.Single().Subject.Should().Be("perturbation");
    }

    [Fact]
    public async Task An_order_within_groups_is_measured()
    {
        await TrainAsync();
        var log = BinaryFlights.Log(5000);
        _world.World.Log.Batches.Add(log.Add("query", Enumerable.Range(0, 5000).Select(i => (string?)$"q{i / 20}")).ToBatch());
        var report = await _world.CheckAsync(o => o.RankBy = "query");
        var ndcg = report.Series.Single(s => s.Metric == "ndcg").Points[0];
        ndcg.Status.Should().Be(PerformanceStatus.Realized);
        ndcg.Realized!.Rows.Should().Be(250);
        ndcg.Realized.Value.Should().BeInRange(0.8, 1);
        ndcg.Realized.Error.Should().BeInRange(0.001, 0.03);
    }

    [Fact]
    public async Task An_order_is_measured_by_slice_and_one_that_got_worse_alarms()
    {
        string?[] queries = [.. Enumerable.Range(0, 5000).Select(i => (string?)$"q{i / 20}")];
        string?[] markets = [.. Enumerable.Range(0, 5000).Select(i => (string?)(i / 20 % 2 == 0 ? "north" : "south"))];
        await _world.TrainAsync(BinaryFlights.Validation(5000).Add("query", queries).Add("market", markets), BinaryFlights.Task, BinaryFlights.Outputs, BinaryFlights.Predict);
        var log = BinaryFlights.Log(5000);
        var truths = Numbers(log.ToBatch(), PredictionColumns.Truth);
        var random = new Random(3);
        var mixed = truths.Select((t, i) => (double?)(markets[i] == "south" ? random.Next(2) : t));
        _world.World.Log.Batches.Add(With(log, PredictionColumns.Truth, mixed).Add("query", queries).Add("market", markets).ToBatch());
        var report = await _world.CheckAsync(o =>
        {
            o.RankBy = "query";
            o.Metrics.Add("ndcg");
            o.SliceBy.Add("market");
        });
        report.Series.Select(s => (s.Metric, s.Segment)).Should().BeEquivalentTo([("ndcg", null), ("ndcg", "market=north"), ("ndcg", "market=south")]);
        var (north, south) = (report.Series.Single(s => s.Segment == "market=north"), report.Series.Single(s => s.Segment == "market=south"));
        (north.Points[0].Realized!.Rows, south.Points[0].Realized!.Rows).Should().Be((125, 125));
        (north.Reference, south.Reference).Should().NotBe((double.NaN, double.NaN));
        (north.Points[0].IsAlarm, south.Points[0].IsAlarm).Should().Be((false, true));
        south.Points[0].Realized!.Value.Should().BeLessThan(north.Points[0].Realized!.Value);
    }

    [Fact]
    public async Task The_values_are_measured()
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(BinaryFlights.Log(2000).ToBatch());
        var monitor = _world.Monitor();
        var factory = _world.Services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        using var values = new MetricCollector<double>(factory, Telemetry.Monitoring, Telemetry.ModelPerformance);
        using var coverage = new MetricCollector<double>(factory, Telemetry.Monitoring, Telemetry.LabelCoverage);
        var report = (await monitor.CheckAsync("flight-delay", World.May, World.May.AddDays(1), Stop)).Section<PerformanceReport>()!;
        values.GetMeasurementSnapshot().Should().Contain(m => (string)m.Tags["metric"]! == "auc" && (string)m.Tags["kind"]! == "realized" && m.Value == report.Series[0].Points[0].Realized!.Value);
        values.GetMeasurementSnapshot().Should().HaveCount(6);
        coverage.LastMeasurement!.Value.Should().Be(1);
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        (string, Action<PerformanceOptions>)[] wrong =
        [
            ("*no metric 'acuracy'*", o => o.Metrics.Add("acuracy")),
            ("*limits of 'auc'*", o => o.Limits["auc"] = new()),
            ("*business_value needs Values*", o => o.Metrics.Add("business_value")),
            ("*need RankBy*", o => o.Metrics.Add("ndcg")),
            ("*set together*", o => o.ReferenceFrom = World.May),
            ("*MinLabels*", o => o.MinLabels = 0),
            ("*named twice*", o => { o.Metrics.Add("auc"); o.Metrics.Add("auc"); }),
        ];
        foreach (var (message, configure) in wrong)
        {
            _world.Monitor(configure);
            FluentActions.Invoking(() => _world.Services.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<PerformanceOptions>>().Get("flight-delay"))
                .Should().Throw<Microsoft.Extensions.Options.OptionsValidationException>().WithMessage(message);
        }
    }

    private async Task<PerformanceReport> CheckAsync(Table log)
    {
        await TrainAsync();
        _world.World.Log.Batches.Add(log.ToBatch());
        return await _world.CheckAsync();
    }

    private Task<ModelVersion> TrainAsync() => _world.TrainAsync(BinaryFlights.Validation(5000), BinaryFlights.Task, BinaryFlights.Outputs, BinaryFlights.Predict);

    private static double[] Numbers(Apache.Arrow.RecordBatch batch, string column) => [.. Enumerable.Range(0, batch.Length).Select(i => ColumnReader.Number(ColumnReader.Find(batch, column)!, i))];

    // Whatever the column was: rows with other values of it.
    private static Table With(Table table, string column, IEnumerable<double?> values)
    {
        var batch = table.ToBatch();
        var result = new Table();
        foreach (var field in batch.Schema.FieldsList.Where(f => f.Name != column)) result.Add(field.Name, batch.Column(field.Name));
        return result.Add(column, values);
    }

    private static Apache.Arrow.RecordBatch Where(Apache.Arrow.RecordBatch batch, Func<string?, bool> isWanted)
    {
        var carriers = (Apache.Arrow.StringArray)batch.Column("carrier");
        var rows = Enumerable.Range(0, batch.Length).Where(i => isWanted(carriers.GetString(i))).ToList();
        var schema = DatasetSchema.FromArrow(batch.Schema);
        return new(batch.Schema, batch.Arrays.Select((a, i) => ColumnUnion.Take(a, rows, rows.Count, schema[i].Type)), rows.Count);
    }
}
