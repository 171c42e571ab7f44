-- Authorities that take post from citizens (P7). version: of the list of contact points. sequence: how many letters have come; a
-- letter locks the row until it is committed, so that numbers are seen in their order and none is skipped.
CREATE TABLE authority (
    cvr TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    sequence BIGINT NOT NULL
);

-- Where citizens can write to. One that its authority has left out stays for the letters that name it.
-- sort_key orders by authority and name, bytes alike on both engines; folded is what a query looks in.
CREATE TABLE contact_point (
    cvr TEXT NOT NULL,
    id TEXT NOT NULL,
    authority_name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    description TEXT NOT NULL,
    accepts_new_post BOOLEAN NOT NULL,
    left_out BOOLEAN NOT NULL,
    sort_key BYTEA NOT NULL,
    folded TEXT NOT NULL,
    PRIMARY KEY (cvr, id)
);
CREATE UNIQUE INDEX contact_point_by_name ON contact_point (sort_key) WHERE NOT left_out;

-- Letters from citizens to an authority. What was written is kept, sealed with a key of the letter's own, until the authority has
-- acknowledged it: the citizen's copy is the citizen's to delete.
CREATE TABLE reply (
    cvr TEXT NOT NULL,
    id UUID NOT NULL,
    sequence BIGINT NOT NULL,
    contact_point TEXT NOT NULL,
    writer UUID NOT NULL,
    answers UUID,
    by_reader BOOLEAN NOT NULL,
    key_id TEXT,
    wrapped_key BYTEA,
    writer_cpr BYTEA,
    writer_name BYTEA,
    subject BYTEA,
    body BYTEA,
    send_time TIMESTAMPTZ NOT NULL,
    acknowledge_time TIMESTAMPTZ,
    PRIMARY KEY (cvr, id)
);
CREATE INDEX reply_to_fetch ON reply (cvr, sequence) WHERE acknowledge_time IS NULL;

-- The files of those letters, gone with what was written.
CREATE TABLE reply_file (
    cvr TEXT NOT NULL,
    reply UUID NOT NULL,
    ordinal BIGINT NOT NULL,
    file UUID NOT NULL,
    wrapped_key BYTEA NOT NULL,
    name BYTEA NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    PRIMARY KEY (cvr, reply, ordinal)
);
CREATE INDEX reply_file_by_file ON reply_file (file);
