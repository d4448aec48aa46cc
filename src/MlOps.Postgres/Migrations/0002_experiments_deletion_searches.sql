-- What can be deleted has deleted_at. The default experiment has the number 0.

ALTER TABLE experiments ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE experiments ADD COLUMN deleted_at BIGINT;
ALTER TABLE experiments ADD COLUMN artifact_location TEXT COLLATE "C";

-- No store in PostgreSQL is older than this script: the number 0 is free.
INSERT INTO experiments (experiment_id, name, created_at, updated_at)
OVERRIDING SYSTEM VALUE
SELECT 0, 'Default', now, now
FROM (SELECT (EXTRACT(EPOCH FROM date_trunc('milliseconds', now())) * 1000000)::BIGINT AS now) AS moment;

CREATE INDEX experiments_by_creation ON experiments (created_at DESC, experiment_id DESC);

CREATE TABLE experiment_tags (
    experiment_id BIGINT NOT NULL REFERENCES experiments (experiment_id) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (experiment_id, name)
);

-- deleted_with_experiment is 1 for a run that comes back when its experiment does.
ALTER TABLE runs ADD COLUMN user_name TEXT COLLATE "C";
ALTER TABLE runs ADD COLUMN deleted_at BIGINT;
ALTER TABLE runs ADD COLUMN deleted_with_experiment BIGINT NOT NULL DEFAULT 0;

DROP INDEX runs_by_start;
DROP INDEX runs_by_experiment;
CREATE INDEX runs_by_start ON runs (started_at DESC, run_id);
CREATE INDEX runs_by_experiment ON runs (experiment_id, started_at DESC, run_id);
CREATE INDEX runs_by_deletion ON runs (deleted_at) WHERE deleted_at IS NOT NULL;

ALTER TABLE run_inputs ADD COLUMN source_type TEXT COLLATE "C";
ALTER TABLE run_inputs ADD COLUMN source TEXT COLLATE "C";
ALTER TABLE run_inputs ADD COLUMN schema TEXT COLLATE "C";
ALTER TABLE run_inputs ADD COLUMN profile TEXT COLLATE "C";
ALTER TABLE run_inputs ADD COLUMN tags TEXT COLLATE "C";

CREATE TABLE run_artifacts (
    run_key BIGINT NOT NULL REFERENCES runs (run_key) ON DELETE CASCADE,
    path TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    PRIMARY KEY (run_key, path)
);

CREATE INDEX run_artifacts_by_digest ON run_artifacts (digest);
