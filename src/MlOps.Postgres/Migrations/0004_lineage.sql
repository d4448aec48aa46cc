-- What came from what. An edge that ended has is_open 0, and then changed_at is its end; otherwise changed_at is the latest of its beginnings.

CREATE TABLE lineage_nodes (
    node_key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    node_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    UNIQUE (kind, node_id)
);

CREATE INDEX lineage_nodes_by_name ON lineage_nodes (name);

-- run_id is empty for what did not happen in a run.
CREATE TABLE lineage_edges (
    from_key BIGINT NOT NULL REFERENCES lineage_nodes (node_key) ON DELETE CASCADE,
    to_key BIGINT NOT NULL REFERENCES lineage_nodes (node_key) ON DELETE CASCADE,
    relation TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    is_open BIGINT NOT NULL,
    run_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (from_key, to_key, relation)
);

CREATE INDEX lineage_edges_by_end ON lineage_edges (to_key, from_key, relation);
