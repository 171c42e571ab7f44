-- Letters sent ahead that are still waiting for their moment, by the id of their due work (M4). They lie in message under a
-- mark that nobody sees.
CREATE TABLE sent_ahead (
    message UUID PRIMARY KEY,
    mailbox UUID NOT NULL,
    sender_cvr TEXT NOT NULL,
    sender_system TEXT NOT NULL,
    message_uuid UUID NOT NULL
);

-- How far the changes of a sender's receipts have been put in order. Whoever orders them holds this row, so that positions
-- become visible in their order.
CREATE TABLE receipt_order (
    sender_cvr TEXT NOT NULL,
    sender_system TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (sender_cvr, sender_system)
);

-- Changes that are not yet in order, oldest letters first; and those that are, in it.
CREATE INDEX delivery_unordered ON delivery (sender_cvr, sender_system, accept_time) WHERE position IS NULL;
CREATE INDEX delivery_by_position ON delivery (sender_cvr, sender_system, position, message_uuid) WHERE position IS NOT NULL;
