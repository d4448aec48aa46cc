-- The same tables as in SQLite come to, under the same number. No store in PostgreSQL is older than this script, so nothing is carried over.

-- last_version only rises, so that the number of a removed version is never given to another.
CREATE TABLE models (
    model_key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_version BIGINT NOT NULL,
    description TEXT COLLATE "C"
);

CREATE TABLE model_tags (
    model_key BIGINT NOT NULL REFERENCES models (model_key) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (model_key, name)
);

-- How far a name has counted its versions when its model was removed or got another name: a later model of the name goes on from there.
CREATE TABLE retired_models (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    last_version BIGINT NOT NULL,
    model_key BIGINT NOT NULL
);

CREATE TABLE model_versions (
    version_key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model_key BIGINT NOT NULL REFERENCES models (model_key),
    version BIGINT NOT NULL,
    bundle_digest TEXT COLLATE "C",
    run_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    registered_by TEXT COLLATE "C" NOT NULL,
    bundle TEXT COLLATE "C",
    evaluation TEXT COLLATE "C",
    acceptance TEXT COLLATE "C",
    source TEXT COLLATE "C",
    run_link TEXT COLLATE "C",
    description TEXT COLLATE "C",
    semantic_version TEXT COLLATE "C",
    stage TEXT COLLATE "C" NOT NULL,
    signatures TEXT COLLATE "C" NOT NULL,
    UNIQUE (model_key, version)
);

CREATE TABLE aliases (
    model_key BIGINT NOT NULL REFERENCES models (model_key),
    alias TEXT COLLATE "C" NOT NULL,
    version_key BIGINT NOT NULL REFERENCES model_versions (version_key),
    PRIMARY KEY (model_key, alias)
);

CREATE INDEX model_versions_by_bundle ON model_versions (model_key, bundle_digest) WHERE bundle_digest IS NOT NULL;
CREATE UNIQUE INDEX model_versions_by_semantic ON model_versions (model_key, semantic_version) WHERE semantic_version IS NOT NULL;
CREATE INDEX model_versions_by_stage ON model_versions (model_key, stage, version DESC) WHERE stage <> 'None';
CREATE INDEX model_versions_by_run ON model_versions (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX aliases_by_version ON aliases (version_key);

CREATE TABLE version_tags (
    version_key BIGINT NOT NULL REFERENCES model_versions (version_key) ON DELETE CASCADE,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (version_key, name)
);

-- The history. Each entry holds the hash of the one before; nobody changes or removes one.
CREATE TABLE registry_events (
    sequence BIGINT PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    version BIGINT,
    alias TEXT COLLATE "C",
    from_value TEXT COLLATE "C",
    to_value TEXT COLLATE "C",
    done_by TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    done_at BIGINT NOT NULL,
    previous_hash TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);

CREATE INDEX registry_events_by_model ON registry_events (model, sequence);

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'The history of the registry is only appended to.';
END
$$;

CREATE TRIGGER registry_events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON registry_events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- One row: the end of the history. Whoever appends holds it until the end of the transaction.
CREATE TABLE registry_head (
    only_one BIGINT PRIMARY KEY CHECK (only_one = 1),
    sequence BIGINT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);

INSERT INTO registry_head (only_one, sequence, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- A watcher in another process is told at once, when the change is committed. The name of the channel holds the name of the schema.
CREATE FUNCTION tell_watchers() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_notify('mlops_' || TG_TABLE_SCHEMA, TG_TABLE_NAME);
    RETURN NULL;
END
$$;

CREATE TRIGGER registry_events_are_told AFTER INSERT ON registry_events
FOR EACH STATEMENT EXECUTE FUNCTION tell_watchers();
