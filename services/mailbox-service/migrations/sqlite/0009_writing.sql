-- Letters from citizens to an authority, each under the id of the writer's own copy. What was written is kept, sealed with a key of
-- the letter's own, until the authority has acknowledged it: the copy is the citizen's to delete. After that the row only knows
-- that there was a letter, so that it can be acknowledged again and answered.
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
CREATE INDEX reply_to_fetch_at ON reply (cvr, contact_point, sequence) WHERE acknowledge_time IS NULL;
-- For the replacement of wrapping keys.
CREATE UNIQUE INDEX reply_by_id ON reply (id) WHERE key_id IS NOT NULL;

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
