-- Persons that are or were a party to an access. Whoever changes what a person may have locks the row, so that a mailbox
-- that closes and an access that begins at the same moment see each other (rule P8), and limits are exact.
CREATE TABLE party (
    person UUID PRIMARY KEY,
    closed BOOLEAN NOT NULL
);

-- One read access each; the owner's mailbox has the owner's id.
CREATE TABLE access (
    id UUID PRIMARY KEY,
    owner UUID NOT NULL,
    reader UUID NOT NULL CHECK (reader <> owner),
    scope TEXT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('offered', 'requested', 'active', 'ended')),
    end_reason TEXT,
    -- The last day, YYYY-MM-DD; NULL: never.
    expires_on TEXT,
    create_time TIMESTAMPTZ NOT NULL,
    lapse_time TIMESTAMPTZ NOT NULL,
    approve_time TIMESTAMPTZ,
    end_time TIMESTAMPTZ,
    -- When it is or was over: its end, or the moment at which it ends by itself; NULL: never.
    over_time TIMESTAMPTZ,
    ended BOOLEAN GENERATED ALWAYS AS (end_time IS NOT NULL) STORED,
    CHECK ((state = 'ended') = (end_time IS NOT NULL)),
    CHECK ((state = 'ended') = (end_reason IS NOT NULL))
);
-- One live access for the same pair and scope, crossing offers and requests included (rule A18).
CREATE UNIQUE INDEX access_one_live ON access (owner, reader, scope) WHERE end_time IS NULL;
-- The check: what there is between two persons, the live one first, then the latest that ended.
CREATE INDEX access_by_pair ON access (owner, reader, ended, over_time DESC, id DESC);
-- The two lists and the history.
CREATE INDEX access_given ON access (owner, create_time, id) WHERE end_time IS NULL;
CREATE INDEX access_received ON access (reader, create_time, owner, id) WHERE end_time IS NULL;
CREATE INDEX access_over_for_owner ON access (owner, over_time, id);
CREATE INDEX access_over_for_reader ON access (reader, over_time, owner, id);

-- Every change, written with it and never altered. No person: time or an event did it.
CREATE TABLE access_history (
    access UUID NOT NULL,
    version BIGINT NOT NULL,
    act TEXT NOT NULL,
    person UUID,
    change_time TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (access, version)
);

-- Which person a CPR number leads to, by keyed hash, until the number changes.
CREATE TABLE known_person (
    cpr_hash BYTEA PRIMARY KEY,
    person UUID NOT NULL
);
CREATE INDEX known_person_by_person ON known_person (person);

-- Tries to name a person that missed, or whose outcome is not known: one row for the one who tried and one for the target,
-- both by keyed hash (rule A2).
CREATE TABLE match_attempt (
    id UUID NOT NULL,
    subject BYTEA NOT NULL,
    attempt_time TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id, subject)
);
CREATE INDEX match_attempt_by_subject ON match_attempt (subject, attempt_time);
CREATE INDEX match_attempt_by_time ON match_attempt (attempt_time);
