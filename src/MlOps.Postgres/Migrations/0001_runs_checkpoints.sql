-- The same tables as in SQLite, under the same number (those of models come with 0003). Moments are microseconds since 1970 in UTC. JSON stands in TEXT.
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
