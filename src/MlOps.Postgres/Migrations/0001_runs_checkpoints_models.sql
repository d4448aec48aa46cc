-- The same tables as in SQLite, under the same number. Moments are microseconds since 1970 in UTC. JSON stands in TEXT.
-- Text is compared and sorted by its bytes, whatever the language of the database.

CREATE TABLE experiments (
    experiment_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE runs (
    run_key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id TEXT COLLATE "C" NOT NULL UNIQUE,
    experiment_id BIGINT NOT NULL REFERENCES experiments (experiment_id),
    name TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    error TEXT COLLATE "C"
);

CREATE INDEX runs_by_start ON runs (started_at DESC, run_id DESC);
CREATE INDEX runs_by_experiment ON runs (experiment_id, started_at DESC, run_id DESC);

CREATE TABLE run_parameters (
    run_key BIGINT NOT NULL REFERENCES runs (run_key) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (run_key, name)
);

CREATE TABLE run_tags (
    run_key BIGINT NOT NULL REFERENCES runs (run_key) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (run_key, name)
);

CREATE TABLE run_inputs (
    input_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_key BIGINT NOT NULL REFERENCES runs (run_key) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    context TEXT COLLATE "C" NOT NULL,
    UNIQUE (run_key, name, fingerprint, context)
);

CREATE INDEX run_inputs_by_fingerprint ON run_inputs (fingerprint);

-- is_number is 0 for NaN, whose value stands as 0: so NaN sorts before every number, and twice the same NaN is one row.
CREATE TABLE metrics (
    run_key BIGINT NOT NULL REFERENCES runs (run_key) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    step BIGINT NOT NULL,
    time BIGINT NOT NULL,
    is_number BIGINT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (run_key, name, step, time, is_number, value)
);

CREATE TABLE latest_metrics (
    run_key BIGINT NOT NULL REFERENCES runs (run_key) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    step BIGINT NOT NULL,
    time BIGINT NOT NULL,
    is_number BIGINT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (run_key, name)
);

-- The lease of a run of a pipeline: whoever knows its token holds it, until it has ended.
CREATE TABLE pipeline_runs (
    run_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    pipeline TEXT COLLATE "C" NOT NULL,
    request TEXT COLLATE "C" NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    token BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);

CREATE INDEX pipeline_runs_unfinished ON pipeline_runs (pipeline, started_at DESC) WHERE ended_at IS NULL;

CREATE TABLE checkpoints (
    checkpoint_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id TEXT COLLATE "C" NOT NULL REFERENCES pipeline_runs (run_id) ON DELETE CASCADE,
    pipeline TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    cache_key TEXT COLLATE "C" NOT NULL,
    key_parts TEXT COLLATE "C" NOT NULL,
    cache_reason TEXT COLLATE "C" NOT NULL,
    output TEXT COLLATE "C",
    output_fingerprint TEXT COLLATE "C",
    entries TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    error TEXT COLLATE "C",
    UNIQUE (run_id, stage)
);

CREATE INDEX checkpoints_by_key ON checkpoints (cache_key, ended_at DESC) WHERE status <> 'Failed';
CREATE INDEX checkpoints_by_stage ON checkpoints (pipeline, stage, ended_at DESC) WHERE status <> 'Failed';

-- last_version only rises, so that the number of a removed version is never given to another.
CREATE TABLE models (
    model_key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_version BIGINT NOT NULL
);

CREATE TABLE model_versions (
    model_key BIGINT NOT NULL REFERENCES models (model_key),
    version BIGINT NOT NULL,
    bundle_digest TEXT COLLATE "C" NOT NULL,
    run_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    bundle TEXT COLLATE "C" NOT NULL,
    evaluation TEXT COLLATE "C",
    acceptance TEXT COLLATE "C",
    PRIMARY KEY (model_key, version)
);

CREATE INDEX model_versions_by_bundle ON model_versions (model_key, bundle_digest);

CREATE TABLE aliases (
    model_key BIGINT NOT NULL,
    alias TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (model_key, alias),
    FOREIGN KEY (model_key, version) REFERENCES model_versions (model_key, version)
);

CREATE TABLE alias_changes (
    change_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model_key BIGINT NOT NULL REFERENCES models (model_key),
    alias TEXT COLLATE "C" NOT NULL,
    from_version BIGINT,
    to_version BIGINT,
    changed_by TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL
);

CREATE INDEX alias_changes_by_model ON alias_changes (model_key);

-- A watcher in another process is told at once, when the change is committed. The name of the channel holds the name of the schema.
CREATE FUNCTION tell_watchers() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_notify('mlops_' || TG_TABLE_SCHEMA, TG_TABLE_NAME);
    RETURN NULL;
END
$$;

CREATE TRIGGER alias_changes_are_told AFTER INSERT ON alias_changes
FOR EACH STATEMENT EXECUTE FUNCTION tell_watchers();
