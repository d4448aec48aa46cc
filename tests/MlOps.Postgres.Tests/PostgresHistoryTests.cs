using MlOps.Core;
using Npgsql;

namespace MlOps.Postgres.Tests;

/// <summary>What somebody with the database can do to the history of the registry, and many writers to its one end.</summary>
public sealed class PostgresHistoryTests(PostgresFixture server) : IDisposable
{
    private readonly TestSchema _schema = new(server);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _schema.Dispose();

    [Theory]
    [InlineData("UPDATE registry_events SET done_by = 'mallory' WHERE sequence = 2")]
    [InlineData("DELETE FROM registry_events WHERE sequence = 2")]
    [InlineData("TRUNCATE registry_events")]
    [InlineData("INSERT INTO registry_events SELECT 2, kind, model, version, alias, from_value, to_value, 'mallory', reason, done_at, previous_hash, hash FROM registry_events WHERE sequence = 2 ON CONFLICT (sequence) DO UPDATE SET done_by = 'mallory'")]
    public async Task The_database_itself_refuses_to_change_the_history(string sql)
    {
        var registry = await FillAsync();
        var change = () => _schema.Execute(sql);
        change.Should().Throw<PostgresException>().WithMessage("*appended*");
        (await registry.VerifyAsync(null, Cancel)).IsIntact.Should().BeTrue();
    }

    [Theory]
    [InlineData("UPDATE registry_events SET done_by = 'mallory' WHERE sequence = 2", 2)]
    [InlineData("UPDATE registry_events SET done_at = 9223372036854775807 WHERE sequence = 3", 3)]
    [InlineData("UPDATE registry_events SET kind = 'Bogus' WHERE sequence = 3", 3)]
    [InlineData("DELETE FROM registry_events WHERE sequence = 1", 1)]
    [InlineData("DELETE FROM registry_events WHERE sequence = 3", 3)]
    public async Task Whoever_takes_the_trigger_away_leaves_traces(string sql, long at)
    {
        var registry = await FillAsync();
        _schema.Execute("DROP TRIGGER registry_events_stay ON registry_events; " + sql);
        var verified = await registry.VerifyAsync(null, Cancel);
        verified.BrokenAt.Should().Be(at, verified.Fault);
    }

    [Fact]
    public async Task Sixteen_who_write_at_once_to_models_of_their_own_make_one_history_without_a_gap()
    {
        const int Writers = 16, Each = 5;
        var registry = _schema.Open().Registry;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++) await registry.RegisterAsync(Worker.Version($"{writer}/{i}") with { Model = $"model-{writer}" }, Cancel);
        })));
        var verified = await registry.VerifyAsync(null, Cancel);
        verified.IsIntact.Should().BeTrue(verified.Fault);
        verified.Head.Sequence.Should().Be(Writers * (Each + 1), "each model, and each version");
    }

    [Fact]
    public async Task Of_two_models_that_want_one_name_at_once_one_gets_it_and_the_other_is_told_so()
    {
        var registry = _schema.Open().Registry;
        for (var round = 0; round < 5; round++)
        {
            string[] models = [$"a{round}", $"b{round}"];
            foreach (var model in models) await registry.CreateModelAsync(new(model, new("alice", "why", Store.Noon)), Cancel);
            var renames = models.Select(model => Task.Run(() => registry.ChangeModelAsync(model, new(new("alice", "why", Store.Noon)) { Name = $"c{round}" }, Cancel))).ToList();
            await Task.WhenAll(renames).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            renames.Count(rename => rename.IsCompletedSuccessfully).Should().Be(1);
            renames.Single(rename => rename.IsFaulted).Exception!.InnerException.Should().BeOfType<ConflictException>();
        }
    }

    private async Task<IModelRegistry> FillAsync()
    {
        var registry = _schema.Open().Registry;
        for (var i = 1; i <= 2; i++) await registry.RegisterAsync(Worker.Version($"{i}"), Cancel);
        await registry.SetAliasAsync(new("flight-delay", "champion", null, 2, "alice", "better", Store.Noon), Cancel);
        return registry;
    }
}
