using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;

namespace MlOps.Postgres.Tests;

/// <summary>Who watches the registry is told by the server, and looks by himself when it cannot tell.</summary>
public sealed class PostgresWatchTests(PostgresFixture server) : IDisposable
{
    private readonly TestSchema _schema = new(server);
    private readonly FakeTimeProvider _standsStill = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _schema.Dispose();

    [Fact]
    public async Task A_change_of_another_process_is_told_without_a_look()
    {
        var (watching, changing) = (_schema.Open(time: _standsStill), _schema.Open());
        await watching.Registry.RegisterAsync(Worker.Version("a"), Cancel);
        await using var watch = watching.Registry.WatchAsync(Cancel).GetAsyncEnumerator(Cancel);
        var next = watch.MoveNextAsync().AsTask();
        await MoveAsync(changing);
        (await next).Should().BeTrue("its clock stands still, so it was told");
        watch.Current.To.Should().Be("1");
    }

    [Fact]
    public async Task A_change_of_any_other_program_is_told_too()
    {
        var watching = _schema.Open(time: _standsStill);
        await watching.Registry.RegisterAsync(Worker.Version("a"), Cancel);
        await using var watch = watching.Registry.WatchAsync(Cancel).GetAsyncEnumerator(Cancel);
        var next = watch.MoveNextAsync().AsTask();
        _schema.Execute("INSERT INTO registry_events SELECT sequence + 1, kind, model, version, alias, from_value, to_value, 'psql', reason, done_at, previous_hash, hash FROM registry_events ORDER BY sequence DESC LIMIT 1");
        (await next).Should().BeTrue();
        watch.Current.By.Should().Be("psql");
    }

    [Fact]
    public async Task A_listener_that_has_lost_its_connection_says_so_once_and_comes_back()
    {
        var logger = new FakeLogger<PostgresDatabase>();
        var (watching, changing) = (_schema.Open(time: _standsStill, logger: logger), _schema.Open());
        await watching.Registry.RegisterAsync(Worker.Version("a"), Cancel);
        await using var watch = watching.Registry.WatchAsync(Cancel).GetAsyncEnumerator(Cancel);
        var next = watch.MoveNextAsync().AsTask();
        await MoveAsync(changing);
        await next;

        next = watch.MoveNextAsync().AsTask();
        _schema.Disconnect();
        await changing.Registry.SetAliasAsync(new("flight-delay", "champion", 1, null, "alice", "second", Store.Noon), Cancel);

        (await next).Should().BeTrue("who comes back looks for what was missed");
        logger.Collector.GetSnapshot().Should().ContainSingle().Which.Message.Should().Contain("lost");
    }

    [Fact]
    public async Task Without_a_connection_to_listen_with_a_watch_looks_by_itself()
    {
        _schema.Execute($"CREATE SCHEMA {_schema.Name}");
        var (watching, changing) = (_schema.Open(time: _standsStill), _schema.Open());
        await watching.Registry.RegisterAsync(Worker.Version("a"), Cancel);
        _schema.Execute("DROP TRIGGER registry_events_are_told ON registry_events"); // as if nothing ever arrived
        await using var watch = watching.Registry.WatchAsync(Cancel).GetAsyncEnumerator(Cancel);
        var next = watch.MoveNextAsync().AsTask();
        await MoveAsync(changing);
        while (!next.IsCompleted)
        {
            _standsStill.Advance(TimeSpan.FromMilliseconds(900));
            await Task.Yield();
        }

        (await next).Should().BeTrue();
    }

    [Fact]
    public async Task A_watch_of_a_store_that_cannot_be_reached_says_so_when_it_is_waited_for()
    {
        var watch = _schema.Open("Database=nowhere").Registry.WatchAsync(Cancel).GetAsyncEnumerator(Cancel);
        var next = async () => await watch.MoveNextAsync();
        await next.Should().ThrowAsync<StoreException>();
    }

    private static Task MoveAsync(Store store) => store.Registry.SetAliasAsync(new("flight-delay", "champion", null, 1, "alice", "first", Store.Noon), Cancel);
}
