-- Whose CPR number it is, by keyed hash, until the number changes (P1).
CREATE TABLE known_person (
    cpr_hash BYTEA PRIMARY KEY,
    person UUID NOT NULL
);
CREATE INDEX known_person_by_person ON known_person (person);

-- Accesses that have ended and persons whose mailbox was closed, for a day: a call that was let in before may still be
-- under way (N5, P8).
CREATE TABLE has_ended (
    id UUID PRIMARY KEY,
    end_time TIMESTAMPTZ NOT NULL
);
CREATE INDEX has_ended_by_time ON has_ended (end_time);

-- E-mail about new post in one mailbox, for one person. Active when an address is there and it has not ended.
CREATE TABLE subscription (
    mailbox UUID NOT NULL,
    id UUID NOT NULL,
    subscriber UUID NOT NULL,
    access UUID,                    -- NULL: the subscriber's own mailbox
    key_id TEXT NOT NULL,
    wrapped_key BYTEA NOT NULL,     -- opens the addresses and the e-mails of this subscription
    address BYTEA,                  -- sealed; the confirmed address; forgotten at the end
    code_time TIMESTAMPTZ,          -- when the last code was made
    confirm_time TIMESTAMPTZ,
    create_time TIMESTAMPTZ NOT NULL,
    ended BOOLEAN NOT NULL,
    end_reason TEXT,
    end_time TIMESTAMPTZ,
    PRIMARY KEY (mailbox, id)
);
CREATE UNIQUE INDEX subscription_live_by_access ON subscription (access) WHERE NOT ended AND access IS NOT NULL;
CREATE UNIQUE INDEX subscription_live_own ON subscription (mailbox) WHERE NOT ended AND access IS NULL;
-- In this order keys are wrapped anew.
CREATE UNIQUE INDEX subscription_by_id ON subscription (id);
CREATE INDEX subscription_by_subscriber ON subscription (subscriber, ended, create_time DESC, id DESC);

-- The address of a subscription that waits for its code, and that one live code (N2, N8).
CREATE TABLE waiting_address (
    subscription UUID PRIMARY KEY,
    address BYTEA NOT NULL,         -- sealed
    code_hash BYTEA NOT NULL,       -- keyed, over subscription, address and code
    tries BIGINT NOT NULL,
    expire_time TIMESTAMPTZ NOT NULL,
    next_code_time TIMESTAMPTZ NOT NULL,
    email UUID NOT NULL             -- the ledger entry that carries the code
);

-- When codes were made: what the limits count by. The subject is a keyed hash of a target, an address or a person (N8).
CREATE TABLE code_made (
    subject BYTEA NOT NULL,
    make_time TIMESTAMPTZ NOT NULL,
    id UUID NOT NULL,
    PRIMARY KEY (subject, make_time, id)
);
CREATE INDEX code_made_by_time ON code_made (make_time);

-- E-mails owed and past (N5, N9, M7). Owed ones are due work too.
CREATE TABLE ledger (
    id UUID PRIMARY KEY,            -- the Message-ID is made from it; of a forwarded letter, the forwarding's
    mailbox UUID NOT NULL,
    subscription UUID,              -- NULL: a forwarded letter
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    letter_count BIGINT NOT NULL,
    open BOOLEAN NOT NULL,          -- further letters join it
    email BYTEA,                    -- sealed; rendered once, erased when nothing is owed any more
    recipient BYTEA,                -- keyed hash of the address it was sent to last
    attempt_count BIGINT NOT NULL,
    tries BIGINT NOT NULL,          -- of those, since tries_since
    tries_since TIMESTAMPTZ NOT NULL, -- since when it is owed, or was set going again by an operator
    last_result TEXT NOT NULL,
    create_time TIMESTAMPTZ NOT NULL,
    state_time TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX ledger_open ON ledger (subscription) WHERE open;
CREATE INDEX ledger_unsent ON ledger (subscription) WHERE state IN ('owed', 'sending', 'parked');
-- For operators' lists; the second counts, and leads to what is long over.
CREATE INDEX ledger_by_time ON ledger (create_time, id);
CREATE INDEX ledger_by_state ON ledger (state, create_time, id, kind);
CREATE INDEX ledger_by_kind ON ledger (kind, create_time, id);
