-- That a message was served: one record for each, which nothing changes (R12, M8). The names are those of that moment. It
-- outlives the letter.
CREATE TABLE service_record (
    mailbox UUID NOT NULL,
    message UUID NOT NULL,
    owner_name BYTEA NOT NULL,
    served_person UUID NOT NULL,
    served_name BYTEA NOT NULL,
    capacity TEXT NOT NULL,
    portal TEXT NOT NULL,
    serve_time TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mailbox, message)
);
CREATE TRIGGER service_record_stays_as_it_is BEFORE UPDATE ON service_record
BEGIN
    SELECT RAISE(ABORT, 'a service record never changes');
END;
CREATE TRIGGER service_record_stays BEFORE DELETE ON service_record
BEGIN
    SELECT RAISE(ABORT, 'a service record never goes');
END;
