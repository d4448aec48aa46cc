namespace MlOps.Relational;

/// <summary>The SQL of experiments and runs.</summary>
internal static class MetadataSql
{
    internal static readonly BulkInsert ExperimentTags = new("experiment_tags", [Integer("experiment_id"), Text("name"), Text("value")], "ON CONFLICT (experiment_id, name) DO UPDATE SET value = excluded.value");

    internal static readonly BulkInsert Tags = new("run_tags", [Integer("run_key"), Text("name"), Text("value")], "ON CONFLICT (run_key, name) DO UPDATE SET value = excluded.value");

    internal static readonly BulkInsert Parameters = new("run_parameters", [Integer("run_key"), Text("name"), Text("value")], "ON CONFLICT (run_key, name) DO NOTHING");

    internal static readonly BulkInsert Inputs = new(
        "run_inputs",
        [Integer("run_key"), Text("name"), Text("fingerprint"), Text("context"), Text("source_type"), Text("source"), Text("schema"), Text("profile"), Text("tags")],
        "ON CONFLICT (run_key, name, fingerprint, context) DO NOTHING");

    internal static readonly BulkInsert Artifacts = new(
        "run_artifacts",
        [Integer("run_key"), Text("path"), Text("digest"), Integer("size")],
        "ON CONFLICT (run_key, path) DO UPDATE SET digest = excluded.digest, size = excluded.size");

    internal static readonly BulkInsert Metrics = new("metrics", MetricColumns, "ON CONFLICT (run_key, name, step, time, is_number, value) DO NOTHING");

    internal static readonly BulkInsert LatestMetrics = new("latest_metrics", MetricColumns, """
        ON CONFLICT (run_key, name) DO UPDATE
        SET step = excluded.step, time = excluded.time, is_number = excluded.is_number, value = excluded.value
        WHERE (excluded.step, excluded.time, excluded.is_number, excluded.value)
            > (latest_metrics.step, latest_metrics.time, latest_metrics.is_number, latest_metrics.value)
        """);

    internal const string InsertExperiment = """
        INSERT INTO experiments (name, created_at, updated_at, artifact_location)
        VALUES (@Name, @CreatedAt, @CreatedAt, @ArtifactLocation)
        ON CONFLICT (name) DO NOTHING
        RETURNING experiment_id
        """;

    internal const string SelectExperimentState = """
        SELECT experiment_id AS Id, deleted_at AS DeletedAt
        FROM experiments
        WHERE experiment_id = @Id
        """;

    internal const string SelectExperimentStateByName = """
        SELECT experiment_id AS Id, deleted_at AS DeletedAt
        FROM experiments
        WHERE name = @Name
        """;

    internal const string SelectNamesake = """
        SELECT experiment_id
        FROM experiments
        WHERE name = @Name AND experiment_id <> @Id
        """;

    internal const string ChangeExperiment = """
        UPDATE experiments
        SET name = COALESCE(@Name, name),
            updated_at = @At,
            deleted_at = CASE WHEN @Deletes = 1 THEN @At WHEN @Restores = 1 THEN NULL ELSE deleted_at END
        WHERE experiment_id = @Id
        """;

    internal const string DeleteExperimentTag = """
        DELETE FROM experiment_tags
        WHERE experiment_id = @Id AND name = @Name
        """;

    internal const string DeleteRunsWithExperiment = """
        UPDATE runs
        SET deleted_at = @At, deleted_with_experiment = 1
        WHERE experiment_id = @Id AND deleted_at IS NULL
        """;

    internal const string RestoreRunsWithExperiment = """
        UPDATE runs
        SET deleted_at = NULL, deleted_with_experiment = 0
        WHERE experiment_id = @Id AND deleted_with_experiment = 1
        """;

    internal const string InsertRun = """
        INSERT INTO runs (run_id, experiment_id, name, status, started_at, user_name)
        VALUES (@Id, @Experiment, @Name, @Status, @StartedAt, @User)
        ON CONFLICT (run_id) DO NOTHING
        RETURNING run_key
        """;

    internal const string RestartRun = """
        UPDATE runs
        SET status = @Status, ended_at = NULL, error = NULL
        WHERE run_id = @Id AND deleted_at IS NULL
        """;

    internal const string SelectState = """
        SELECT run_key AS Key, deleted_at AS DeletedAt
        FROM runs
        WHERE run_id = @Id
        """;

    internal const string SelectExperimentOfRun = """
        SELECT experiment_id
        FROM experiments
        WHERE experiment_id = (SELECT experiment_id FROM runs WHERE run_id = @Id)
        """;

    internal const string ChangeRun = """
        UPDATE runs
        SET name = COALESCE(@Name, name),
            status = COALESCE(@Status, status),
            ended_at = CASE WHEN @SetsEnd = 1 THEN @EndedAt ELSE ended_at END,
            error = CASE WHEN @SetsError = 1 THEN @Error ELSE error END,
            deleted_at = CASE WHEN @Deletes = 1 THEN COALESCE(deleted_at, @At) WHEN @Restores = 1 THEN NULL ELSE deleted_at END,
            deleted_with_experiment = CASE WHEN @Restores = 1 THEN 0 ELSE deleted_with_experiment END
        WHERE run_id = @Id
            AND (deleted_at IS NULL
                OR (@Deletes = 1 AND @IsNoOther = 1)
                OR (@Restores = 1 AND EXISTS (SELECT 1 FROM experiments e WHERE e.experiment_id = runs.experiment_id AND e.deleted_at IS NULL)))
        """;

    internal const string RenameRun = """
        UPDATE runs
        SET name = @Name
        WHERE run_key = @Run
        """;

    internal const string SelectParameters = """
        SELECT run_key AS Owner, name AS Name, value AS Value
        FROM run_parameters
        WHERE run_key = @Run
        """;

    internal const string DeleteTag = """
        DELETE FROM run_tags
        WHERE run_key = @Run AND name = @Name
        """;

    internal const string DeleteArtifacts = """
        DELETE FROM run_artifacts
        WHERE run_key = @Run AND (path = @Path OR substr(path, 1, length(@Folder)) = @Folder)
        """;

    internal const string SelectHistory = """
        SELECT run_key AS Owner, name AS Name, step AS Step, time AS Time, is_number AS IsNumber, value AS Value
        FROM metrics
        WHERE run_key = @Run AND name = @Name
        """;

    internal const string HistoryAfter = """

            AND (step, time, is_number, value) > (@Step, @Time, @IsNumber, @Value)
        """;

    internal const string HistoryOrder = """

        ORDER BY step, time, is_number, value
        """;

    internal const string SelectPurgedRuns = """
        SELECT run_id
        FROM runs
        WHERE deleted_at < @Before
            OR (deleted_at IS NOT NULL AND experiment_id IN (SELECT experiment_id FROM experiments WHERE deleted_at < @Before AND experiment_id <> 0))
        """;

    internal const string SelectPurgedExperiments = """
        SELECT experiment_id
        FROM experiments
        WHERE deleted_at < @Before AND experiment_id <> 0
        """;

    internal const string PurgeExperiments = """
        DELETE FROM experiments
        WHERE deleted_at < @Before
            AND experiment_id <> 0
            AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.experiment_id = experiments.experiment_id)
        RETURNING experiment_id
        """;

    // What is restored in between is not purged: its row is looked at again when it is taken.
    internal static string PurgeRuns(string takingRows) => $"""
        DELETE FROM runs
        WHERE run_key IN (
            SELECT run_key
            FROM runs
            WHERE deleted_at < @Before
                OR (deleted_at IS NOT NULL AND experiment_id IN (SELECT experiment_id FROM experiments WHERE deleted_at < @Before AND experiment_id <> 0))
            ORDER BY run_key
            LIMIT @Limit{takingRows})
        RETURNING run_id
        """;

    private static BulkColumn[] MetricColumns => [Integer("run_key"), Text("name"), Integer("step"), Integer("time"), Integer("is_number"), new("value", BulkType.Real)];

    private static BulkColumn Integer(string name) => new(name, BulkType.Integer);

    private static BulkColumn Text(string name) => new(name, BulkType.Text);
}
