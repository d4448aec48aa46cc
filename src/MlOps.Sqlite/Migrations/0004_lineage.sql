-- What came from what. An edge that ended has is_open 0, and then changed_at is its end; otherwise changed_at is the latest of its beginnings.

CREATE TABLE lineage_nodes (
    node_key INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    node_id TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, node_id)
);

CREATE INDEX lineage_nodes_by_name ON lineage_nodes (name);

-- run_id is empty for what did not happen in a run.
CREATE TABLE lineage_edges (
    from_key INTEGER NOT NULL REFERENCES lineage_nodes (node_key) ON DELETE CASCADE,
    to_key INTEGER NOT NULL REFERENCES lineage_nodes (node_key) ON DELETE CASCADE,
    relation TEXT NOT NULL,
    since INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    run_id TEXT NOT NULL,
    PRIMARY KEY (from_key, to_key, relation)
) WITHOUT ROWID;

CREATE INDEX lineage_edges_by_end ON lineage_edges (to_key, from_key, relation);

PRAGMA user_version = 4;
