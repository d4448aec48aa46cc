using System.Net;
using System.Net.Sockets;
using MlOps.Core;
using Npgsql;

namespace MlOps.Postgres.Tests;

/// <summary>What goes wrong comes as an error of ours, that says what to do and neither SQL nor secrets.</summary>
public sealed class PostgresErrorTests(PostgresFixture server) : IDisposable
{
    private const string Secret = "s3cret";
    private readonly TestSchema _schema = new(server);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _schema.Dispose();

    [Fact]
    public async Task A_server_that_is_not_there_is_a_transient_error_that_names_it()
    {
        using var store = new Store($"Host=127.0.0.1;Port={FreePort()};Database=d;Username=u;Password={Secret}", "mlops");
        var error = await FailAsync(store);
        error.IsTransient.Should().BeTrue();
        error.Message.Should().Contain("127.0.0.1").And.Contain("reached").And.NotContain(Secret);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_no_transient_error()
    {
        var error = await FailAsync(_schema.Open("Database=nowhere"));
        error.IsTransient.Should().BeFalse();
        error.Message.Should().Contain("no such database");
    }

    [Fact]
    public async Task A_login_that_is_refused_is_no_transient_error()
    {
        var error = await FailAsync(_schema.Open($"Username=nobody_{_schema.Name};Password={Secret}"));
        error.IsTransient.Should().BeFalse();
        error.Message.Should().Contain("refused the login").And.NotContain(Secret);
    }

    [Fact]
    public async Task A_user_with_too_many_connections_is_a_transient_error()
    {
        var user = $"{_schema.Name}_user";
        _schema.Execute($"CREATE ROLE {user} LOGIN PASSWORD '{Secret}' CONNECTION LIMIT 0");
        try
        {
            var error = await FailAsync(_schema.Open($"Username={user};Password={Secret}"));
            error.IsTransient.Should().BeTrue();
            error.Message.Should().Contain("max_connections").And.NotContain(Secret);
        }
        finally
        {
            _schema.Execute($"DROP ROLE {user}");
        }
    }

    [Fact]
    public async Task A_store_that_can_only_be_read_is_read_and_says_so_to_a_writer()
    {
        await StartAsync(_schema.Open());
        var store = _schema.Open("Options=-c default_transaction_read_only=on");
        (await store.Metadata.FindRunAsync(Store.RunId, Cancel)).Should().NotBeNull();
        var end = () => store.Metadata.EndRunAsync(Store.RunId, RunStatus.Finished, Store.Noon, null, Cancel);
        var error = (await end.Should().ThrowAsync<StoreException>()).Which;
        error.IsTransient.Should().BeFalse();
        error.Message.Should().Contain("can only be read");
    }

    [Fact]
    public async Task A_locked_row_is_a_transient_error_and_readers_do_not_wait()
    {
        var store = _schema.Open(lockTimeout: TimeSpan.FromMilliseconds(50));
        await StartAsync(store);
        await using (var other = _schema.Connect())
        await using (var transaction = await other.BeginTransactionAsync(Cancel))
        {
            await using var update = new NpgsqlCommand("UPDATE runs SET name = 'held'", other, transaction);
            await update.ExecuteNonQueryAsync(Cancel);
            var end = () => store.Metadata.EndRunAsync(Store.RunId, RunStatus.Finished, Store.Noon, null, Cancel);
            var error = (await end.Should().ThrowAsync<StoreException>()).Which;
            error.IsTransient.Should().BeTrue();
            error.Message.Should().Contain("LockTimeout");
            (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!.Status.Should().Be(RunStatus.Running);
        }

        await store.Metadata.EndRunAsync(Store.RunId, RunStatus.Finished, Store.Noon, null, Cancel);
        (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!.Status.Should().Be(RunStatus.Finished);
    }

    [Fact]
    public async Task Waiting_for_a_locked_row_can_be_cancelled()
    {
        var store = _schema.Open(lockTimeout: TimeSpan.FromHours(1));
        await StartAsync(store);
        await using var other = _schema.Connect();
        await using var transaction = await other.BeginTransactionAsync(Cancel);
        await using var update = new NpgsqlCommand("UPDATE runs SET name = 'held'", other, transaction);
        await update.ExecuteNonQueryAsync(Cancel);
        using var stop = new CancellationTokenSource();
        var end = store.Metadata.EndRunAsync(Store.RunId, RunStatus.Finished, Store.Noon, null, stop.Token);

        await stop.CancelAsync();

        await FluentActions.Awaiting(() => end).Should().ThrowAsync<OperationCanceledException>();
        await transaction.RollbackAsync(Cancel);
        (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!.Status.Should().Be(RunStatus.Running);
    }

    [Fact]
    public async Task A_statement_that_takes_longer_than_the_server_allows_is_a_transient_error()
    {
        var store = _schema.Open("Options=-c statement_timeout=500");
        await StartAsync(store);
        var sleep = () => store.Database.ReadAsync(session => session.FirstAsync<object>("SELECT pg_sleep(60)"), Cancel);
        (await sleep.Should().ThrowAsync<StoreException>()).Which.IsTransient.Should().BeTrue();
    }

    [Fact]
    public async Task A_statement_that_takes_longer_than_this_host_waits_is_a_transient_error()
    {
        var store = _schema.Open("Command Timeout=1");
        await StartAsync(store);
        var sleep = () => store.Database.ReadAsync(session => session.FirstAsync<object>("SELECT pg_sleep(60)"), Cancel);
        (await sleep.Should().ThrowAsync<StoreException>()).Which.IsTransient.Should().BeTrue();
    }

    [Fact]
    public async Task A_pool_that_is_exhausted_is_a_transient_error()
    {
        var store = _schema.Open("Maximum Pool Size=1;Timeout=1");
        await StartAsync(store);
        var (holds, ends) = (new TaskCompletionSource(), new TaskCompletionSource());
        var holding = store.Database.ReadAsync(
            async session =>
            {
                holds.SetResult();
                await ends.Task;
                return true;
            },
            Cancel);
        await holds.Task;
        var error = await FailAsync(store);
        error.IsTransient.Should().BeTrue();
        error.Message.Should().Contain("Maximum Pool Size");
        ends.SetResult();
        await holding;
        (await store.Registry.ListModelsAsync(Cancel)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("53100", "disk", false)]
    [InlineData("53200", "memory", true)]
    [InlineData("22001", "too large", false)]
    [InlineData("57P03", "starting or stopping", true)]
    [InlineData("P0001", "failed with the error P0001", false)]
    public async Task An_error_of_the_server_is_told_and_changes_nothing(string state, string says, bool isTransient)
    {
        var store = _schema.Open();
        await StartAsync(store);
        Raise("metrics", state);
        var log = () => LogAsync(store);
        var error = (await log.Should().ThrowAsync<StoreException>()).Which;
        error.IsTransient.Should().Be(isTransient);
        error.Message.Should().Contain(says).And.NotContain("INSERT");
        (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!.Tags.Should().BeEmpty();
    }

    [Theory]
    [InlineData("40001")]
    [InlineData("40P01")]
    public async Task A_call_that_met_another_is_made_again(string state)
    {
        var store = _schema.Open();
        await StartAsync(store);
        Raise("metrics", state, times: 2);
        await LogAsync(store);
        (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!.Metrics.Should().ContainKey("m");
    }

    [Fact]
    public async Task A_call_that_meets_others_again_and_again_is_a_transient_error()
    {
        var store = _schema.Open();
        await StartAsync(store);
        Raise("metrics", "40001");
        var log = () => LogAsync(store);
        (await log.Should().ThrowAsync<StoreException>()).Which.IsTransient.Should().BeTrue();
    }

    [Theory]
    [InlineData(0x0000, "NUL")]
    [InlineData(0xd83d, "unpaired")]
    public async Task Text_that_cannot_be_stored_is_refused_and_nothing_is_stored(int character, string says)
    {
        var store = _schema.Open();
        await StartAsync(store);
        var name = $"a{(char)character}b";
        var rename = () => store.Database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("UPDATE runs SET name = 'half'");
                return await session.ExecuteAsync("UPDATE runs SET name = @Name", new { Name = name });
            },
            Cancel);
        (await rename.Should().ThrowAsync<StoreException>()).Which.Message.Should().Contain(says);
        (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!.Name.Should().Be("n");
    }

    [Fact]
    public async Task A_name_that_is_too_long_for_an_index_is_refused_and_nothing_is_stored()
    {
        var store = _schema.Open();
        await StartAsync(store);
        var random = new Random(1); // so that it cannot be compressed
        var name = string.Concat(Enumerable.Range(0, 10_000).Select(_ => (char)random.Next('!', '~')));
        var log = () => store.Metadata.LogAsync(Store.RunId, new() { Inputs = [new("a", "b", "c"), new(name, "b", "c")] }, Cancel);
        (await log.Should().ThrowAsync<StoreException>()).Which.Message.Should().Contain("too large");
        (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!.Inputs.Should().BeEmpty();
    }

    [Fact]
    public async Task Connections_that_the_server_has_ended_are_replaced_without_an_error()
    {
        var store = _schema.Open();
        await StartAsync(store);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => store.Metadata.SearchExperimentsAsync(new(), Cancel)))); // several lie in the pool
        _schema.Disconnect();
        await LogAsync(store);
        (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!.Tags.Should().ContainKey("t");
    }

    [Fact]
    public async Task A_connection_that_is_lost_in_the_middle_of_a_change_leaves_nothing_of_it()
    {
        var store = _schema.Open();
        await StartAsync(store);
        var attempts = 0;
        await store.Database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync($"INSERT INTO run_tags SELECT run_key, 'attempt{++attempts}', 'x' FROM runs");
                if (attempts == 1) _schema.Disconnect();
                return await session.ExecuteAsync("UPDATE runs SET name = 'done'");
            },
            Cancel);
        var run = (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!;
        run.Name.Should().Be("done");
        run.Tags.Keys.Should().Equal("attempt2");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<StoreException> FailAsync(Store store)
    {
        var list = () => store.Registry.ListModelsAsync(Cancel);
        return (await list.Should().ThrowAsync<StoreException>()).Which;
    }

    private static Task StartAsync(Store store) => store.Metadata.StartRunAsync(new(Store.RunId, "e", "n", Store.Noon), Cancel);

    private static Task LogAsync(Store store) => store.Metadata.LogAsync(
        Store.RunId, new() { Tags = new Dictionary<string, string> { ["t"] = "x" }, Metrics = [new("m", 1, 1, Store.Noon)] }, Cancel);

    // A trigger of the test's own that fails as the server would. A sequence counts also what is rolled back.
    private void Raise(string table, string state, int times = int.MaxValue) => _schema.Execute($"""
        CREATE SEQUENCE tries;
        CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('{_schema.Name}.tries') <= {times} THEN RAISE EXCEPTION 'of the test' USING ERRCODE = '{state}'; END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER fails AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION fail();
        """);
}
