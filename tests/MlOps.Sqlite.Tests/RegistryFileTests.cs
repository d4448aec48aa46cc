using MlOps.Core;

namespace MlOps.Sqlite.Tests;

/// <summary>What is true of a registry in a SQLite file only: how it came to be, and what somebody with the file can do.</summary>
public sealed class RegistryFileTests : IDisposable
{
    private static readonly ChangeNote Note = new("alice", "why", Store.Noon);

    private readonly TestFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_of_the_first_version_keeps_its_models_and_its_changes_of_aliases_are_chained()
    {
        await CreateFirstVersionAsync();
        var registry = _folder.Open().Registry;
        var versions = await registry.ListVersionsAsync("flight-delay", Cancel);
        versions.Select(v => (v.Version, v.RunId, v.By, v.Stage, v.Aliases.Count)).Should().Equal((3, null, "unknown", "None", 1), (1, Store.RunId, "run " + Store.RunId, "None", 0));
        versions[0].Bundle!.Artifact.Digest.Should().Be(Sha256.Hex("c"));
        (await registry.GetAliasHistoryAsync("flight-delay", Cancel)).Should().Equal(
            new AliasChange("flight-delay", "champion", null, 1, "bob", "first", Store.Noon), new AliasChange("flight-delay", "champion", 1, 3, "carol", "größer", Store.Noon.AddDays(1)));
        (await registry.FindByAliasAtAsync("flight-delay", "champion", Store.Noon.AddHours(1), Cancel))!.Version.Should().Be(1);
        (await registry.VerifyAsync(null, Cancel)).Should().Match<RegistryVerification>(v => v.IsIntact && v.Head.Sequence == 2);
        (await registry.RegisterAsync(Worker.Version("d"), Cancel)).Version.Should().Be(4, "the numbers go on");
        (await registry.RollBackAsync("flight-delay", "champion", Note, Cancel)).Version.Should().Be(1);
        (await registry.VerifyAsync(null, Cancel)).IsIntact.Should().BeTrue();
    }

    [Theory]
    [InlineData("UPDATE registry_events SET done_by = 'mallory' WHERE sequence = 2")]
    [InlineData("DELETE FROM registry_events WHERE sequence = 2")]
    [InlineData("DELETE FROM registry_events")]
    [InlineData("REPLACE INTO registry_events SELECT 2, kind, model, version, alias, from_value, to_value, 'mallory', reason, done_at, previous_hash, hash FROM registry_events WHERE sequence = 2")]
    public async Task The_database_itself_refuses_to_change_the_history(string sql)
    {
        var registry = await FillAsync();
        var change = () => Execute(sql);
        change.Should().Throw<Microsoft.Data.Sqlite.SqliteException>().WithMessage("*appended*");
        (await registry.VerifyAsync(null, Cancel)).IsIntact.Should().BeTrue();
    }

    [Theory]
    [InlineData("UPDATE registry_events SET done_by = 'mallory' WHERE sequence = 2", 2)]
    [InlineData("UPDATE registry_events SET reason = '' WHERE sequence = 4", 4)]
    [InlineData("UPDATE registry_events SET done_at = done_at + 1 WHERE sequence = 3", 3)]
    [InlineData("UPDATE registry_events SET done_at = 9223372036854775807 WHERE sequence = 3", 3)]
    [InlineData("UPDATE registry_events SET kind = 'Bogus' WHERE sequence = 3", 3)]
    [InlineData("UPDATE registry_events SET to_value = '1' WHERE sequence = 4", 4)]
    [InlineData("UPDATE registry_events SET version = NULL WHERE sequence = 4", 4)]
    [InlineData("UPDATE registry_events SET hash = '0000000000000000000000000000000000000000000000000000000000000000' WHERE sequence = 1", 1)]
    [InlineData("DELETE FROM registry_events WHERE sequence = 1", 1)]
    [InlineData("DELETE FROM registry_events WHERE sequence = 3", 3)]
    public async Task Whoever_takes_the_triggers_away_leaves_traces(string sql, long at)
    {
        var registry = await FillAsync();
        Execute("DROP TRIGGER registry_events_stay; DROP TRIGGER registry_events_last; " + sql);
        var verified = await registry.VerifyAsync(null, Cancel);
        verified.BrokenAt.Should().Be(at, verified.Fault);
    }

    [Fact]
    public async Task A_history_that_was_cut_off_shows_with_a_remembered_head_and_after_the_next_entry()
    {
        var registry = await FillAsync();
        var head = (await registry.VerifyAsync(null, Cancel)).Head;
        Execute("DROP TRIGGER registry_events_last; DELETE FROM registry_events WHERE sequence = 4");
        (await registry.VerifyAsync(head, Cancel)).BrokenAt.Should().Be(4);
        await registry.ApproveAsync(new("flight-delay", 1, "champion", "owner", Note), Cancel);
        (await registry.VerifyAsync(null, Cancel)).BrokenAt.Should().Be(4, "the head of the table went on from the entry that is gone");
    }

    [Fact]
    public async Task To_register_a_version_costs_the_same_however_many_there_are()
    {
        var store = _folder.Open();
        for (var i = 0; i < 300; i++) await store.Registry.RegisterAsync(Worker.Version($"{i}"), Cancel);
        foreach (var sql in (string[])
            [
                "SELECT version FROM model_versions WHERE model_key = 1 AND bundle_digest = 'x' AND (run_id = 'x' OR (run_id IS NULL AND 'x' IS NULL))",
                "SELECT version FROM model_versions WHERE model_key = 1 AND semantic_version = '1.0.0'",
                "SELECT a.alias, v.version FROM aliases a JOIN model_versions v ON v.version_key = a.version_key WHERE a.version_key IN (SELECT value FROM json_each('[300]'))",
                "SELECT name FROM version_tags WHERE version_key IN (SELECT value FROM json_each('[300]'))",
                "UPDATE models SET last_version = last_version WHERE name = 'flight-delay'",
            ])
        {
            Plan(sql).Should().NotContain(step => step.StartsWith("SCAN") && !step.Contains("json_each"), sql);
        }
    }

    private async Task<IModelRegistry> FillAsync()
    {
        var registry = _folder.Open().Registry;
        for (var i = 1; i <= 2; i++) await registry.RegisterAsync(Worker.Version($"{i}"), Cancel);
        await registry.SetAliasAsync(new("flight-delay", "champion", null, 2, "alice", "better", Store.Noon), Cancel);
        return registry;
    }

    /// <summary>Makes a file as the first version of this library did.</summary>
    private async Task CreateFirstVersionAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);
        var name = typeof(SqliteDatabase).Assembly.GetManifestResourceNames().Single(n => n.Contains(".0001_"));
        using var reader = new StreamReader(typeof(SqliteDatabase).Assembly.GetManifestResourceStream(name)!);
        Execute(await reader.ReadToEndAsync(Cancel));
        Execute($"CREATE TABLE schema_versions (SchemaVersionID INTEGER CONSTRAINT 'PK_schema_versions_SchemaVersionID' PRIMARY KEY AUTOINCREMENT NOT NULL, ScriptName TEXT NOT NULL, Applied DATETIME NOT NULL); INSERT INTO schema_versions (ScriptName, Applied) VALUES ('{name}', '2001-05-01')");
        var noon = new DateTimeOffset(2001, 5, 1, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000;
        Execute($"INSERT INTO models (name, created_at, updated_at, last_version) VALUES ('flight-delay', {noon}, {noon}, 3)");
        foreach (var (version, content, run) in ((int, string, string)[])[(1, "a", $"'{Store.RunId}'"), (3, "c", "NULL")])
        {
            var bundle = System.Text.Json.JsonSerializer.Serialize(Worker.Version(content).Bundle, MlOpsJson.Options);
            Execute($"INSERT INTO model_versions (model_key, version, bundle_digest, run_id, created_at, bundle) VALUES (1, {version}, '{Sha256.Hex(content)}', {run}, {noon}, '{bundle}')");
        }

        Execute($"""
            INSERT INTO aliases (model_key, alias, version) VALUES (1, 'champion', 3);
            INSERT INTO alias_changes (model_key, alias, from_version, to_version, changed_by, reason, changed_at)
            VALUES (1, 'champion', NULL, 1, 'bob', 'first', {noon}), (1, 'champion', 1, 3, 'carol', 'größer', {noon + 86_400_000_000});
            """);
    }

    private void Execute(string sql)
    {
        using var connection = _folder.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private List<string> Plan(string sql)
    {
        using var connection = _folder.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
        using var reader = command.ExecuteReader();
        var steps = new List<string>();
        while (reader.Read()) steps.Add(reader.GetString(3));
        return steps;
    }
}
