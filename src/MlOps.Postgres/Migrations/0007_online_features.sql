-- The newest values of each entity of a view, for reading at once. Rows are written over all the time, so pages keep room for the next version of a row, and no index stands in the way but the one that finds it.

CREATE TABLE online_features (
    view TEXT COLLATE "C" NOT NULL,
    entity BYTEA NOT NULL,
    event_time BIGINT NOT NULL,
    created_time BIGINT NOT NULL,
    is_deleted BOOLEAN NOT NULL,
    expires_at BIGINT,
    revision BIGINT NOT NULL,
    row_values BYTEA NOT NULL,
    PRIMARY KEY (view, entity)
) WITH (fillfactor = 80);

-- What is small and binary gains nothing from compression.
ALTER TABLE online_features ALTER COLUMN row_values SET STORAGE EXTERNAL;
