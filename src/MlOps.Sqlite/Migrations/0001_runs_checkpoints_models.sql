-- Moments are microseconds since 1970 in UTC. JSON stands in TEXT.
-- The last line of each script raises user_version to the number of the script.

CREATE TABLE experiments (
    experiment_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
);

CREATE TABLE runs (
    run_key INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL UNIQUE,
    experiment_id INTEGER NOT NULL REFERENCES experiments (experiment_id),
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    error TEXT
);

CREATE INDEX runs_by_start ON runs (started_at DESC, run_id DESC);
CREATE INDEX runs_by_experiment ON runs (experiment_id, started_at DESC, run_id DESC);

CREATE TABLE run_parameters (
    run_key INTEGER NOT NULL REFERENCES runs (run_key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run_key, name)
) WITHOUT ROWID;

CREATE TABLE run_tags (
    run_key INTEGER NOT NULL REFERENCES runs (run_key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run_key, name)
) WITHOUT ROWID;

CREATE TABLE run_inputs (
    input_id INTEGER PRIMARY KEY,
    run_key INTEGER NOT NULL REFERENCES runs (run_key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    context TEXT NOT NULL,
    UNIQUE (run_key, name, fingerprint, context)
);

CREATE INDEX run_inputs_by_fingerprint ON run_inputs (fingerprint);

-- is_number is 0 for NaN, whose value stands as 0: so NaN sorts before every number, and twice the same NaN is one row.
CREATE TABLE metrics (
    run_key INTEGER NOT NULL REFERENCES runs (run_key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    step INTEGER NOT NULL,
    time INTEGER NOT NULL,
    is_number INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (run_key, name, step, time, is_number, value)
) WITHOUT ROWID;

CREATE TABLE latest_metrics (
    run_key INTEGER NOT NULL REFERENCES runs (run_key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    step INTEGER NOT NULL,
    time INTEGER NOT NULL,
    is_number INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (run_key, name)
) WITHOUT ROWID;

-- The lease of a run of a pipeline: whoever knows its token holds it, until it has ended.
CREATE TABLE pipeline_runs (
    run_id TEXT NOT NULL PRIMARY KEY,
    pipeline TEXT NOT NULL,
    request TEXT NOT NULL,
    owner TEXT NOT NULL,
    token INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER
) WITHOUT ROWID;

CREATE INDEX pipeline_runs_unfinished ON pipeline_runs (pipeline, started_at DESC) WHERE ended_at IS NULL;

CREATE TABLE checkpoints (
    checkpoint_id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL REFERENCES pipeline_runs (run_id) ON DELETE CASCADE,
    pipeline TEXT NOT NULL,
    stage TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    cache_key TEXT NOT NULL,
    key_parts TEXT NOT NULL,
    cache_reason TEXT NOT NULL,
    output TEXT,
    output_fingerprint TEXT,
    entries TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    error TEXT,
    UNIQUE (run_id, stage)
);

CREATE INDEX checkpoints_by_key ON checkpoints (cache_key, ended_at DESC) WHERE status <> 'Failed';
CREATE INDEX checkpoints_by_stage ON checkpoints (pipeline, stage, ended_at DESC) WHERE status <> 'Failed';

-- last_version only rises, so that the number of a removed version is never given to another.
CREATE TABLE models (
    model_key INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_version INTEGER NOT NULL
);

CREATE TABLE model_versions (
    model_key INTEGER NOT NULL REFERENCES models (model_key),
    version INTEGER NOT NULL,
    bundle_digest TEXT NOT NULL,
    run_id TEXT,
    created_at INTEGER NOT NULL,
    bundle TEXT NOT NULL,
    evaluation TEXT,
    acceptance TEXT,
    PRIMARY KEY (model_key, version)
);

CREATE INDEX model_versions_by_bundle ON model_versions (model_key, bundle_digest);

CREATE TABLE aliases (
    model_key INTEGER NOT NULL,
    alias TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (model_key, alias),
    FOREIGN KEY (model_key, version) REFERENCES model_versions (model_key, version)
) WITHOUT ROWID;

CREATE TABLE alias_changes (
    change_id INTEGER PRIMARY KEY AUTOINCREMENT,
    model_key INTEGER NOT NULL REFERENCES models (model_key),
    alias TEXT NOT NULL,
    from_version INTEGER,
    to_version INTEGER,
    changed_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    changed_at INTEGER NOT NULL
);

CREATE INDEX alias_changes_by_model ON alias_changes (model_key);

PRAGMA user_version = 1;
