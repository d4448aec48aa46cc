-- What can be deleted has deleted_at. The default experiment has the number 0.

ALTER TABLE experiments ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE experiments ADD COLUMN deleted_at INTEGER;
ALTER TABLE experiments ADD COLUMN artifact_location TEXT;

UPDATE experiments SET updated_at = created_at;

-- One that is named Default already becomes it, with its runs.
INSERT INTO experiments (experiment_id, name, created_at, updated_at)
SELECT 0, '', now, now
FROM (SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000 AS now);

UPDATE runs
SET experiment_id = 0
WHERE experiment_id = (SELECT experiment_id FROM experiments WHERE name = 'Default');

UPDATE experiments
SET created_at = (SELECT created_at FROM experiments WHERE name = 'Default'), updated_at = (SELECT created_at FROM experiments WHERE name = 'Default')
WHERE experiment_id = 0 AND EXISTS (SELECT 1 FROM experiments WHERE name = 'Default');

DELETE FROM experiments WHERE name = 'Default';

UPDATE experiments SET name = 'Default' WHERE experiment_id = 0;

CREATE INDEX experiments_by_creation ON experiments (created_at DESC, experiment_id DESC);

CREATE TABLE experiment_tags (
    experiment_id INTEGER NOT NULL REFERENCES experiments (experiment_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (experiment_id, name)
) WITHOUT ROWID;

-- deleted_with_experiment is 1 for a run that comes back when its experiment does.
ALTER TABLE runs ADD COLUMN user_name TEXT;
ALTER TABLE runs ADD COLUMN deleted_at INTEGER;
ALTER TABLE runs ADD COLUMN deleted_with_experiment INTEGER NOT NULL DEFAULT 0;

DROP INDEX runs_by_start;
DROP INDEX runs_by_experiment;
CREATE INDEX runs_by_start ON runs (started_at DESC, run_id);
CREATE INDEX runs_by_experiment ON runs (experiment_id, started_at DESC, run_id);
CREATE INDEX runs_by_deletion ON runs (deleted_at) WHERE deleted_at IS NOT NULL;

ALTER TABLE run_inputs ADD COLUMN source_type TEXT;
ALTER TABLE run_inputs ADD COLUMN source TEXT;
ALTER TABLE run_inputs ADD COLUMN schema TEXT;
ALTER TABLE run_inputs ADD COLUMN profile TEXT;
ALTER TABLE run_inputs ADD COLUMN tags TEXT;

CREATE TABLE run_artifacts (
    run_key INTEGER NOT NULL REFERENCES runs (run_key) ON DELETE CASCADE,
    path TEXT NOT NULL,
    digest TEXT NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (run_key, path)
) WITHOUT ROWID;

CREATE INDEX run_artifacts_by_digest ON run_artifacts (digest);

PRAGMA user_version = 2;
