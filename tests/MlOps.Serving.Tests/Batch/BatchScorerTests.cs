using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using MlOps.Core;
using MlOps.Tests;
using Column = MlOps.Core.Column;

namespace MlOps.Serving.Tests;

public sealed class BatchScorerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dataset_is_scored_row_for_row()
    {
        await using var world = await BatchWorld.StartAsync();
        var scores = await world.ScoreAsync(await world.FlightsAsync(10, 20, 30), new() { KeepColumns = ["flight"] });
        (scores.Model, scores.Version, scores.Rows, scores.Failed).Should().Be((Server.Model, 1, 3, 0));
        scores.Predictions.Schema.ToString().Should().Be("flight String, output.Score Float64, output.Version Int64, prediction.id String, prediction.version Int64, prediction.error String");
        (scores.Predictions.Name, scores.Predictions.RowCount).Should().Be(("flights predictions", 3));
        (await world.ReadAsync(scores.Predictions)).Select(r => (r["flight"], r["output.Score"], r["output.Version"], r["prediction.id"], r["prediction.version"], r["prediction.error"]))
            .Should().Equal(("UA0", 10.0, 1L, $"{scores.Id}/0", 1L, null), ("UA1", 20.0, 1L, $"{scores.Id}/1", 1L, null), ("UA2", 30.0, 1L, $"{scores.Id}/2", 1L, null));
    }

    [Fact]
    public async Task Predictions_are_logged_under_the_numbers_of_their_rows()
    {
        await using var world = await BatchWorld.StartAsync();
        var scores = await world.ScoreAsync(await world.FlightsAsync(10, 20, 30, 40, 50), new() { BatchRows = 2 });
        var entries = world.Server.Log.Entries.ToList();
        entries.Should().OnlyContain(e => e.Id == scores.Id && e.Variant == "batch" && e.Caller == "batch" && e.Version == 1 && e.Error == null && e.SchemaHash == Server.Manifest().Signature.GetFingerprint());
        entries.Select(e => string.Join(' ', e.RowNumbers!)).Should().Equal("0 1", "2 3", "4");
        entries.SelectMany(e => ((Tensor<double>)e.Inputs.Single()).Values).Should().Equal(10, 20, 30, 40, 50);
        entries.SelectMany(e => ((Tensor<float>)e.Outputs[0]).Values).Should().Equal(10, 20, 30, 40, 50);
        PredictionId.DayOf(scores.Id).Should().BeNull("it tells no day, so labels of it are found by when they become known");
    }

    [Fact]
    public async Task A_row_that_the_model_refuses_is_an_error_of_its_own_and_ends_nothing()
    {
        await using var world = await BatchWorld.StartAsync();
        world.Server.Loader.Refuses = distance => distance > 100;
        var distances = Enumerable.Range(0, 37).Select(i => (double?)(i is 5 or 6 or 23 ? 1000 + i : i)).ToArray();
        var scores = await world.ScoreAsync(await world.FlightsAsync(distances), new() { BatchRows = 8 });
        (scores.Rows, scores.Failed).Should().Be((37, 3));
        var rows = await world.ReadAsync(scores.Predictions);
        rows.Select((r, i) => (r["output.Score"], r["prediction.error"] is not null)).Should().Equal(distances.Select(d => d > 100 ? ((object?)null, true) : ((object?)d, false)));
        rows[23]["prediction.error"].Should().Be("Input 'distance' is further than the earth is round.");
        var failed = world.Server.Log.Entries.Where(e => e.Error is not null).ToList();
        failed.Select(e => (e.RowNumbers!.Single(), ((Tensor<double>)e.Inputs.Single()).Values.Single(), e.Outputs.Count)).Should().BeEquivalentTo([(5L, 1005.0, 0), (6L, 1006.0, 0), (23L, 1023.0, 0)]);
        world.Server.Log.Entries.Where(e => e.Error is null).SelectMany(e => e.RowNumbers!.Zip(((Tensor<float>)e.Outputs[0]).Values)).Should().OnlyContain(r => r.First == r.Second).And.HaveCount(34);
    }

    [Fact]
    public async Task All_rows_may_be_bad()
    {
        await using var world = await BatchWorld.StartAsync();
        world.Server.Loader.Refuses = _ => true;
        var scores = await world.ScoreAsync(await world.FlightsAsync(1, 2, 3, 4, 5));
        scores.Failed.Should().Be(5);
        (await world.ReadAsync(scores.Predictions)).Should().OnlyContain(r => r["output.Score"] == null && r["prediction.error"] != null);
    }

    [Fact]
    public async Task What_breaks_the_model_is_told_of_the_row()
    {
        await using var world = await BatchWorld.StartAsync();
        world.Server.Loader.Refuses = distance => distance == 2 ? throw new InvalidOperationException("boom") : false;
        var scores = await world.ScoreAsync(await world.FlightsAsync(1, 2, 3));
        (await world.ReadAsync(scores.Predictions)).Select(r => (string?)r["prediction.error"]).Should().Equal([null, "boom", null]);
    }

    [Fact]
    public async Task A_row_that_a_guard_refuses_is_an_error_and_one_that_it_flags_is_counted()
    {
        var guard = new Guard();
        await using var world = await BatchWorld.StartAsync(b => b.Services.AddSingleton<IModelInputGuard>(guard));
        using var flagged = new MetricCollector<long>(world.Server.Services.GetRequiredService<IMeterFactory>(), Telemetry.Serving, Telemetry.InputsFlagged);
        var scores = await world.ScoreAsync(await world.FlightsAsync(10, -1, 7000, -2));
        scores.Failed.Should().Be(2);
        (await world.ReadAsync(scores.Predictions)).Select(r => (r["output.Score"], r["prediction.error"])).Should().Equal(
            (10.0, null), (null, "Expected that distance is positive."), (7000.0, null), (null, "Expected that distance is positive."));
        flagged.GetMeasurementSnapshot().Sum(m => m.Value).Should().Be(1);
        guard.Rows.Should().Be(4, "each row is looked at once");
    }

    [Fact]
    public async Task A_dataset_without_rows_gives_predictions_without_rows()
    {
        await using var world = await BatchWorld.StartAsync();
        var scores = await world.ScoreAsync(await world.FlightsAsync(), new() { KeepColumns = ["flight"] });
        (scores.Rows, scores.Predictions.RowCount, scores.Predictions.Schema.Count).Should().Be((0, 0, 6));
        world.Server.Log.Entries.Should().BeEmpty();
    }

    [Fact]
    public async Task A_dataset_that_lacks_a_column_is_refused_before_anything_is_logged()
    {
        await using var world = await BatchWorld.StartAsync(versions: 0);
        var manifest = Server.Manifest();
        await world.Server.RegisterAsync(manifest with { Signature = new(new([new("distance", ColumnType.Float64), new("flight", ColumnType.String)]), manifest.Signature.Outputs) });
        await world.Server.PointAsync(null, 1);
        var rows = await world.WriteAsync(BatchWorld.Table((new("flight", ColumnType.String), new StringArray.Builder().Append("UA1").Build())));
        var error = (await world.Awaiting(w => w.ScoreAsync(rows)).Should().ThrowAsync<DataException>()).Which;
        (error.Column, error.DataSource).Should().Be(("distance", "flights"));
        error.Message.Should().Be("Dataset 'flights' cannot be scored by version 1 of model 'flight-delay': Input 'distance' is missing or no FP64.");
        world.Server.Log.Entries.Should().BeEmpty();
    }

    [Fact]
    public async Task A_dataset_of_other_columns_or_types_is_refused()
    {
        await using var world = await BatchWorld.StartAsync();
        var other = await world.WriteAsync(BatchWorld.Table((new("colour", ColumnType.String), new StringArray.Builder().Append("red").Build())));
        (await world.Awaiting(w => w.ScoreAsync(other)).Should().ThrowAsync<DataException>()).WithMessage("*has none of the columns that it takes: distance.");
        var text = await world.WriteAsync(BatchWorld.Table((new("distance", ColumnType.String), new StringArray.Builder().Append("far").Build())));
        (await world.Awaiting(w => w.ScoreAsync(text)).Should().ThrowAsync<DataException>()).WithMessage("*has 'distance' as String; it takes Float64. Cast the column before.");
        var flights = await world.FlightsAsync(1);
        (await world.Awaiting(w => w.ScoreAsync(flights, new() { KeepColumns = ["colour"] })).Should().ThrowAsync<DataException>()).Which.Column.Should().Be("colour");
        (await world.Awaiting(w => w.ScoreAsync(flights.Lock())).Should().ThrowAsync<HoldoutLockedException>()).Which.DataSource.Should().Be("flights");
    }

    [Fact]
    public async Task Integers_and_missing_values_go_where_fractions_are_taken()
    {
        await using var world = await BatchWorld.StartAsync();
        var scores = await world.ScoreAsync(await world.WriteAsync(BatchWorld.Table((new("distance", ColumnType.Int64), new Int64Array.Builder().Append(3).AppendNull().Append(5).Build()))));
        (await world.ReadAsync(scores.Predictions)).Select(r => (r["output.Score"], r["prediction.error"])).Should().Equal((3.0, null), (null, null), (5.0, null));
    }

    [Fact]
    public async Task The_same_rows_and_version_give_the_same_fingerprint_however_they_are_cut()
    {
        await using var world = await BatchWorld.StartAsync(versions: 2);
        world.Server.Loader.Refuses = distance => distance == 33;
        var rows = await world.FlightsAsync([.. Enumerable.Range(0, 57).Select(i => i % 11 == 3 ? (double?)null : i)]);
        var first = await world.ScoreAsync(rows, new() { KeepColumns = ["flight"] });
        foreach (var size in (int[])[1, 3, 50, 100_000])
        {
            var again = await world.ScoreAsync(rows, new() { KeepColumns = ["flight"], BatchRows = size, LogShare = 0 });
            (again.Id, again.Predictions.Fingerprint).Should().Be((first.Id, first.Predictions.Fingerprint));
        }

        var other = await world.ScoreAsync(rows, new() { KeepColumns = ["flight"], Version = 2 });
        other.Id.Should().NotBe(first.Id);
        other.Predictions.Fingerprint.Should().NotBe(first.Predictions.Fingerprint);
    }

    [Fact]
    public async Task One_version_scores_the_whole_dataset_whatever_becomes_of_its_alias()
    {
        await using var world = await BatchWorld.StartAsync(versions: 2);
        var rows = await world.FlightsAsync([.. Enumerable.Range(0, 40).Select(i => (double?)i)]);
        var told = new List<BatchProgress>();
        var scores = await world.Scorer.ScoreAsync(Server.Model, rows, new() { BatchRows = 10 }, new Progress(p =>
        {
            told.Add(p);
            if (told.Count > 1) return;
            world.Server.PointAsync(1, 2).Wait(Stop);
            Server.UntilAsync(async () => await world.Server.VersionAsync() == 2).Wait(Stop);
        }), Stop);
        scores.Version.Should().Be(1);
        (await world.ReadAsync(scores.Predictions)).Should().OnlyContain(r => (long)r["output.Version"]! == 1 && (long)r["prediction.version"]! == 1);
        told.Should().Equal(new(10, 0, 40), new(20, 0, 40), new(30, 0, 40), new BatchProgress(40, 0, 40));
        (await world.ScoreAsync(rows)).Version.Should().Be(2);
        await Server.UntilAsync(() => Task.FromResult(world.Server.Loader.Loaded.Single(m => m.Version == 1).IsDisposed));
    }

    [Fact]
    public async Task A_scoring_that_is_cancelled_keeps_no_dataset()
    {
        var store = new Streams(batches: 50);
        await using var world = await BatchWorld.StartAsync(datasets: store);
        using var cancel = new CancellationTokenSource();
        var scoring = () => world.Scorer.ScoreAsync(Server.Model, store.Rows, null, new Progress(p =>
        {
            if (p.Rows == 300) cancel.Cancel();
        }), cancel.Token);
        await scoring.Should().ThrowAsync<OperationCanceledException>();
        (store.Read, store.Kept).Should().Be((4, 0));
        (await world.Server.Services.GetRequiredService<ILineageStore>().ListNodesAsync(LineageKind.Dataset, cancellationToken: Stop)).Should().BeEmpty();
    }

    [Fact]
    public async Task Rows_are_read_as_predictions_are_written_so_that_memory_does_not_grow()
    {
        var store = new Streams(batches: 200);
        await using var world = await BatchWorld.StartAsync(datasets: store, logs: false);
        var scores = await world.ScoreAsync(store.Rows);
        (scores.Rows, store.Kept, store.Ahead).Should().Be((20_000, 200, 1));
    }

    [Theory]
    [InlineData(1.0, 1000, 1000)]
    [InlineData(0.3, 200, 400)]
    [InlineData(0.0, 0, 0)]
    public async Task A_share_of_the_rows_is_logged_the_same_each_time_and_failures_beside_it(double share, int least, int most)
    {
        await using var world = await BatchWorld.StartAsync();
        world.Server.Loader.Refuses = distance => distance == 500;
        var rows = await world.FlightsAsync([.. Enumerable.Range(0, 1000).Select(i => (double?)i)]);
        await world.ScoreAsync(rows, new() { LogShare = share, BatchRows = 100 });
        var first = Logged(world);
        world.Server.Log.Entries.Clear();
        await world.ScoreAsync(rows, new() { LogShare = share, BatchRows = 64 });
        Logged(world).Should().Equal(first);
        first.Count.Should().BeInRange(least, most);
        if (share > 0) first.Should().Contain(500);
    }

    [Fact]
    public async Task Columns_that_the_dataset_lacks_are_asked_for_and_what_it_has_is_kept()
    {
        var enricher = new Enricher();
        await using var world = await BatchWorld.StartAsync(b => b.Services.AddSingleton<IModelInputEnricher>(enricher), versions: 0);
        await ServeWithOriginAsync(world);
        var origins = new StringArray.Builder().Append("SFO").AppendNull().Append("ORDER").Build();
        var scores = await world.ScoreAsync(await world.WriteAsync(BatchWorld.Table((new("origin", ColumnType.String), origins))));
        (await world.ReadAsync(scores.Predictions)).Select(r => (r["output.Score"], r["prediction.error"])).Should().Equal((3.0, null), (null, "Nobody knows an airport without a code."), (5.0, null));
        enricher.Asked = 0;
        var given = BatchWorld.Table((new("origin", ColumnType.String), origins), (new("distance", ColumnType.Float64), new DoubleArray.Builder().Append(7).AppendNull().AppendNull().Build()));
        (await world.ReadAsync((await world.ScoreAsync(await world.WriteAsync(given), new() { BatchRows = 1 })).Predictions)).Select(r => r["output.Score"]).Should().Equal(7.0, null, null);
        enricher.Asked.Should().Be(0);
    }

    [Fact]
    public async Task Columns_by_which_others_are_found_are_read_and_logged_and_not_given_to_the_model()
    {
        var enricher = new Enricher { Keys = [new("passenger", ColumnType.String)] };
        await using var world = await BatchWorld.StartAsync(b => b.Services.AddSingleton<IModelInputEnricher>(enricher), versions: 0);
        await ServeWithOriginAsync(world);
        var rows = BatchWorld.Table(
            (new("origin", ColumnType.String), new StringArray.Builder().Append("SFO").Append("ORDER").Build()),
            (new("passenger", ColumnType.String), new StringArray.Builder().Append("ann").AppendNull().Build()));
        var scores = await world.ScoreAsync(await world.WriteAsync(rows));
        (await world.ReadAsync(scores.Predictions)).Select(r => r["output.Score"]).Should().Equal(3.0, 5.0);
        world.Server.Log.Entries.Single().Inputs.Select(i => i.Name).Should().Equal("origin", "passenger", "distance");
    }

    [Fact]
    public async Task A_store_of_features_that_does_not_answer_ends_the_scoring()
    {
        var enricher = new Enricher { Error = new StoreException("away", isTransient: true) };
        await using var world = await BatchWorld.StartAsync(b => b.Services.AddSingleton<IModelInputEnricher>(enricher), versions: 0);
        await ServeWithOriginAsync(world);
        var rows = await world.WriteAsync(BatchWorld.Table((new("origin", ColumnType.String), new StringArray.Builder().Append("SFO").Build())));
        (await world.Awaiting(w => w.ScoreAsync(rows)).Should().ThrowAsync<StoreException>()).Which.IsTransient.Should().BeTrue("a stage tries again");
        world.Server.Log.Entries.Should().BeEmpty();
    }

    [Fact]
    public async Task The_lineage_says_what_predictions_came_from()
    {
        await using var world = await BatchWorld.StartAsync();
        var rows = await world.FlightsAsync(1, 2);
        var scores = await world.ScoreAsync(rows);
        var lineage = world.Server.Services.GetRequiredService<ILineageStore>();
        var predictions = LineageNode.Of(scores.Predictions.ToReference());
        LineageGraph? graph = null;
        await Server.UntilAsync(async () => (graph = await lineage.TraverseAsync(new(predictions) { Direction = LineageDirection.Upstream }, Stop)).Edges.Count > 1);
        graph!.Edges.Where(e => e.To == predictions).Select(e => (e.From.Id, e.Relation)).Should().BeEquivalentTo([(rows.Fingerprint, LineageRelations.Derived), ("flight-delay/1", LineageRelations.Scored)]);
        scores.Predictions.Origin.Should().Be(new DatasetOrigin("predictions", $"{Server.Model}/1 {rows.Fingerprint}"));
    }

    [Fact]
    public async Task A_scoring_is_measured_and_traced()
    {
        await using var world = await BatchWorld.StartAsync();
        world.Server.Loader.Refuses = distance => distance == 2;
        using var trace = new TraceCollector(Telemetry.Serving);
        using var rows = new MetricCollector<long>(world.Server.Services.GetRequiredService<IMeterFactory>(), Telemetry.Serving, Telemetry.RowsScored);
        await world.ScoreAsync(await world.FlightsAsync(1, 2, 3));
        rows.GetMeasurementSnapshot().Select(m => ((string)m.Tags["status"]!, (string)m.Tags["version"]!, m.Value)).Should().Equal(("ok", "1", 2), ("failed", "1", 1));
        var activity = trace.Activities.Single();
        (activity.OperationName, activity.Status).Should().Be(("score", ActivityStatusCode.Unset));
        activity.TagObjects.Should().Equal(new("model", Server.Model), new("version", "1"), new("rows", 3L), new KeyValuePair<string, object?>("failed", 1L));
    }

    [Fact]
    public async Task Versions_that_are_not_there_are_not_found()
    {
        await using var world = await BatchWorld.StartAsync();
        var rows = await world.FlightsAsync(1);
        await world.Awaiting(w => w.ScoreAsync(rows, new() { Version = 9 })).Should().ThrowAsync<NotFoundException>();
        await world.Awaiting(w => w.ScoreAsync(rows, new() { Alias = "challenger" })).Should().ThrowAsync<NotFoundException>();
        await world.Awaiting(w => w.Scorer.ScoreAsync("another", rows, cancellationToken: Stop)).Should().ThrowAsync<NotFoundException>();
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused()
    {
        BatchScoringOptions[] wrong =
        [
            new() { LogShare = -0.1 }, new() { LogShare = 1.1 }, new() { LogShare = double.NaN }, new() { BatchRows = 0 }, new() { BatchRows = 2_000_000 }, new() { Alias = "v1" }, new() { Version = 0 }, new() { Name = " " }, new() { KeepColumns = null! },
        ];
        foreach (var options in wrong) options.Invoking(o => o.Check()).Should().Throw<ArgumentException>();
        new BatchScoringOptions().Check();
    }

    [Fact]
    public async Task A_pipeline_scores_in_a_stage_which_records_what_came_out()
    {
        await using var world = await BatchWorld.StartAsync();
        world.Server.Loader.Refuses = distance => distance == 2;
        var pipeline = new PipelineBuilder();
        pipeline.Start(new Given(await world.FlightsAsync(1, 2, 3))).Score(Server.Model, new() { KeepColumns = ["flight"] });
        var stage = pipeline.Stages[1];
        (stage.Name, stage.Options.Cache).Should().Be(("score", false));
        var reports = new List<double?>();
        var context = new StageContext { Services = world.Server.Services, Pipeline = "nightly", Stage = "score", RunId = "run", Seed = 1, Progress = (_, fraction) => reports.Add(fraction) };
        var predictions = (Dataset)(await stage.RunAsync(stage.Instance!, [((Given)pipeline.Stages[0].Instance!).Rows], context, Stop))!;
        predictions.RowCount.Should().Be(3);
        context.Metrics.Select(m => (m.Name, m.Value)).Should().Equal(("score.rows", 3), ("score.rows_failed", 1));
        context.Tags["scoring.score.version"].Should().Be("flight-delay/1");
        reports.Should().Equal(1.0);
        var wrong = () => new PipelineBuilder().Start(new Given(predictions)).Score("a/b");
        wrong.Should().Throw<ArgumentException>();
    }

    private static List<long> Logged(BatchWorld world) => [.. world.Server.Log.Entries.SelectMany(e => e.RowNumbers!).Order()];

    private static async Task ServeWithOriginAsync(BatchWorld world)
    {
        var manifest = Server.Manifest();
        await world.Server.RegisterAsync(manifest with { Signature = new(new([new("origin", ColumnType.String), new("distance", ColumnType.Float64)]), manifest.Signature.Outputs) });
        await world.Server.PointAsync(null, 1);
    }

    private sealed record Given(Dataset Rows) : IPipelineStage<Nothing, Dataset>
    {
        public Task<Dataset> RunAsync(Nothing input, StageContext context, CancellationToken cancellationToken) => Task.FromResult(Rows);
    }

    private sealed class Guard : IModelInputGuard
    {
        public string Model => Server.Model;

        public int Rows { get; private set; }

        public IReadOnlyList<InputFinding> Check(DatasetSchema schema, IReadOnlyList<Tensor> inputs)
        {
            var values = ((Tensor<double>)inputs.Single()).Values;
            Rows += values.Length;
            return [.. values.Index().Where(v => v.Item is < 0 or > 5000).Select(v => new InputFinding(v.Index, "distance", v.Item < 0 ? "distance is positive" : "distance is flown", v.Item < 0))];
        }
    }

    /// <summary>Knows that every distance is as long as the code of the airport.</summary>
    private sealed class Enricher : IModelInputEnricher
    {
        public int Asked { get; set; }

        public Exception? Error { get; init; }

        public IReadOnlyList<Column> Keys { get; init; } = [];

        public IReadOnlyList<string> ColumnsOf(BundleManifest model) => ["distance"];

        public IReadOnlyList<Column> KeysOf(BundleManifest model) => Keys;

        public ValueTask<IReadOnlyList<Tensor>> FindAsync(BundleManifest model, IReadOnlyList<string> columns, IReadOnlyList<Tensor> inputs, CancellationToken cancellationToken)
        {
            Asked++;
            if (Error is not null) throw Error;
            var origins = ((Tensor<string?>)inputs.Single(i => i.Name == "origin")).Values;
            if (origins.Contains(null)) throw new ModelInputException("Nobody knows an airport without a code.", "origin");
            return new([Tensor.Of("distance", System.Array.ConvertAll(origins, o => (double)o!.Length))]);
        }
    }

    /// <summary>Makes rows as they are read, a hundred at a time, and says how many batches were read before one was written.</summary>
    private sealed class Streams(int batches) : IDatasetStore
    {
        private int _written;

        public Dataset Rows { get; } = new("flights", "f", new([new("distance", ColumnType.Float64)]), batches * 100, new("a", 1), new("rows", "test"), DateTimeOffset.UnixEpoch);

        public int Read { get; private set; }

        public int Kept { get; private set; }

        public int Ahead { get; private set; }

        public async Task<Dataset> WriteAsync(string name, DatasetOrigin origin, IAsyncEnumerable<RecordBatch> rows, long? maxBytes = null, CancellationToken cancellationToken = default)
        {
            DatasetSchema? schema = null;
            await foreach (var batch in rows.WithCancellation(cancellationToken))
            {
                schema = DatasetSchema.FromArrow(batch.Schema);
                Ahead = Math.Max(Ahead, Read - _written++);
            }

            Kept = _written;
            return new(name, "p", schema!, Kept * 100, new("b", 1), origin, DateTimeOffset.UnixEpoch);
        }

        public async IAsyncEnumerable<RecordBatch> ReadAsync(Dataset dataset, IReadOnlyList<string>? columns = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            for (var i = 0; i < batches; i++)
            {
                Read++;
                yield return BatchWorld.Table((new("distance", ColumnType.Float64), new DoubleArray.Builder().AppendRange(Enumerable.Repeat(1.0, 100)).Build()));
            }
        }
    }
}
