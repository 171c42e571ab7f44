-- Every act of a caseworker for a subscriber who attended, written with the change that it made and never altered (A24).
CREATE TABLE caseworker_record (
    mailbox UUID NOT NULL,
    subscription UUID NOT NULL,
    id UUID NOT NULL,
    citizen UUID NOT NULL,          -- the subscriber
    act TEXT NOT NULL,              -- the name of the RPC
    caseworker TEXT NOT NULL,
    municipality TEXT NOT NULL,
    cvr TEXT NOT NULL,
    identification TEXT NOT NULL,
    identification_description TEXT,
    case_reference TEXT NOT NULL,
    record_time TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mailbox, subscription, id)
);

-- Every look of a caseworker at the subscriptions of an access, never altered.
CREATE TABLE caseworker_look (
    mailbox UUID NOT NULL,
    access UUID NOT NULL,
    id UUID NOT NULL,
    caseworker TEXT NOT NULL,
    municipality TEXT NOT NULL,
    cvr TEXT NOT NULL,
    look_time TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mailbox, access, id)
);
