-- Decisions on applications for exemption, all of them, for good (X1, X2). What the caseworkers wrote is sealed: it tells of
-- health and housing. The one in force is named in the person's row, which every decision about it locks.
CREATE TABLE exemption (
    person UUID NOT NULL,
    id UUID NOT NULL,
    decision TEXT NOT NULL,
    record BYTEA NOT NULL,
    decide_time TIMESTAMPTZ NOT NULL,
    end_time TIMESTAMPTZ,
    ended_by TEXT,
    end_record BYTEA,
    PRIMARY KEY (person, id)
);
CREATE INDEX exemption_by_time ON exemption (person, decide_time DESC, id DESC);
