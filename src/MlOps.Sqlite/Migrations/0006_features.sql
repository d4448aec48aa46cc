-- Every version of every definition of features, removals too; and how far each view is materialized.

CREATE TABLE feature_definitions (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    digest TEXT NOT NULL,
    definition TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    is_removed INTEGER NOT NULL,
    PRIMARY KEY (kind, name, version)
) WITHOUT ROWID;

-- created_time is null for a view without one, resume when the last materialization finished.
CREATE TABLE feature_marks (
    view_name TEXT PRIMARY KEY NOT NULL,
    event_time INTEGER NOT NULL,
    created_time INTEGER,
    revision INTEGER NOT NULL,
    digest TEXT NOT NULL,
    resume TEXT
) WITHOUT ROWID;
