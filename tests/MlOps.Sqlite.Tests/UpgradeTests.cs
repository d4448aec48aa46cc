using MlOps.Core;

namespace MlOps.Sqlite.Tests;

/// <summary>A file of an older version of the tables is brought to this one with all that is in it.</summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_the_foundation_recorded_is_still_there()
    {
        Foundation("""
            INSERT INTO experiments (experiment_id, name, created_at) VALUES (1, 'flight-delay', 988718400000000), (2, 'größe', 988718400000001);
            INSERT INTO runs (run_key, run_id, experiment_id, name, status, started_at, ended_at, error) VALUES
                (1, '00000000000000000000000000000001', 1, 'first', 'Failed', 988718400000000, 988718460000000, 'why'),
                (2, '00000000000000000000000000000002', 2, 'second', 'Running', 988718400000000, NULL, NULL);
            INSERT INTO run_parameters (run_key, name, value) VALUES (1, 'trees', '100');
            INSERT INTO run_tags (run_key, name, value) VALUES (1, 'owner', 'ann');
            INSERT INTO run_inputs (run_key, name, fingerprint, context) VALUES (1, 'flights', 'f', 'training');
            INSERT INTO metrics (run_key, name, step, time, is_number, value) VALUES (1, 'auc', 0, 988718400000000, 1, 0.5), (1, 'auc', 1, 988718400000000, 0, 0);
            INSERT INTO latest_metrics (run_key, name, step, time, is_number, value) VALUES (1, 'auc', 1, 988718400000000, 0, 0);
            """);
        var store = _folder.Open().Metadata;
        var run = (await store.FindRunAsync(Store.RunId, Cancel))!;
        (run.Name, run.Status, run.StartedAt, run.EndedAt, run.Error, run.ExperimentId).Should().Be(("first", RunStatus.Failed, Store.Noon, Store.Noon.AddMinutes(1), "why", "1"));
        (run.Parameters["trees"], run.Tags["owner"], run.User, run.DeletedAt).Should().Be(("100", "ann", null, null));
        run.Metrics["auc"].Value.Should().Be(double.NaN);
        run.Inputs.Should().Equal(new DatasetInput("flights", "f", "training"));
        (await store.GetMetricHistoryAsync(Store.RunId, "auc", cancellationToken: Cancel)).Items.Should().HaveCount(2);
        (await store.SearchRunsAsync(new() { Filter = "params.trees = '100' AND metrics.auc = NaN" }, Cancel)).Items.Should().ContainSingle(r => r.Id == Store.RunId);
        var experiments = (await store.SearchExperimentsAsync(new() { OrderBy = ["experiment_id"] }, Cancel)).Items;
        experiments.Select(e => (e.Id, e.Name)).Should().Equal(("0", "Default"), ("1", "flight-delay"), ("2", "größe"));
        experiments[1].UpdatedAt.Should().Be(Store.Noon);
        (await store.CreateExperimentAsync(new("new", Store.Noon), Cancel)).Id.Should().Be("3");
    }

    [Fact]
    public async Task An_experiment_that_was_called_Default_becomes_the_default_one_with_its_runs()
    {
        Foundation("""
            INSERT INTO experiments (experiment_id, name, created_at) VALUES (1, 'other', 988718400000000), (2, 'Default', 988718400000000);
            INSERT INTO runs (run_id, experiment_id, name, status, started_at) VALUES ('00000000000000000000000000000001', 2, 'n', 'Running', 988718400000000);
            """);
        var store = _folder.Open().Metadata;
        (await store.FindRunAsync(Store.RunId, Cancel))!.ExperimentId.Should().Be("0");
        (await store.FindExperimentByNameAsync("Default", Cancel)).Should().BeEquivalentTo(new Experiment("0", "Default", Store.Noon));
        (await store.FindExperimentAsync("2", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task Several_processes_upgrade_one_file_together()
    {
        Foundation("INSERT INTO experiments (experiment_id, name, created_at) VALUES (1, 'flight-delay', 988718400000000)");
        var workers = Enumerable.Range(0, 3).Select(i => Worker.Start("record", _folder.File, $"{i}", "2")).ToArray();
        foreach (var worker in workers) await Worker.EndAsync(worker, Cancel);

        _folder.Scalar("SELECT COUNT(*) FROM schema_versions WHERE ScriptName LIKE '%.sql'").Should().Be(_folder.Scalar("PRAGMA user_version"));
        _folder.Scalar("SELECT COUNT(*) - COUNT(DISTINCT ScriptName) FROM schema_versions").Should().Be(0L);
        _folder.Scalar("SELECT COUNT(*) FROM experiments WHERE experiment_id = 0").Should().Be(1);
    }

    // The first script as the foundation applied it, with its entry in the journal.
    private void Foundation(string rows)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);
        var assembly = typeof(SqliteDatabase).Assembly;
        const string Script = "MlOps.Sqlite.Migrations.0001_runs_checkpoints_models.sql";
        using var reader = new StreamReader(assembly.GetManifestResourceStream(Script)!);
        using var connection = _folder.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            PRAGMA journal_mode = WAL;
            {reader.ReadToEnd()}
            CREATE TABLE schema_versions (SchemaVersionID INTEGER CONSTRAINT 'PK_schema_versions_SchemaVersionID' PRIMARY KEY AUTOINCREMENT NOT NULL, ScriptName TEXT NOT NULL, Applied DATETIME NOT NULL);
            INSERT INTO schema_versions (ScriptName, Applied) VALUES ('{Script}', '2026-01-01');
            {rows};
            """;
        command.ExecuteNonQuery();
    }
}
