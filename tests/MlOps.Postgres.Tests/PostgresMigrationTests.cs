using MlOps.Core;
using MlOps.Relational;

namespace MlOps.Postgres.Tests;

public sealed class PostgresMigrationTests(PostgresFixture server) : IDisposable
{
    private readonly TestSchema _schema = new(server);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static IReadOnlyList<string> Scripts => Migrator.ScriptsOf(typeof(PostgresDatabase).Assembly);

    public void Dispose() => _schema.Dispose();

    [Fact]
    public async Task A_store_opens_once_for_many_callers_at_once()
    {
        var store = _schema.Open();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => store.Registry.ListModelsAsync(Cancel))));
        _schema.Scalar<long>("SELECT COUNT(*) FROM schema_versions").Should().Be(Scripts.Count);
    }

    [Theory]
    [InlineData("14.19", "The server of the store 's' is PostgreSQL 14.19, but 15 or later is needed.*")]
    [InlineData("15.0", null)]
    [InlineData("18.1", null)]
    public void A_server_that_is_too_old_is_refused_with_what_is_needed(string version, string? message)
    {
        var check = () => PostgresDatabase.CheckServer("s", Version.Parse(version));
        if (message is null) check.Should().NotThrow();
        else check.Should().Throw<StoreException>().WithMessage(message);
    }

    [Fact]
    public async Task Many_processes_that_start_together_migrate_once()
    {
        var workers = Enumerable.Range(0, 4).Select(i => Worker.Start("record", _schema.ConnectionString, _schema.Name, $"{i}", "1")).ToArray();
        foreach (var worker in workers) await Worker.EndAsync(worker, Cancel);
        _schema.Scalar<string[]>("SELECT array_agg(scriptname::text ORDER BY scriptname) FROM schema_versions").Should().Equal(Scripts);
    }

    [Fact]
    public async Task A_pool_of_one_connection_is_enough()
    {
        var store = _schema.Open("Maximum Pool Size=1");
        (await store.Registry.ListModelsAsync(Cancel)).Should().BeEmpty();
    }

    [Fact]
    public async Task Stores_in_two_schemas_of_one_database_know_nothing_of_each_other()
    {
        using var other = new TestSchema(server);
        await _schema.Open().Registry.RegisterAsync(Worker.Version("a"), Cancel);
        (await other.Open().Registry.ListModelsAsync(Cancel)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_schema_that_an_administrator_has_made_is_used_without_the_right_to_make_one()
    {
        var user = $"{_schema.Name}_user";
        _schema.Execute($"CREATE ROLE {user} LOGIN PASSWORD 'secret'; CREATE SCHEMA {_schema.Name} AUTHORIZATION {user}");
        try
        {
            (await _schema.Open($"Username={user};Password=secret").Registry.ListModelsAsync(Cancel)).Should().BeEmpty();
        }
        finally
        {
            _schema.Execute($"DROP SCHEMA {_schema.Name} CASCADE; DROP ROLE {user}");
        }
    }

    [Fact]
    public async Task A_user_without_the_right_to_make_a_schema_is_told_so()
    {
        var user = $"{_schema.Name}_user";
        _schema.Execute($"CREATE ROLE {user} LOGIN PASSWORD 'secret'");
        try
        {
            var list = () => _schema.Open($"Username={user};Password=secret").Registry.ListModelsAsync(Cancel);
            (await list.Should().ThrowAsync<StoreException>()).Which.Message.Should().Contain("rights").And.NotContain("secret");
        }
        finally
        {
            _schema.Execute($"DROP ROLE {user}");
        }
    }

    [Fact]
    public async Task Another_process_that_migrates_for_too_long_is_a_transient_error()
    {
        await using var other = _schema.Connect();
        await using var held = new Npgsql.NpgsqlCommand($"SELECT pg_advisory_lock(hashtextextended('mlops {_schema.Name}', 0))", other);
        await held.ExecuteNonQueryAsync(Cancel);
        var list = () => _schema.Open(lockTimeout: TimeSpan.FromMilliseconds(50)).Registry.ListModelsAsync(Cancel);
        (await list.Should().ThrowAsync<StoreException>()).Which.IsTransient.Should().BeTrue();
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_refused()
    {
        await _schema.Open().Registry.ListModelsAsync(Cancel);
        _schema.Execute("INSERT INTO schema_versions (scriptname, applied) VALUES ('9999_tomorrow.sql', now())");
        var list = () => _schema.Open().Registry.ListModelsAsync(Cancel);
        (await list.Should().ThrowAsync<StoreException>()).Which.Message.Should().Contain("newer version").And.Contain("9999_tomorrow.sql").And.Contain(_schema.Name);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing()
    {
        _schema.Execute($"CREATE SCHEMA {_schema.Name}; CREATE TABLE {_schema.Name}.checkpoints (theirs INT)"); // in the middle of what the first script makes
        var list = () => _schema.Open().Registry.ListModelsAsync(Cancel);
        (await list.Should().ThrowAsync<StoreException>()).Which.Message.Should().Contain(_schema.Name);
        _schema.Scalar<long>($"SELECT COUNT(*) FROM pg_tables WHERE schemaname = '{_schema.Name}' AND tablename NOT IN ('checkpoints', 'schema_versions')").Should().Be(0);
        _schema.Execute($"DROP TABLE {_schema.Name}.checkpoints");
        (await list()).Should().BeEmpty("it goes on once the cause is gone");
    }
}
