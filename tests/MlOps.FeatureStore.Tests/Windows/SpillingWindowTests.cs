using MlOps.Core;
using static MlOps.FeatureStore.Tests.WindowFixture;

namespace MlOps.FeatureStore.Tests;

public sealed class SpillingWindowTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlops-window-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Rows_that_fit_are_joined_part_by_part_when_their_events_do_not()
    {
        var events = Enumerable.Range(0, 1_000).Select(i => ((FeatureValue)(long)(i % 3), (long)i)).ToList();
        (FeatureValue, long)[] rows = [(2L, 500), (0L, 1_000), (1L, 10), (2L, 1_000)];
        var (small, large) = (Filled(events, memory: 1_000), Filled(events, memory: 1 << 20));
        (await small.JoinAsync(rows)).Select(r => r[0]).Should().Equal((await large.JoinAsync(rows)).Select(r => r[0])).And.HaveCount(4);
        (small.Readings, large.Readings).Should().Be((2, 1), "events are read again when memory has run out");
    }

    [Fact]
    public async Task Rows_that_met_an_event_are_counted_once_although_the_join_began_anew()
    {
        var leakage = new LeakageCounter();
        var fixture = new WindowFixture([new("value", ColumnType.Int64)], [Sum], created: true) { Options = new() { MemoryBudget = 1_000, TemporaryFolder = _folder } };
        for (var i = 0; i < 1_000; i++) fixture.Add((long)(i % 3), i, [1L], i < 500 ? i : 5_000, reversal: false);
        await fixture.JoinAsync([(0L, 400), (1L, 800), (9L, 800)], leakage: leakage);
        leakage.ToReport().Should().Equal(new FeatureLeakage("flights", 2, 1));
    }

    [Fact]
    public async Task No_file_is_left()
    {
        await Filled([(1L, 1)], memory: 1).JoinAsync([(1L, 5), (2L, 5)]);
        Directory.EnumerateFileSystemEntries(_folder).Should().BeEmpty();
    }

    private static Feature Sum => Feature(AggregationKind.Sum, ColumnType.Int64);

    private WindowFixture Filled(List<(FeatureValue Id, long Time)> events, long memory)
    {
        var fixture = new WindowFixture([new("value", ColumnType.Int64)], [Sum]) { Options = new() { MemoryBudget = memory, TemporaryFolder = _folder } };
        foreach (var (id, time) in events) fixture.Add(id, time, time);
        return fixture;
    }
}
