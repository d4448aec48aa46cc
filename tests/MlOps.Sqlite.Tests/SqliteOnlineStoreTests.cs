using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using MlOps.Core;

namespace MlOps.Sqlite.Tests;

public sealed class SqliteOnlineStoreTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new(2013, 1, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<SqliteOnlineStore> _stores = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("mlops-sqlite-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder, "features.db");

    public void Dispose()
    {
        foreach (var store in _stores) store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Readers_do_not_wait_for_a_writer()
    {
        var store = Open();
        await store.WriteAsync([Write(1)], Cancel);
        using var connection = Connect("BEGIN IMMEDIATE; DELETE FROM online_rows");
        (await ReadAsync(Open(), 1)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_writer_that_waits_too_long_says_that_it_may_be_tried_again()
    {
        await Open().WriteAsync([Write(1)], Cancel);
        using var connection = Connect("BEGIN IMMEDIATE");
        var act = () => Open(TimeSpan.FromMilliseconds(20)).WriteAsync([Write(2)], Cancel);
        (await act.Should().ThrowAsync<StoreException>().WithMessage("*locked*")).Which.IsTransient.Should().BeTrue();
    }

    [Fact]
    public async Task A_writer_who_waits_can_give_up()
    {
        await Open().WriteAsync([Write(1)], Cancel);
        using var connection = Connect("BEGIN IMMEDIATE");
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        var act = () => Open().WriteAsync([Write(2)], cancel.Token);
        await act.Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_write_goes_on_after_one_that_failed()
    {
        var store = Open();
        await store.WriteAsync([Write(1)], Cancel);
        using (Connect("CREATE TRIGGER no BEFORE INSERT ON online_rows WHEN NEW.event_time = 7 BEGIN SELECT RAISE(ABORT, 'no'); END"))
        {
            var act = () => store.WriteAsync([Write(2), Write(3, 7)], Cancel);
            await act.Should().ThrowAsync<StoreException>();
        }

        (await ReadAsync(store, 2)).Should().BeNull("a part that failed leaves nothing");
        await store.WriteAsync([Write(2)], Cancel);
        (await ReadAsync(store, 2)).Should().NotBeNull();
    }

    [Fact]
    public async Task What_has_expired_is_removed_after_a_while_by_whoever_writes()
    {
        var store = Open();
        var now = FeatureTime.ToMicros(_time.GetUtcNow());
        await store.WriteAsync([Write(1) with { Row = Write(1).Row with { ExpiresAt = now + 1 } }, Write(2)], Cancel);
        _time.Advance(TimeSpan.FromMinutes(2));
        await store.WriteAsync([Write(3)], Cancel);
        (await ReadAsync(store, 1)).Should().BeNull();
        (await ReadAsync(store, 2)).Should().NotBeNull();
    }

    [Fact]
    public async Task Several_processes_keep_the_newest_row_of_each_entity()
    {
        const int Processes = 3;
        const int Rows = 300;
        var running = Enumerable.Range(0, Processes).Select(i => Process.Start(new ProcessStartInfo(Path.ChangeExtension(typeof(SqliteOnlineStoreTests).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null), ["online", File, $"{i}", $"{Rows}"]))!).ToArray();
        foreach (var process in running)
        {
            await process.WaitForExitAsync(Cancel);
            process.ExitCode.Should().Be(0);
            process.Dispose();
        }

        var store = Open();
        for (byte entity = 0; entity < 10; entity++)
        {
            var row = await ReadAsync(store, entity);
            row!.EventTime.Should().Be(((Rows - 1) * 100) + Processes - 1);
        }
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_left_alone()
    {
        await Open().WriteAsync([Write(1)], Cancel);
        using (Connect("PRAGMA user_version = 99"))
        {
            var act = () => ReadAsync(Open(), 1);
            await act.Should().ThrowAsync<StoreException>().WithMessage("*newer version*");
        }
    }

    [Fact]
    public async Task A_file_that_is_none_is_an_error_of_ours()
    {
        await System.IO.File.WriteAllTextAsync(File, new string('x', 5_000), Cancel);
        var act = () => ReadAsync(Open(), 1);
        await act.Should().ThrowAsync<StoreException>().WithMessage("*damaged or is no SQLite database*");
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_an_error_of_ours()
    {
        await System.IO.File.WriteAllTextAsync(File, "x", Cancel);
        var store = new SqliteOnlineStore(Path.Combine(File, "features.db"), TimeSpan.FromSeconds(1), _time);
        _stores.Add(store);
        var act = () => store.PingAsync(Cancel);
        await act.Should().ThrowAsync<StoreException>().WithMessage("*cannot be opened*");
    }

    [Fact]
    public async Task What_is_disposed_gives_the_file_free()
    {
        var store = Open();
        await store.WriteAsync([Write(1)], Cancel);
        await ReadAsync(store, 1);
        store.Dispose();
        System.IO.File.Exists(File + "-wal").Should().BeFalse("the last connection closes the log");
    }

    [Fact]
    public async Task The_default_is_a_file_in_the_folder_of_the_host()
    {
        var services = new ServiceCollection();
        services.AddMlOpsCore(options => options.Folder = _folder).UseSqliteOnlineStore();
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<IOnlineStore>().PingAsync(Cancel);
        System.IO.File.Exists(File).Should().BeTrue();
    }

    [Theory]
    [InlineData("File", ":memory:")]
    [InlineData("File", "")]
    [InlineData("File", "Data Source=x;Mode=Memory")]
    [InlineData("BusyTimeout", "00:00:00")]
    public async Task Nonsense_is_refused_when_the_host_starts(string option, string value)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("MlOps:SqliteOnlineStore:" + option, value)]);
        builder.Services.AddMlOpsCore().UseSqliteOnlineStore();
        using var host = builder.Build();
        var start = () => host.StartAsync(Cancel);
        (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message.Should().Contain(option);
    }

    /// <summary>What another process does: it writes ten entities again and again, each time later.</summary>
    internal static async Task<int> RunAsync(string file, int process, int rows)
    {
        using var store = new SqliteOnlineStore(file, TimeSpan.FromSeconds(60), TimeProvider.System);
        for (var i = 0; i < rows; i++) await store.WriteAsync([.. Enumerable.Range(0, 10).Select(entity => Write((byte)entity, (i * 100) + process))], CancellationToken.None);
        return 0;
    }

    private static OnlineWrite Write(byte entity, long eventTime = 1) => new(new("t", [entity]), new(eventTime, long.MinValue, new byte[] { 1, 2, 3 }));

    private static async Task<OnlineRow?> ReadAsync(SqliteOnlineStore store, byte entity)
    {
        var rows = new OnlineRow?[1];
        await store.ReadAsync(new OnlineKey[] { new("t", [entity]) }, rows, Cancel);
        return rows[0];
    }

    private SqliteOnlineStore Open(TimeSpan? busyTimeout = null)
    {
        var store = new SqliteOnlineStore(File, busyTimeout ?? TimeSpan.FromSeconds(30), _time);
        _stores.Add(store);
        return store;
    }

    private SqliteConnection Connect(string sql)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = File, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
        return connection;
    }
}
