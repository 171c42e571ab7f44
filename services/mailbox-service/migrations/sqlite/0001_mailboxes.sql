-- Persons and their mailboxes: one person, one mailbox, one id (P1). wrapped_key is the data key that seals all of it.
CREATE TABLE person (
    id UUID PRIMARY KEY,
    key_id TEXT NOT NULL,
    wrapped_key BYTEA NOT NULL,
    cpr BYTEA NOT NULL,
    first_name BYTEA NOT NULL,
    last_name BYTEA NOT NULL,
    postal_address BYTEA,
    status TEXT NOT NULL,
    death_date TEXT,
    close_time TIMESTAMPTZ,
    -- The granted exemption in force, if any (X3); what it says stands in its own table.
    exemption UUID,
    create_time TIMESTAMPTZ NOT NULL
);

-- Keyed hashes of present and former CPR numbers: all of them lead to the same person (P1).
CREATE TABLE cpr_lookup (
    hash BYTEA PRIMARY KEY,
    person UUID NOT NULL
);

-- What owners have chosen (P4). No row: nothing chosen yet.
CREATE TABLE settings (
    mailbox UUID PRIMARY KEY,
    show_in_e_boks BOOLEAN NOT NULL,
    show_in_mit_dk BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    update_time TIMESTAMPTZ NOT NULL
);

-- Folders that people made. parent is the nil UUID at the top, so that names are unique there too.
CREATE TABLE folder (
    mailbox UUID NOT NULL,
    id UUID NOT NULL,
    parent UUID NOT NULL,
    name BYTEA NOT NULL,
    name_hash BYTEA NOT NULL,
    version BIGINT NOT NULL,
    create_time TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (mailbox, id)
);
CREATE UNIQUE INDEX folder_by_name ON folder (mailbox, parent, name_hash);

-- Counters, kept in the transaction that changes them. mark: 'public', or the portal of private post.
CREATE TABLE folder_count (
    mailbox UUID NOT NULL,
    folder UUID NOT NULL,
    mark TEXT NOT NULL,
    total BIGINT NOT NULL,
    unread BIGINT NOT NULL,
    PRIMARY KEY (mailbox, folder, mark)
);

-- Letters. available_time is when the owner was bound by it; nothing changes it (A17). service_state: 'unserved' or 'served'
-- of a message for service, NULL of any other (R12). tags: the keyed tags of its words, sealed (M6); before the long columns,
-- so that searching does not read those. origin: where a forwarded copy comes
-- from (M7). sent_to: of a letter that its owner wrote. reply_point and reply_by: where among its sender's contact points, and until
-- when, it can be answered. answers: the letter it answers (R9).
CREATE TABLE message (
    mailbox UUID NOT NULL,
    id UUID NOT NULL,
    folder UUID NOT NULL,
    mark TEXT NOT NULL,
    is_read BOOLEAN NOT NULL,
    available_time TIMESTAMPTZ NOT NULL,
    sender_kind TEXT NOT NULL,
    sender_cvr TEXT,
    sender_system TEXT,
    sender_uuid UUID,
    tags BYTEA NOT NULL,
    sender_name BYTEA NOT NULL,
    subject BYTEA NOT NULL,
    body BYTEA NOT NULL,
    link BYTEA,
    legal_basis TEXT,
    service_state TEXT,
    origin BYTEA,
    sent_to BYTEA,
    reply_point TEXT,
    reply_by TIMESTAMPTZ,
    answers BYTEA,
    file_count BIGINT NOT NULL,
    files_size BIGINT NOT NULL,
    bin_time TIMESTAMPTZ,
    bin_from UUID,
    PRIMARY KEY (mailbox, id)
);
CREATE INDEX message_by_folder ON message (mailbox, folder, available_time DESC, id DESC);
CREATE INDEX message_by_time ON message (mailbox, available_time DESC, id DESC);
-- What has lain in the bin for long enough (M5).
CREATE INDEX message_by_bin_time ON message (bin_time) WHERE bin_time IS NOT NULL;

-- The files of letters. Each mailbox that holds a file has the file's key, wrapped by its own. sha256 is sealed as the name
-- is: in the clear it would tell which known document somebody got.
CREATE TABLE message_file (
    mailbox UUID NOT NULL,
    message UUID NOT NULL,
    ordinal BIGINT NOT NULL,
    file UUID NOT NULL,
    wrapped_key BYTEA NOT NULL,
    name BYTEA NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    is_main BOOLEAN NOT NULL,
    PRIMARY KEY (mailbox, message, ordinal)
);
CREATE INDEX message_file_by_file ON message_file (file);

-- Files on their way to letters. Written before the object, so that nothing lies in the object store unknown. content: keyed
-- hash of what is in the file, by which a caller's same file is stored once. multipart: the object store's name of an
-- object that is being written in parts, for stores that keep the parts until they are told otherwise. expire_time: until
-- when it can be attached; of one that is not complete, until when it must be.
CREATE TABLE upload (
    id UUID PRIMARY KEY,
    caller BYTEA NOT NULL,
    content BYTEA NOT NULL,
    file UUID NOT NULL,
    multipart TEXT,
    key_id TEXT NOT NULL,
    wrapped_key BYTEA NOT NULL,
    name BYTEA NOT NULL,
    media_type TEXT,
    size BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    complete BOOLEAN NOT NULL,
    expire_time TIMESTAMPTZ NOT NULL
);
CREATE INDEX upload_by_file ON upload (file);
CREATE INDEX upload_by_content ON upload (caller, content);

-- What was delivered, once for each sender system and UUID (M2). stated: keyed hash of the delivery in its very words;
-- content: of the same with the files it names by what is in them.
CREATE TABLE delivery (
    sender_cvr TEXT NOT NULL,
    sender_system TEXT NOT NULL,
    message_uuid UUID NOT NULL,
    stated BYTEA NOT NULL,
    content BYTEA NOT NULL,
    mailbox UUID NOT NULL,
    message UUID NOT NULL,
    accept_time TIMESTAMPTZ NOT NULL,
    -- Of a letter sent ahead: from when it is to be visible (M4).
    visible_from TIMESTAMPTZ,
    -- When it became available; written once (A17).
    available_time TIMESTAMPTZ,
    first_open_time TIMESTAMPTZ,
    withdraw_time TIMESTAMPTZ,
    return_time TIMESTAMPTZ,
    return_reason TEXT,
    -- Where its last change stands among the changes of the sender's receipts; NULL: not yet put in order.
    position BIGINT,
    served_time TIMESTAMPTZ,
    PRIMARY KEY (sender_cvr, sender_system, message_uuid)
);
