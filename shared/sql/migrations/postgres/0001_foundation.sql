-- The latest present any transaction stored: the floor under Tx::now().
CREATE TABLE clock_floor (
    only_row BOOLEAN PRIMARY KEY CHECK (only_row),
    latest TIMESTAMPTZ NOT NULL
);
INSERT INTO clock_floor (only_row, latest) VALUES (TRUE, to_timestamp(0));

-- Events on their way to another process.
CREATE TABLE outbox (
    id UUID PRIMARY KEY,
    destination TEXT NOT NULL,
    payload BYTEA NOT NULL,
    create_time TIMESTAMPTZ NOT NULL
);

-- Events taken in.
CREATE TABLE inbox (
    event_id UUID PRIMARY KEY,
    receive_time TIMESTAMPTZ NOT NULL
);
CREATE INDEX inbox_by_time ON inbox (receive_time);

-- Calls that carried a request id.
CREATE TABLE request (
    caller BYTEA NOT NULL,
    method TEXT NOT NULL,
    request_id TEXT NOT NULL,
    content BYTEA NOT NULL,
    result BYTEA,
    create_time TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (caller, method, request_id)
);
CREATE INDEX request_by_time ON request (create_time);

-- Work that has its moment.
CREATE TABLE due_work (
    queue TEXT NOT NULL,
    id UUID NOT NULL,
    due TIMESTAMPTZ NOT NULL,
    attempt BIGINT NOT NULL,
    parked BOOLEAN NOT NULL,
    PRIMARY KEY (queue, id)
);
CREATE INDEX due_work_by_due ON due_work (queue, due) WHERE NOT parked;
