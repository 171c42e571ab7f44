-- The end of each mailbox's activity log: how many entries, and the link of the last one. Written last in a transaction.
CREATE TABLE activity_head (
    mailbox UUID PRIMARY KEY,
    sequence BIGINT NOT NULL,
    link BYTEA NOT NULL
);

-- The activity log: nothing changes or removes a row (R13). link vouches for the row and, by the link before it, for all
-- earlier ones. message: the letter it was about; of a bulk act messages, 16 bytes each. actor_name is sealed.
CREATE TABLE activity (
    mailbox UUID NOT NULL,
    sequence BIGINT NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    activity_time TIMESTAMPTZ NOT NULL,
    capacity TEXT NOT NULL,
    actor UUID,
    actor_name BYTEA,
    portal TEXT,
    access UUID,
    mark TEXT,
    message UUID,
    messages BYTEA,
    folder UUID,
    file UUID,
    link BYTEA NOT NULL,
    PRIMARY KEY (mailbox, sequence)
) PARTITION BY HASH (mailbox);
CREATE TABLE activity_00 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 0);
CREATE TABLE activity_01 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 1);
CREATE TABLE activity_02 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 2);
CREATE TABLE activity_03 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 3);
CREATE TABLE activity_04 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 4);
CREATE TABLE activity_05 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 5);
CREATE TABLE activity_06 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 6);
CREATE TABLE activity_07 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 7);
CREATE TABLE activity_08 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 8);
CREATE TABLE activity_09 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 9);
CREATE TABLE activity_10 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 10);
CREATE TABLE activity_11 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 11);
CREATE TABLE activity_12 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 12);
CREATE TABLE activity_13 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 13);
CREATE TABLE activity_14 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 14);
CREATE TABLE activity_15 PARTITION OF activity FOR VALUES WITH (MODULUS 16, REMAINDER 15);
CREATE INDEX activity_by_message ON activity (mailbox, message, sequence) WHERE message IS NOT NULL;
CREATE INDEX activity_of_bulk_acts ON activity (mailbox, sequence) WHERE messages IS NOT NULL;

-- How much of each log is vouched for outside the database: the head that was exported last.
CREATE TABLE activity_export (
    mailbox UUID PRIMARY KEY,
    sequence BIGINT NOT NULL
);
