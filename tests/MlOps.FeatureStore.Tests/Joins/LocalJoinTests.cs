using Apache.Arrow;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using MlOps.Core;
using MlOps.FeatureStore.Tests.Materialization;
using MlOps.Testing;

namespace MlOps.FeatureStore.Tests;

public class LocalJoinTests : PointInTimeEngineTests, IDisposable
{
    private readonly InMemoryDatasetStore _store = new(batchSize: 7);
    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly EventReader _events;

    public LocalJoinTests()
    {
        _events = new(_store, [], _services, new FeatureStoreMetrics(), NullLogger<EventReader>.Instance);
        Engine = new LocalJoin(_events, new(_store, [], Options.Create(LocalOptions)), Options.Create(LocalOptions));
    }

    private protected override IPointInTimeEngine Engine { get; }

    private protected virtual LocalJoinOptions LocalOptions { get; } = new();

    public void Dispose()
    {
        _events.Dispose();
        _services.Dispose();
        if (LocalOptions.TemporaryFolder is { } folder) Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_join_stops_when_it_is_cancelled()
    {
        var view = Select(await StatsAsync([.. Enumerable.Range(0, 50).Select(i => (FeatureValue[])[1L, Tables.At("2024-01-01"), default, (long)i])]));
        using var cancel = new CancellationTokenSource();
        var act = async () =>
        {
            await foreach (var batch in Engine.JoinAsync(new(EntityRows.Of(Cancelling(cancel)), "time", [view], false, new()), cancel.Token)) _ = batch;
        };
        await act.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Only_events_that_a_row_can_see_are_read()
    {
        var events = new FakeEvents();
        var view = await events.PinAsync(await StatsAsync([1L, Tables.At("2024-01-01"), default, 5L]) with { TimeToLive = TimeSpan.FromDays(7) }, Cancel);
        var join = new LocalJoin(events, new(_store, [], Options.Create(LocalOptions)), Options.Create(LocalOptions));
        var rows = Rows([1L, Tables.At("2024-01-09"), "a"], [1L, Tables.At("2024-01-12"), "b"]);
        await Tables.RowsAsync(join.JoinAsync(new(EntityRows.Of(Tables.AsAsync(rows)), "time", [Select(view)], false, new()), Cancel));
        events.Spans.Single().Should().Be(new EventSpan(FeatureTime.ToMicros(Tables.At("2024-01-02")), FeatureTime.ToMicros(Tables.At("2024-01-12"))));
    }

    private static async IAsyncEnumerable<RecordBatch> Cancelling(CancellationTokenSource cancel)
    {
        yield return Rows([.. Enumerable.Range(0, 50).Select(i => (FeatureValue[])[(long)i, Tables.At("2024-01-02"), "a"])]);
        await cancel.CancelAsync();
    }

    private protected override async Task<FeatureSource> PutAsync(RecordBatch events, FeatureView view) => FeatureSource.Of(await _store.WriteAsync("events", new("rows", "test"), Tables.AsAsync(events)));
}

/// <summary>The same, with so little memory that every join works in parts.</summary>
public sealed class SpillingLocalJoinTests : LocalJoinTests
{
    private protected override LocalJoinOptions LocalOptions { get; } = new() { MemoryBudget = 1024, TemporaryFolder = Directory.CreateTempSubdirectory("mlops-spill-tests-").FullName };

    [Fact]
    public async Task Nothing_is_left_of_a_join_that_failed()
    {
        var view = Select(await StatsAsync([.. Enumerable.Range(0, 50).Select(i => (FeatureValue[])[1L, Tables.At("2024-01-01"), default, (long)i])]));
        var act = () => JoinAsync(Rows([.. Enumerable.Range(0, 50).Select(i => (FeatureValue[])[(long)i, i < 49 ? Tables.At("2024-01-02") : default(FeatureValue), "a"])]), "time", [view]);
        await act.Should().ThrowAsync<DataException>();
        Directory.EnumerateFileSystemEntries(LocalOptions.TemporaryFolder!).Should().BeEmpty();
    }
}
