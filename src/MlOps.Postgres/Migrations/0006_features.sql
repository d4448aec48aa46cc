-- Every version of every definition of features, removals too; and how far each view is materialized.

CREATE TABLE feature_definitions (
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    definition TEXT COLLATE "C" NOT NULL,
    changed_by TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    changed_at BIGINT NOT NULL,
    is_removed BIGINT NOT NULL,
    PRIMARY KEY (kind, name, version)
);

-- created_time is null for a view without one, resume when the last materialization finished.
CREATE TABLE feature_marks (
    view_name TEXT COLLATE "C" PRIMARY KEY,
    event_time BIGINT NOT NULL,
    created_time BIGINT,
    revision BIGINT NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    resume TEXT COLLATE "C"
);
