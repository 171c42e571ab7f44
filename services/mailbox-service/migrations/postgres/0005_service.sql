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
CREATE FUNCTION refuse_service_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a service record never changes';
END
$$;
CREATE TRIGGER service_record_stays BEFORE UPDATE OR DELETE ON service_record
    FOR EACH ROW EXECUTE FUNCTION refuse_service_record_change();

-- "Digital Post-modtagere": persons whom owners have registered to forward letters to (M9).
CREATE TABLE recipient (
    mailbox UUID NOT NULL,
    id UUID NOT NULL,
    person UUID NOT NULL,
    create_time TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mailbox, id)
);
CREATE UNIQUE INDEX recipient_by_person ON recipient (mailbox, person);
CREATE INDEX recipient_by_time ON recipient (mailbox, create_time DESC, id DESC);

-- Letters forwarded from a mailbox (M7). state: 'delivered' as a copy; by e-mail 'due', then 'sent' or 'failed'. The address is
-- kept only while it is due. mark is the letter's, under which it was seen.
CREATE TABLE forward (
    mailbox UUID NOT NULL,
    id UUID NOT NULL,
    message UUID NOT NULL,
    mark TEXT NOT NULL,
    forwarded_by UUID NOT NULL,
    state TEXT NOT NULL,
    address BYTEA,
    comment BYTEA NOT NULL,
    accept_time TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mailbox, id)
);

-- Moments that count against limits, by the keyed hash of whose they are: particulars that fit nobody (A2), forwardings (M7).
CREATE TABLE tally (
    subject BYTEA NOT NULL,
    id UUID NOT NULL,
    moment TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (subject, id)
);
CREATE INDEX tally_by_subject ON tally (subject, moment);
CREATE INDEX tally_by_time ON tally (moment);
