using Microsoft.Extensions.DependencyInjection;
using MlOps.Core;

namespace MlOps.FeatureStore.Tests.Materialization;

/// <summary>The feature store as a host has it, with everything in memory.</summary>
public sealed class GuardedReadingTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlops-features").FullName;
    private ServiceProvider? _services;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IServiceProvider Host(RefusedRows? onRead)
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore(o => o.Folder = _folder).UseDuckDb().UseInMemoryStores().AddData().UseInProcessOnlineStore().AddFeatures<DriverFeatures>();
        services.AddSingleton<IFeatureGuard>(new Guard(onRead));
        return _services = services.BuildServiceProvider();
    }

    private static async Task<FeatureVectors> ReadAsync(IServiceProvider host)
    {
        var pusher = host.GetRequiredService<IFeaturePusher>();
        await pusher.PushAsync("drivers", new[] { new Trip(1, DateTimeOffset.UtcNow.AddHours(-1), 7, "a"), new Trip(2, DateTimeOffset.UtcNow.AddHours(-1), 0.5, "b") }.ToAsyncEnumerable(), cancellationToken: Token);
        return await host.GetRequiredService<IOnlineFeatures>().ReadAsync(
            new() { Features = ["drivers:rate", "drivers:city"], Entities = new Dictionary<string, IReadOnlyList<FeatureValue>> { ["driver_id"] = [1L, 2L, 3L] } }, Token);
    }

    [Fact]
    public async Task A_refused_value_is_given_as_missing_and_the_others_as_they_are()
    {
        var vectors = await ReadAsync(Host(RefusedRows.PutAside));
        Enumerable.Range(0, 3).Select(e => vectors.StatusOf(e, 0)).Should().Equal(FeatureStatus.Null, FeatureStatus.Present, FeatureStatus.Missing);
        (vectors[0, 0].IsMissing, vectors[0, 1].ToObject(), vectors[1, 0].ToDouble()).Should().Be((true, "a", 0.5));
    }

    [Fact]
    public async Task A_flagged_value_is_given()
    {
        (await ReadAsync(Host(RefusedRows.Flag)))[0, 0].ToDouble().Should().Be(7);
    }

    [Fact]
    public async Task A_guard_may_have_the_read_fail()
    {
        var act = () => ReadAsync(Host(RefusedRows.Fail));
        await act.Should().ThrowAsync<DataException>().WithMessage("*drivers*rate*at most 1*");
    }

    [Fact]
    public async Task Reading_is_not_looked_at_unless_a_guard_wants_to()
    {
        var host = Host(null);
        (await ReadAsync(host))[0, 0].ToDouble().Should().Be(7);
        host.GetRequiredService<IOnlineFeatures>().Should().BeOfType<OnlineFeatures>();
    }

    [Fact]
    public async Task What_was_pushed_to_both_is_materialized_from_its_history()
    {
        var host = Host(null);
        await host.GetRequiredService<IFeaturePusher>().PushAsync("drivers", new[] { new Trip(1, DateTimeOffset.UtcNow.AddHours(-1), 0.5, "a") }.ToAsyncEnumerable(), PushTarget.Offline, cancellationToken: Token);
        var result = (await host.GetRequiredService<IMaterializer>().MaterializeIncrementalAsync(null, null, null, Token)).Single();
        (result.Read, result.Written).Should().Be((1, 1));
        (await host.GetRequiredService<IFeatureStatistics>().ListAsync("drivers", 1, Token)).Single().Profile["rate"].Numbers!.Max.Should().Be(0.5);
    }

    [Fact]
    public void The_directory_says_which_columns_queries_and_pushes_have()
    {
        var directory = Host(null).GetRequiredService<IFeatureDirectory>();
        var query = directory.DescribeQuery(null, ["drivers:city", "drivers:rate"], fullNames: true);
        query.Keys.Should().Equal(new Column("driver_id", ColumnType.Int64));
        query.Outputs.Should().Equal(new Column("drivers__city", ColumnType.String), new Column("drivers__rate", ColumnType.Float64));
        directory.DescribePush("drivers").Select(c => c.Name).Should().BeEquivalentTo("driver_id", "at", "rate", "city");
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed record Trip(long Driver_Id, DateTimeOffset At, double Rate, string City);

    private sealed class DriverFeatures : FeatureDefinition
    {
        public override void Define(FeatureBuilder features)
        {
            features.Entity("driver").Key<long>("driver_id");
            features.View("drivers").Of("driver").FromPushes().EventTime("at").Feature<double>("rate").Feature<string>("city");
        }
    }

    private sealed class Guard(RefusedRows? onRead) : IFeatureGuard
    {
        public string View => "drivers";

        public RefusedRows OnWrite => RefusedRows.Flag;

        public RefusedRows? OnRead => onRead;

        public IReadOnlyList<InputFinding> Check(Apache.Arrow.RecordBatch rows)
        {
            var rates = (Apache.Arrow.DoubleArray)rows.Column("rate");
            return [.. Enumerable.Range(0, rows.Length).Where(i => rates.GetValue(i) > 1).Select(i => new InputFinding(i, "rate", "at most 1", true))];
        }
    }
}
