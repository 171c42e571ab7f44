-- The number of the latest change of an access, and of the latest that is forgotten. A transaction that changes an access
-- takes a number here as its last act and holds the row until it commits. So changes become visible in the order of their
-- numbers, and whoever has read up to one has missed none before it.
CREATE TABLE access_change_head (
    only_row BOOLEAN PRIMARY KEY CHECK (only_row),
    latest BIGINT NOT NULL,
    forgotten BIGINT NOT NULL
);
INSERT INTO access_change_head (only_row, latest, forgotten) VALUES (TRUE, 0, 0);

-- What each access was after each change, for those who watch; kept for some days.
CREATE TABLE access_change (
    number BIGINT PRIMARY KEY,
    access UUID NOT NULL,
    owner UUID NOT NULL,
    reader UUID NOT NULL,
    scope TEXT NOT NULL,
    post TEXT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    end_reason TEXT,
    expire_time TIMESTAMPTZ,
    change_time TIMESTAMPTZ NOT NULL
);
CREATE INDEX access_change_by_time ON access_change (change_time, number);
