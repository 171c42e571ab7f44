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
    scope TEXT NOT NULL CHECK (scope IN ('public_post', 'private_post_read', 'private_post_edit')),
    -- Whose post that is: public, which all portals share, or private and of this portal.
    post TEXT NOT NULL CHECK (post IN ('public', 'e_boks', 'mit_dk')),
    version BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('offered', 'requested', 'active', 'ended')),
    end_reason TEXT,
    -- The last day, YYYY-MM-DD; NULL: never.
    expires_on TEXT,
    -- Where the reader asked as guardian: what the guardianship goes by, and its last day, YYYY-MM-DD.
    guardianship_reference TEXT,
    guardianship_ends_on TEXT,
    create_time TIMESTAMPTZ NOT NULL,
    lapse_time TIMESTAMPTZ NOT NULL,
    approve_time TIMESTAMPTZ,
    end_time TIMESTAMPTZ,
    -- When it is or was over: its end, or the moment at which it ends by itself; NULL: never.
    over_time TIMESTAMPTZ,
    ended BOOLEAN GENERATED ALWAYS AS (end_time IS NOT NULL) STORED,
    CHECK ((state = 'ended') = (end_time IS NOT NULL)),
    CHECK ((state = 'ended') = (end_reason IS NOT NULL)),
    CHECK ((scope = 'public_post') = (post = 'public')),
    CHECK ((guardianship_reference IS NULL) = (guardianship_ends_on IS NULL)),
    CHECK (guardianship_reference IS NULL OR post = 'public')
);
-- One live access for the same pair and post, crossing offers and requests included (rule A18).
CREATE UNIQUE INDEX access_one_live ON access (owner, reader, post) WHERE end_time IS NULL;
-- The check: what there is between two persons for each post, the live one first, then the latest that ended.
CREATE INDEX access_by_pair ON access (owner, reader, post, ended, over_time DESC, id DESC);
-- The two lists and the history.
CREATE INDEX access_given ON access (owner, create_time, id) WHERE end_time IS NULL;
CREATE INDEX access_received ON access (reader, create_time, owner, id) WHERE end_time IS NULL;
CREATE INDEX access_over_for_owner ON access (owner, over_time, id);
CREATE INDEX access_over_for_reader ON access (reader, over_time, owner, id);
-- All that a citizen is a party to, as a caseworker sees it.
CREATE INDEX access_of_owner ON access (owner, create_time, id);
CREATE INDEX access_of_reader ON access (reader, create_time, owner, id);

-- Every change, written with it and never altered. No person: a caseworker did it, whose record has the same version; else
-- time or an event.
CREATE TABLE access_history (
    access UUID NOT NULL,
    version BIGINT NOT NULL,
    act TEXT NOT NULL,
    person UUID,
    change_time TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (access, version)
);

-- Every act of a caseworker, written with the change that it made and never altered (rules A13, A14, A16, A25).
CREATE TABLE caseworker_record (
    access UUID NOT NULL,
    version BIGINT NOT NULL,
    -- The party whose matter it was.
    citizen UUID NOT NULL,
    act TEXT NOT NULL,
    caseworker TEXT NOT NULL,
    municipality TEXT NOT NULL,
    cvr TEXT NOT NULL,
    presence TEXT NOT NULL,
    identification TEXT NOT NULL,
    identification_description TEXT,
    case_reference TEXT NOT NULL,
    record_time TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (access, version)
);

-- Every look of a caseworker at a citizen's accesses, never altered.
CREATE TABLE caseworker_look (
    id UUID PRIMARY KEY,
    citizen UUID NOT NULL,
    caseworker TEXT NOT NULL,
    municipality TEXT NOT NULL,
    cvr TEXT NOT NULL,
    look_time TIMESTAMPTZ NOT NULL
);
CREATE INDEX caseworker_look_by_citizen ON caseworker_look (citizen, look_time);

-- Reminders that went out, by the last day that they were about (rule A22): each once, whatever was changed in between.
CREATE TABLE access_reminder (
    access UUID NOT NULL,
    last_day TEXT NOT NULL,
    days BIGINT NOT NULL,
    PRIMARY KEY (access, last_day, days)
);

-- Which person a CPR number leads to, by keyed hash, until the number changes.
CREATE TABLE known_person (
    cpr_hash BYTEA PRIMARY KEY,
    person UUID NOT NULL
);
CREATE INDEX known_person_by_person ON known_person (person);

-- Tries to name a person that missed, or whose outcome is not known: one row for the one who tried and one for the target,
-- both by keyed hash (rule A2). Repeats of one call share the id.
CREATE TABLE match_attempt (
    id UUID NOT NULL,
    subject BYTEA NOT NULL,
    attempt_time TIMESTAMPTZ NOT NULL,
    under_way BOOLEAN NOT NULL,
    PRIMARY KEY (id, subject)
);
CREATE INDEX match_attempt_by_subject ON match_attempt (subject, attempt_time);
CREATE INDEX match_attempt_by_time ON match_attempt (attempt_time);
