-- The few unserved messages for service of a mailbox, which a reader's search tells apart (R12).
CREATE INDEX message_unserved ON message (mailbox, available_time DESC, id DESC) WHERE service_state = 'unserved';
