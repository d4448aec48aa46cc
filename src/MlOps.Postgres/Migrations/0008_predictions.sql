-- The prediction log: rows by batch, what they have in common with the batch, and what became true by the identifier of the prediction. Moments are microseconds since 1970, as everywhere.

CREATE TABLE prediction_batches (
    batch BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model TEXT COLLATE "C" NOT NULL,
    day DATE NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    columns TEXT NOT NULL,
    UNIQUE (model, day, key)
);

CREATE TABLE predictions (
    batch BIGINT NOT NULL,
    row INTEGER NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    time BIGINT NOT NULL,
    latency DOUBLE PRECISION,
    caller TEXT COLLATE "C",
    error TEXT COLLATE "C",
    variant TEXT COLLATE "C",
    trace TEXT COLLATE "C",
    subject TEXT COLLATE "C",
    schema TEXT COLLATE "C",
    row_values JSONB NOT NULL,
    PRIMARY KEY (batch, row)
);

CREATE INDEX predictions_subject ON predictions (subject) WHERE subject IS NOT NULL;

CREATE TABLE ground_truth (
    model TEXT COLLATE "C" NOT NULL,
    prediction TEXT COLLATE "C" NOT NULL,
    day DATE,
    value DOUBLE PRECISION NOT NULL,
    known_at BIGINT NOT NULL,
    PRIMARY KEY (model, prediction)
);

CREATE INDEX ground_truth_day ON ground_truth (model, day);
CREATE INDEX ground_truth_known_at ON ground_truth (model, known_at) WHERE day IS NULL;

-- By their digests alone: what is stored later of a request from before is not taken.
CREATE TABLE erased_subjects (
    digest TEXT COLLATE "C" PRIMARY KEY,
    at BIGINT NOT NULL
);
