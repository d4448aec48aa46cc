using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.ML;
using MlOps.Core;
using MlOps.Data;
using MlOps.Monitoring;
using MlOps.Training;

namespace MlOps.EndToEndTests;

/// <summary>A good champion and a challenger that learned nothing, with <c>AddMlOps()</c> and files: predictions from a shadow and from a dataset, from the first request to the report of a monitor.</summary>
public sealed class ShadowAndBatchTests : IAsyncLifetime
{
    private const string Model = "late";
    private readonly TemporaryFolder _folder = new();
    private IHost? _host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IServiceProvider Services => _host!.Services;

    public async ValueTask InitializeAsync()
    {
        var random = new Random(7);
        await File.WriteAllLinesAsync(_folder.PathOf("flights.csv"), ["flight,hour,noise,late", .. Enumerable.Range(0, 3000).Select(i =>
        {
            var hour = 24 * random.NextDouble();
            return string.Create(CultureInfo.InvariantCulture, $"{i},{hour},{random.NextDouble()},{(IsLate(hour) ? "true" : "false")}");
        })], Cancel);
        await File.WriteAllLinesAsync(_folder.PathOf("tomorrow.csv"), ["flight,hour,noise", .. Enumerable.Range(0, 10_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{(i % 240) / 10.0},0.5"))], Cancel);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["MlOps:Folder"] = _folder.PathOf("mlops") });
        builder.Services.AddSingleton(_folder).AddMlOps()
            .AddPipeline<Good>("good")
            .AddPipeline<Blind>("blind")
            .AddPipeline<Tomorrow>("tomorrow")
            .AddPredictor<Flight, Delay>(Model)
            .AddShadow(Model)
            .AddMonitor(Model)
            .AddMonitor("shadow", monitor => monitor.Configure(o =>
            {
                (o.Model, o.Alias) = (Model, ModelNames.Challenger);
                o.Variants.Add(PredictionVariants.Shadow);
            }));
        _host = builder.Build();
        var runner = Services.GetRequiredService<IPipelineRunner>();
        await runner.RunAsync("good", cancellationToken: Cancel);
        await runner.RunAsync("blind", cancellationToken: Cancel);
        await _host.StartAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync(CancellationToken.None);
            if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task The_challenger_is_judged_by_the_labels_of_the_answers_and_the_champion_is_not_disturbed()
    {
        var (predictor, log) = (Services.GetRequiredService<IPredictor<Flight, Delay>>(), Services.GetRequiredService<IPredictionLog>());
        await predictor.PredictAsync(new() { Hour = 1 }, Cancel);
        var from = DateTimeOffset.UtcNow.AddMinutes(-5);
        while ((await CountAsync(log, from)).Shadows == 0) await predictor.PredictAsync(new() { Hour = 1 }, Cancel); // until the challenger is loaded
        var random = new Random(3);
        var labels = new List<GroundTruth>();
        for (var i = 0; i < 600; i++)
        {
            var hour = 24 * random.NextDouble();
            var prediction = await predictor.PredictAsync(new() { Hour = hour, Noise = random.NextDouble() }, Cancel);
            prediction.Version.Should().Be(1);
            labels.Add(new(prediction.Id, IsLate(hour) ? 1 : 0, DateTimeOffset.UtcNow));
        }

        await log.WriteGroundTruthAsync(Model, labels, Cancel);
        (int Answers, int Shadows) count;
        do count = await CountAsync(log, from);
        while (count.Shadows < 600);
        var to = DateTimeOffset.UtcNow.AddMinutes(5);
        var (champion, challenger) = (await CheckAsync(Model, from, to), await CheckAsync("shadow", from, to));
        (champion.Version, challenger.Version, champion.Rows).Should().Be((1, 2, count.Answers));
        Auc(champion).Should().BeGreaterThan(0.95);
        Auc(challenger).Should().BeInRange(0.3, 0.7, "it learned from noise");
        var coverage = await Services.GetRequiredService<IPredictionLogAdmin>().CoverageAsync(Model, from, to, Cancel);
        (coverage.Predictions, coverage.Labelled, coverage.Days.Sum(d => d.Duplicates)).Should().Be((count.Answers, 600, 0));
    }

    [Fact]
    public async Task A_pipeline_scores_a_dataset_and_its_rows_are_in_the_log_under_the_same_identifiers()
    {
        var runner = Services.GetRequiredService<IPipelineRunner>();
        var run = await runner.RunAsync("tomorrow", cancellationToken: Cancel);
        var again = await runner.RunAsync("tomorrow", cancellationToken: Cancel);
        var predictions = run.Output<Dataset>();
        (predictions.RowCount, again.Output<Dataset>().Fingerprint).Should().Be((10_000, predictions.Fingerprint));

        var flights = new List<(long? Flight, string Id, bool Late)>();
        await foreach (var batch in Services.GetRequiredService<IDatasetStore>().ReadAsync(predictions, ["flight", "prediction.id", "output.PredictedLabel"], Cancel))
        {
            var (numbers, ids, late) = ((Apache.Arrow.Int64Array)batch.Column(0), (Apache.Arrow.StringArray)batch.Column(1), (Apache.Arrow.BooleanArray)batch.Column(2));
            for (var i = 0; i < batch.Length; i++) flights.Add((numbers.GetValue(i), ids.GetString(i), late.GetValue(i) == true));
        }

        flights.Select(f => f.Flight).Should().Equal(Enumerable.Range(0, 10_000).Select(i => (long?)i));
        flights.Count(f => f.Late == IsLate((f.Flight!.Value % 240) / 10.0)).Should().BeGreaterThan(9_000);

        var (log, logged) = (Services.GetRequiredService<IPredictionLog>(), new HashSet<string>(StringComparer.Ordinal));
        await log.FlushAsync(Cancel);
        await foreach (var batch in log.ReadAsync(Model, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), Cancel))
        {
            var (ids, variants) = ((Apache.Arrow.StringArray)batch.Column(PredictionColumns.Id), (Apache.Arrow.StringArray)batch.Column(PredictionColumns.Variant));
            for (var i = 0; i < batch.Length; i++) if (variants.GetString(i) == PredictionVariants.Batch) logged.Add(ids.GetString(i));
        }

        logged.Should().BeEquivalentTo(flights.Select(f => f.Id));
        var graph = await Services.GetRequiredService<ILineageStore>().TraverseAsync(new(LineageNode.Of(predictions.ToReference())) { Direction = LineageDirection.Upstream }, Cancel);
        graph.Nodes.Select(n => n.Node.Kind).Should().Contain([LineageKind.Source, LineageKind.Dataset]);
    }

    private static bool IsLate(double hour) => hour > 12;

    private static double Auc(MonitorReport report) => report.Section<PerformanceReport>()!.Series.Single(s => s.Metric == "auc" && s.Segment is null).Points.Single().Realized!.Value;

    private Task<MonitorReport> CheckAsync(string monitor, DateTimeOffset from, DateTimeOffset to) => Services.GetRequiredService<IModelMonitor>().CheckAsync(monitor, from, to, Cancel);

    private static async Task<(int Answers, int Shadows)> CountAsync(IPredictionLog log, DateTimeOffset from)
    {
        await log.FlushAsync(Cancel);
        var (answers, shadows) = (0, 0);
        await foreach (var batch in log.ReadAsync(Model, from, DateTimeOffset.UtcNow.AddMinutes(5), Cancel))
        {
            var variants = (Apache.Arrow.StringArray)batch.Column(PredictionColumns.Variant);
            for (var i = 0; i < batch.Length; i++)
            {
                if (variants.GetString(i) == PredictionVariants.Shadow) shadows++;
                else answers++;
            }
        }

        return (answers, shadows);
    }

    public sealed class Flight
    {
        public double Hour { get; set; }

        public double Noise { get; set; }
    }

    public sealed class Delay
    {
        public bool PredictedLabel { get; set; }

        public float Score { get; set; }

        public float Probability { get; set; }
    }

    private class Good(TemporaryFolder folder) : PipelineDefinition
    {
        public override void Define(PipelineBuilder pipeline) => Train<ByHour>(pipeline, ModelNames.Champion);

        protected void Train<TTrainer>(PipelineBuilder pipeline, string alias)
            where TTrainer : Trainer, new() => pipeline.Acquire(Source.Csv(folder.PathOf("flights.csv")))
            .SplitRandom(0.6, 0.2, 0.2, seed: 1)
            .Train<TTrainer>(Model)
            .Evaluate(gate => gate.AtLeast("auc", 0.0))
            .Register(alias);
    }

    private sealed class Blind(TemporaryFolder folder) : Good(folder)
    {
        public override void Define(PipelineBuilder pipeline) => Train<ByNoise>(pipeline, ModelNames.Challenger);
    }

    private sealed class Tomorrow(TemporaryFolder folder) : PipelineDefinition
    {
        public override void Define(PipelineBuilder pipeline) => pipeline.Acquire(Source.Csv(folder.PathOf("tomorrow.csv"))).Score(Model, new() { KeepColumns = ["flight"] });
    }

    private sealed class ByHour : Trainer
    {
        public override LearningTask Task => LearningTask.BinaryClassification;

        public override string Label => "late";

        public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) =>
            ml.Transforms.Concatenate("Features", "hour", "noise").Append(ml.BinaryClassification.Trainers.LbfgsLogisticRegression(Label));
    }

    private sealed class ByNoise : Trainer
    {
        public override LearningTask Task => LearningTask.BinaryClassification;

        public override string Label => "late";

        public override IEstimator<ITransformer> Build(MLContext ml, TrainerContext context) =>
            ml.Transforms.Concatenate("Features", "noise").Append(ml.BinaryClassification.Trainers.LbfgsLogisticRegression(Label));
    }
}
