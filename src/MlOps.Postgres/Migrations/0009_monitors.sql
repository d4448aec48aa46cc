-- What monitors remember between their runs and share between hosts.

CREATE TABLE monitor_documents (
    document_key TEXT COLLATE "C" PRIMARY KEY,
    version BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL
);
