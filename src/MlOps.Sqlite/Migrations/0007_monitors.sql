-- What monitors remember between their runs and share between hosts.

CREATE TABLE monitor_documents (
    document_key TEXT PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL
) WITHOUT ROWID;
