using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Core;
using MlOps.Testing;

namespace MlOps.Monitoring.Tests;

public sealed class FilePredictionStoreTests : PredictionStoreConformance, IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2001, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly BreakableEngine _engine = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_another_process_is_writing_in_that_very_moment_is_erased_too()
    {
        var (writer, other) = (await CreateAsync(), await CreateAsync());
        _engine.Then = () => other.EraseAsync("alice", Noon, Stop); // it finds no file yet
        (await writer.AppendAsync(Batch("1", "alice", "bob"), Stop)).Should().Be(1);
        (await SubjectsAsync(other)).Should().Equal("bob");
        Directory.EnumerateFiles(_folder.Path, "*.tmp", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public async Task Nothing_is_stored_of_a_batch_whose_only_subject_is_erased_while_it_is_written()
    {
        var (writer, other) = (await CreateAsync(), await CreateAsync());
        _engine.Then = () => other.EraseAsync("alice", Noon, Stop);
        (await writer.AppendAsync(Batch("1", "alice"), Stop)).Should().Be(0);
        _folder.Files().Should().BeEmpty();
    }

    [Fact]
    public async Task Many_who_store_while_others_erase_leave_nothing_of_whom_was_erased()
    {
        IPredictionStore[] stores = [await CreateAsync(), await CreateAsync(), await CreateAsync(), await CreateAsync()];
        var storing = Enumerable.Range(0, 2).Select(p => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++) await stores[p].AppendAsync(Batch($"{p}-{i}".Replace('-', '.'), "alice", "bob", "carol"), Stop);
        }));
        await Task.WhenAll([.. storing, stores[2].EraseAsync("alice", Noon, Stop), stores[3].EraseAsync("bob", Noon, Stop)]);
        (await SubjectsAsync(stores[0])).Should().HaveCount(40).And.OnlyContain(s => s == "carol");
    }

    [Fact]
    public async Task A_subject_that_is_erased_twice_is_erased_up_to_the_later_moment()
    {
        var store = await CreateAsync();
        await store.EraseAsync("alice", Noon, Stop);
        await store.EraseAsync("alice", Noon.AddDays(-1), Stop);
        (await store.AppendAsync(Batch("1", "alice", "bob"), Stop)).Should().Be(1);
    }

    private static PredictionBatch Batch(string key, params string[] subjects)
    {
        var table = new Table()
            .Add(PredictionColumns.Id, subjects.Select((_, i) => (string?)$"{key}/{i}"))
            .Add(PredictionColumns.Time, subjects.Select(_ => Noon))
            .Add(PredictionColumns.Subject, subjects.Select(s => (string?)s));
        return new("flight-delay", DateOnly.FromDateTime(Noon.UtcDateTime), key, table.Schema, table.ToBatch());
    }

    private static async Task<List<string>> SubjectsAsync(IPredictionStore store) =>
        [.. (await store.ReadAsync("flight-delay", Noon.AddDays(-1), Noon.AddDays(1), null, Stop).ToRowsAsync()).Select(r => (string)r[PredictionColumns.Subject]!)];

    protected override Task<IPredictionStore> CreateAsync() => Task.FromResult<IPredictionStore>(new FilePredictionStore(new() { Folder = _folder.Path }, _engine, NullLogger.Instance));
}
