-- Models with descriptions and tags, versions that need no bundle, and one history for all of it.
-- What was said of aliases before, in alias_changes, is chained into it by the code that runs after this script, since SQLite cannot hash.

ALTER TABLE models ADD COLUMN description TEXT;

CREATE TABLE model_tags (
    model_key INTEGER NOT NULL REFERENCES models (model_key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model_key, name)
) WITHOUT ROWID;

-- How far a name has counted its versions when its model was removed or got another name: a later model of the name goes on from there.
CREATE TABLE retired_models (
    name TEXT NOT NULL PRIMARY KEY,
    last_version INTEGER NOT NULL,
    model_key INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE new_versions (
    version_key INTEGER PRIMARY KEY AUTOINCREMENT,
    model_key INTEGER NOT NULL REFERENCES models (model_key),
    version INTEGER NOT NULL,
    bundle_digest TEXT,
    run_id TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    registered_by TEXT NOT NULL,
    bundle TEXT,
    evaluation TEXT,
    acceptance TEXT,
    source TEXT,
    run_link TEXT,
    description TEXT,
    semantic_version TEXT,
    stage TEXT NOT NULL,
    signatures TEXT NOT NULL,
    UNIQUE (model_key, version)
);

INSERT INTO new_versions (model_key, version, bundle_digest, run_id, created_at, updated_at, registered_by, bundle, evaluation, acceptance, stage, signatures)
SELECT model_key, version, bundle_digest, run_id, created_at, created_at, COALESCE('run ' || run_id, 'unknown'), bundle, evaluation, acceptance, 'None', '[]'
FROM model_versions
ORDER BY model_key, version;

CREATE TABLE new_aliases (
    model_key INTEGER NOT NULL REFERENCES models (model_key),
    alias TEXT NOT NULL,
    version_key INTEGER NOT NULL REFERENCES new_versions (version_key),
    PRIMARY KEY (model_key, alias)
) WITHOUT ROWID;

INSERT INTO new_aliases (model_key, alias, version_key)
SELECT a.model_key, a.alias, v.version_key
FROM aliases a
JOIN new_versions v ON v.model_key = a.model_key AND v.version = a.version;

DROP TABLE aliases;
DROP TABLE model_versions;
ALTER TABLE new_versions RENAME TO model_versions;
ALTER TABLE new_aliases RENAME TO aliases;

CREATE INDEX model_versions_by_bundle ON model_versions (model_key, bundle_digest) WHERE bundle_digest IS NOT NULL;
CREATE UNIQUE INDEX model_versions_by_semantic ON model_versions (model_key, semantic_version) WHERE semantic_version IS NOT NULL;
CREATE INDEX model_versions_by_stage ON model_versions (model_key, stage, version DESC) WHERE stage <> 'None';
CREATE INDEX model_versions_by_run ON model_versions (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX aliases_by_version ON aliases (version_key);

CREATE TABLE version_tags (
    version_key INTEGER NOT NULL REFERENCES model_versions (version_key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (version_key, name)
) WITHOUT ROWID;

-- The history. Each entry holds the hash of the one before; nobody changes or removes one.
CREATE TABLE registry_events (
    sequence INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    version INTEGER,
    alias TEXT,
    from_value TEXT,
    to_value TEXT,
    done_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    done_at INTEGER NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);

CREATE INDEX registry_events_by_model ON registry_events (model, sequence);

CREATE TRIGGER registry_events_stay BEFORE UPDATE ON registry_events
BEGIN
    SELECT RAISE(ABORT, 'The history of the registry is only appended to.');
END;

CREATE TRIGGER registry_events_last BEFORE DELETE ON registry_events
BEGIN
    SELECT RAISE(ABORT, 'The history of the registry is only appended to.');
END;

-- REPLACE removes rows without asking the trigger above.
CREATE TRIGGER registry_events_once BEFORE INSERT ON registry_events WHEN EXISTS (SELECT 1 FROM registry_events WHERE sequence = NEW.sequence)
BEGIN
    SELECT RAISE(ABORT, 'The history of the registry is only appended to.');
END;

-- One row: the end of the history. Whoever appends holds it until the end of the transaction.
CREATE TABLE registry_head (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL
);

INSERT INTO registry_head (only_one, sequence, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

PRAGMA user_version = 3;
