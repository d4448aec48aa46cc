using Microsoft.Extensions.Time.Testing;
using MlOps.Core;
using MlOps.Relational;

namespace MlOps.Sqlite.Tests;

/// <summary>What is true of a SQLite file only.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_file_is_in_WAL_mode_and_knows_its_version()
    {
        await _folder.Open().Registry.ListModelsAsync(Cancel);
        _folder.Scalar("SELECT COUNT(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'").Should().Be(1);
        _folder.Scalar("PRAGMA user_version").Should().Be(Migrator.ScriptsOf(typeof(SqliteDatabase).Assembly).Count, "it says how many scripts have run");
    }

    [Fact]
    public async Task A_store_opens_once_for_many_callers_at_once()
    {
        var store = _folder.Open();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => store.Registry.ListModelsAsync(Cancel))));
        _folder.Scalar("SELECT COUNT(*) FROM schema_versions").Should().Be(_folder.Scalar("PRAGMA user_version") + 1, "one migration has a part in code");
    }

    [Fact]
    public async Task A_locked_store_is_a_transient_error_that_names_the_file()
    {
        var store = _folder.Open(TimeSpan.FromMilliseconds(50));
        await store.Metadata.StartRunAsync(new(Store.RunId, "e", "n", Store.Noon), Cancel);
        await using (var other = _folder.Connect())
        await using (await other.BeginTransactionAsync(Cancel))
        {
            var end = () => store.Metadata.EndRunAsync(Store.RunId, RunStatus.Finished, Store.Noon, null, Cancel);
            var error = (await end.Should().ThrowAsync<StoreException>()).Which;
            error.IsTransient.Should().BeTrue();
            error.Message.Should().Contain(_folder.File);
            (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!.Status.Should().Be(RunStatus.Running, "readers do not wait for a writer");
        }

        await store.Metadata.EndRunAsync(Store.RunId, RunStatus.Finished, Store.Noon, null, Cancel);
        (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!.Status.Should().Be(RunStatus.Finished);
    }

    [Fact]
    public async Task Waiting_for_a_locked_store_can_be_cancelled()
    {
        var store = _folder.Open(TimeSpan.FromHours(1));
        await store.Metadata.StartRunAsync(new(Store.RunId, "e", "n", Store.Noon), Cancel);
        await using var other = _folder.Connect();
        await using var held = await other.BeginTransactionAsync(Cancel);
        using var stop = new CancellationTokenSource();
        var end = Task.Run(() => store.Metadata.EndRunAsync(Store.RunId, RunStatus.Finished, Store.Noon, null, stop.Token), Cancel);

        await stop.CancelAsync();

        await FluentActions.Awaiting(() => end).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_writer_of_this_process_that_takes_too_long_is_a_transient_error_too()
    {
        var store = _folder.Open(TimeSpan.FromMilliseconds(50));
        var holds = new TaskCompletionSource();
        var holding = store.Database.WriteAsync(async _ => { await holds.Task; return true; }, Cancel);
        var start = () => store.Metadata.StartRunAsync(new(Store.RunId, "e", "n", Store.Noon), Cancel);
        (await start.Should().ThrowAsync<StoreException>()).Which.IsTransient.Should().BeTrue();
        holds.SetResult();
        await holding;
        await start();
    }

    [Fact]
    public async Task Another_process_that_migrates_for_too_long_is_a_transient_error()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);
        await using (new FileStream(_folder.File + ".lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            var list = () => _folder.Open(TimeSpan.FromMilliseconds(50)).Registry.ListModelsAsync(Cancel);
            (await list.Should().ThrowAsync<StoreException>()).Which.IsTransient.Should().BeTrue();
        }
    }

    [Theory]
    [InlineData("this is no database, it is a text file that is longer than the header of a database would be, by a good measure")]
    [InlineData("short")]
    public async Task A_file_that_is_no_database_is_refused_and_left_as_it_is(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);
        await File.WriteAllTextAsync(_folder.File, content, Cancel);
        var list = () => _folder.Open().Registry.ListModelsAsync(Cancel);
        var error = (await list.Should().ThrowAsync<StoreException>()).Which;
        error.IsTransient.Should().BeFalse();
        error.Message.Should().Contain(_folder.File).And.Contain("damaged");
        (await File.ReadAllTextAsync(_folder.File, Cancel)).Should().Be(content);
    }

    [Fact]
    public async Task A_damaged_database_is_a_store_error()
    {
        using (var store = new Store(_folder.File))
        {
            await store.Metadata.StartRunAsync(new(Store.RunId, "e", "n", Store.Noon), Cancel);
            await store.Metadata.LogAsync(Store.RunId, new() { Metrics = [.. Enumerable.Range(0, 5_000).Select(i => new Metric("m", i, i, Store.Noon))] }, Cancel);
        }

        var bytes = await File.ReadAllBytesAsync(_folder.File, Cancel);
        new Random(1).NextBytes(bytes.AsSpan(4096)); // every page but the first
        await File.WriteAllBytesAsync(_folder.File, bytes, Cancel);
        var read = () => _folder.Open().Metadata.GetMetricHistoryAsync(Store.RunId, "m", cancellationToken: Cancel);
        (await read.Should().ThrowAsync<StoreException>()).Which.Message.Should().Contain(_folder.File);
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_refused()
    {
        await _folder.Open().Registry.ListModelsAsync(Cancel);
        await ExecuteAsync("PRAGMA user_version = 99");
        var list = () => _folder.Open().Registry.ListModelsAsync(Cancel);
        (await list.Should().ThrowAsync<StoreException>()).Which.Message.Should().Contain("newer version").And.Contain("99").And.Contain(_folder.File);
    }

    [Fact]
    public async Task A_store_with_an_unknown_migration_is_refused()
    {
        await _folder.Open().Registry.ListModelsAsync(Cancel);
        await ExecuteAsync("INSERT INTO schema_versions (ScriptName, Applied) VALUES ('9999_tomorrow.sql', '2099-01-01'); PRAGMA user_version = 0");
        var list = () => _folder.Open().Registry.ListModelsAsync(Cancel);
        (await list.Should().ThrowAsync<StoreException>()).Which.Message.Should().Contain("newer version").And.Contain("9999_tomorrow.sql");
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_a_store_error()
    {
        var file = Path.Combine(_folder.Folder, "a file");
        await File.WriteAllTextAsync(file, "x", Cancel);
        using var store = new Store(Path.Combine(file, "mlops.db"));
        var list = () => store.Registry.ListModelsAsync(Cancel);
        (await list.Should().ThrowAsync<StoreException>()).Which.Message.Should().Contain("a file");
    }

    [Fact]
    public async Task A_path_that_is_a_folder_is_a_store_error()
    {
        Directory.CreateDirectory(_folder.File);
        var list = () => _folder.Open().Registry.ListModelsAsync(Cancel);
        (await list.Should().ThrowAsync<StoreException>()).Which.Message.Should().Contain(_folder.File);
    }

    [Fact]
    public async Task A_full_disk_is_a_store_error_and_changes_nothing()
    {
        var store = _folder.Open();
        await store.Metadata.StartRunAsync(new(Store.RunId, "e", "n", Store.Noon), Cancel);
        var fill = () => store.Database.WriteAsync(
            async session =>
            {
                await session.ExecuteAsync("PRAGMA max_page_count = 1"); // SQLite makes it the present size
                await session.ExecuteAsync("UPDATE runs SET name = 'changed'");
                return await session.ExecuteAsync("INSERT INTO run_tags SELECT run_key, 'large', printf('%.*c', 1000000, 'x') FROM runs");
            },
            Cancel);
        (await fill.Should().ThrowAsync<StoreException>()).Which.Message.Should().Contain("full").And.Contain(_folder.File);
        (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!.Name.Should().Be("n");
    }

    [Fact]
    public async Task A_watch_sees_the_change_of_another_process_within_its_interval()
    {
        var time = new FakeTimeProvider();
        var (watching, changing) = (_folder.Open(time: time), _folder.Open());
        await watching.Registry.RegisterAsync(Worker.Version("a"), Cancel);
        await using var watch = watching.Registry.WatchAsync(Cancel).GetAsyncEnumerator(Cancel);
        var next = watch.MoveNextAsync().AsTask();
        await changing.Registry.SetAliasAsync(new("flight-delay", "champion", null, 1, "alice", "first", Store.Noon), Cancel);
        next.IsCompleted.Should().BeFalse("nobody has told this process");
        time.Advance(TimeSpan.FromMilliseconds(250));
        (await next).Should().BeTrue();
        watch.Current.To.Should().Be("1");
    }

    [Fact]
    public async Task A_watch_sees_a_change_of_its_own_process_at_once()
    {
        var store = _folder.Open(time: new FakeTimeProvider()); // a clock that stands still
        await store.Registry.RegisterAsync(Worker.Version("a"), Cancel);
        await using var watch = store.Registry.WatchAsync(Cancel).GetAsyncEnumerator(Cancel);
        var next = watch.MoveNextAsync();
        await store.Registry.SetAliasAsync(new("flight-delay", "champion", null, 1, "alice", "first", Store.Noon), Cancel);
        (await next).Should().BeTrue();
    }

    [Fact]
    public async Task Several_processes_start_together_and_record_without_error_or_gap()
    {
        const int Processes = 4, Each = 15;
        var workers = Enumerable.Range(0, Processes).Select(i => Worker.Start("record", _folder.File, $"{i}", $"{Each}")).ToArray();
        foreach (var worker in workers) await Worker.EndAsync(worker, Cancel);

        var store = _folder.Open();
        var versions = await store.Registry.ListVersionsAsync("flight-delay", Cancel);
        versions.Select(v => v.Version).Should().Equal(Enumerable.Range(1, Processes * Each).Reverse());
        versions.Select(v => v.Bundle!.Artifact.Digest).Should().OnlyHaveUniqueItems();
        var run = await store.Metadata.FindRunAsync(Store.RunId, Cancel);
        run!.Tags.Should().HaveCount(Processes * Each);
        (await store.Metadata.GetMetricHistoryAsync(Store.RunId, "m", cancellationToken: Cancel)).Items.Should().HaveCount(Processes * Each);
        run.Metrics["m"].Should().Be(new Metric("m", Processes - 1, Each - 1, Store.Noon));
    }

    [Fact]
    public async Task A_killed_writer_leaves_nothing_half_written()
    {
        for (var round = 0; round < 3; round++)
        {
            using var worker = Worker.Start("log", _folder.File, $"{round}");
            for (var i = 0; i <= round; i++) (await worker.StandardOutput.ReadLineAsync(Cancel)).Should().Be($"{i}");
            worker.Kill(); // SIGKILL, in the middle of some batch
            await worker.WaitForExitAsync(Cancel);
        }

        var store = _folder.Open();
        var run = (await store.Metadata.FindRunAsync(Store.RunId, Cancel))!;
        run.Tags.Count.Should().BeGreaterThanOrEqualTo(6, "what was said to be recorded is recorded");
        run.Parameters.Keys.Select(k => k[1..]).Should().BeEquivalentTo(run.Tags.Keys.Select(k => k[1..]), "a batch is recorded as a whole");
        var batches = run.Tags.Keys.Select(k => k.Split('-')[1]).Distinct().Count();
        (await store.Metadata.GetMetricHistoryAsync(Store.RunId, "m", cancellationToken: Cancel)).Items.Should().HaveCount(batches * Worker.BatchSize);
        _folder.Scalar("SELECT COUNT(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'").Should().Be(0);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = _folder.Connect();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
