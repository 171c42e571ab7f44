-- Authorities that citizens can write to (P7). version: of the list of contact points. sequence: how many letters have come; a
-- letter holds the row until it is committed, so that numbers are seen in their order and none is skipped.
CREATE TABLE authority (
    cvr TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    sequence BIGINT NOT NULL
);

-- Where citizens can write to. One that its authority has left out stays, so that a list that is being read goes on after it.
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
