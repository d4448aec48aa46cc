using System.Runtime.CompilerServices;
using Apache.Arrow;
using Microsoft.Extensions.Logging.Testing;
using MlOps.Core;
using Column = MlOps.Core.Column;

namespace MlOps.FeatureStore.Tests.Consistency;

public sealed class FeatureConsistencyTests
{
    private static readonly DateTimeOffset Day = new(2024, 5, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly ConsistencyQuery Query = new("flight-delay", "flight", Day, Day.AddDays(1));

    private readonly FakeLogger<FeatureConsistencyCheck> _logger = new();

    [Fact]
    public async Task Features_that_are_the_same_are_consistent()
    {
        var report = await CheckAsync([(1.5, null), (2, "LAX")], [(1.5, null), (2, "LAX")]);
        report.IsAlarm.Should().BeFalse();
        report.Features.Select(f => (f.Feature, f.Compared, f.Equal, f.Distance)).Should().Equal(("mean", 2L, 2L, 0.0), ("last", 2L, 2L, 0.0));
        _logger.Collector.Count.Should().Be(0);
    }

    [Fact]
    public async Task What_differs_is_counted_by_how_and_is_an_alarm()
    {
        var report = await CheckAsync([(1, "a"), (2, "a"), (null, "a"), (4, null)], [(1, "a"), (5, "b"), (3, "a"), (null, "b")]);
        var mean = report.Features[0];
        (mean.Equal, mean.Differing, mean.OnlyServed, mean.OnlyRecomputed, mean.LargestDifference).Should().Be((1, 1, 1, 1, 3));
        var last = report.Features[1];
        (last.Equal, last.Differing, last.OnlyRecomputed).Should().Be((2, 1, 1));
        last.LargestDifference.Should().Be(double.NaN, "texts have no distance");
        last.Distance.Should().Be(0.5);
        report.IsAlarm.Should().BeTrue();
        _logger.LatestRecord.Message.Should().Contain("2 features differ in more of 4 predictions than may be");
    }

    [Fact]
    public async Task A_share_that_may_differ_is_no_alarm() =>
        (await CheckAsync([(1, "a"), (2, "a")], [(1, "a"), (3, "a")], Query with { AlarmShare = 0.5 })).IsAlarm.Should().BeFalse();

    [Fact]
    public async Task NaN_was_served_as_missing() =>
        (await CheckAsync([(double.NaN, "a")], [(null, "a")])).Features[0].Equal.Should().Be(1);

    [Fact]
    public async Task Nothing_logged_is_nothing_compared()
    {
        var report = await CheckAsync([], []);
        (report.Predictions, report.Compared, report.IsAlarm).Should().Be((0, 0, false));
        report.Features[0].Distance.Should().Be(double.NaN);
    }

    [Fact]
    public async Task A_sample_is_the_same_each_time_and_as_large_as_asked_for()
    {
        var rows = Enumerable.Range(0, 1_000).Select(i => ((double?)i, (string?)"a")).ToArray();
        var (first, second) = (await CheckAsync(rows, rows, Query with { Share = 0.2 }), await CheckAsync(rows, rows, Query with { Share = 0.2 }));
        first.Compared.Should().BeInRange(150, 250);
        (second.Compared, first.Predictions).Should().Be((first.Compared, 1_000));
        (await CheckAsync(rows, rows, Query with { Limit = 7 })).Compared.Should().Be(7);
    }

    [Fact]
    public async Task A_log_without_the_key_is_refused_with_what_to_do()
    {
        var act = () => CheckAsync([(1, "a")], [(1, "a")], key: "airport_code");
        await act.Should().ThrowAsync<DataException>().WithMessage("*no column 'airport'*Log it as an input*");
    }

    [Fact]
    public async Task A_feature_that_is_not_in_the_log_is_named_and_not_compared()
    {
        var report = await CheckAsync([(1, "a"), (2, "b")], [(1, "a"), (3, "b")], last: "other");
        report.NotLogged.Should().Equal("last");
        report.Features.Select(f => (f.Feature, f.Compared, f.DifferingShare)).Should().Equal(("mean", 2L, 0.5), ("last", 0L, 0.0));
        report.ToMarkdown().Should().Contain("Not in the log, so not compared: last.");
        _logger.Collector.GetSnapshot()[0].Message.Should().Be("Features of flight that are not in the prediction log of model flight-delay were not compared: last");
    }

    [Fact]
    public async Task A_report_is_a_table_to_read()
    {
        var text = (await CheckAsync([(1, "a")], [(3, "a")])).ToMarkdown();
        text.Should().Contain("| mean | 1 | 0 | 1 | 0 | 0 | 2 | 1 |").And.Contain("More than 1.0 % differ.");
    }

    private async Task<ConsistencyReport> CheckAsync((double? Mean, string? Last)[] served, (double? Mean, string? Last)[] recomputed, ConsistencyQuery? query = null, string key = "airport", string last = "last")
    {
        var log = new Log(Batch(served, key, withPrediction: true, last));
        var check = new FeatureConsistencyCheck(new Directory(), new Sets(recomputed), log, new FeatureStoreMetrics(), _logger);
        return await check.CheckAsync(query ?? Query, TestContext.Current.CancellationToken);
    }

    private static RecordBatch Batch((double? Mean, string? Last)[] rows, string key, bool withPrediction, string last = "last")
    {
        Column[] columns = withPrediction
            ? [new(key, ColumnType.String), new("mean", ColumnType.Float64), new(last, ColumnType.String), new("prediction.id", ColumnType.String), new("prediction.time", ColumnType.Timestamp), new("prediction.error", ColumnType.String)]
            : [new(key, ColumnType.String), new("as_of", ColumnType.Timestamp), new("mean", ColumnType.Float64), new("last", ColumnType.String)];
        var builders = columns.Select(c => new ArrowColumnBuilder(c.Type)).ToArray();
        foreach (var (row, i) in rows.Select((r, i) => (r, i)))
        {
            for (var c = 0; c < columns.Length; c++)
            {
                builders[c].Append(columns[c].Name switch
                {
                    "mean" => row.Mean,
                    "last" => row.Last,
                    "other" => row.Last,
                    "prediction.id" => $"p{i}",
                    "prediction.time" or "as_of" => Day.AddHours(1),
                    "prediction.error" => default,
                    _ => "SFO",
                });
            }
        }

        return new(new DatasetSchema(columns).ToArrow(), builders.Select(b => b.Build()), rows.Length);
    }

    private sealed class Directory : IFeatureDirectory
    {
        public FeatureQueryColumns DescribeQuery(string? service, IReadOnlyList<string> features, bool fullNames) =>
            new([new("airport", ColumnType.String)], [], new([new("mean", ColumnType.Float64), new("last", ColumnType.String)]));

        public IReadOnlyList<PushedColumn> DescribePush(string view) => throw new NotSupportedException();
    }

    /// <summary>Gives the rows that it was made with, as many as were asked for, from the first on.</summary>
    private sealed class Sets((double? Mean, string? Last)[] rows) : ITrainingSets
    {
        public Task<TrainingSet> CreateAsync(TrainingSetQuery query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public async IAsyncEnumerable<RecordBatch> ReadAsync(TrainingSetQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            query.CreatedBeforeRow.Should().BeTrue("what came late could not have been served");
            var asked = 0;
            await foreach (var batch in ((EntityRows.InBatches)query.Rows).Batches.WithCancellation(cancellationToken)) asked += batch.Length;
            yield return Batch(rows[..asked], "airport", withPrediction: false);
        }

        public IAsyncEnumerable<RecordBatch> ReadRangeAsync(string view, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }

    private sealed class Log(RecordBatch batch) : IPredictionLog
    {
        public ValueTask WriteAsync(PredictionEntry entry, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task WriteGroundTruthAsync(string model, IReadOnlyList<GroundTruth> values, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task FlushAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public async IAsyncEnumerable<RecordBatch> ReadAsync(string model, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            yield return batch;
        }
    }
}
