-- Divides mailbox-service's database by mailbox over the nodes of a Citus cluster. Read README.md first: what it says
-- must change in the program comes before this. Run while no process of the service runs, on the coordinator, after `migrate`.

-- 1. Plain PostgreSQL: whatever is unique must hold the column that a table is divided by.
ALTER TABLE sent_ahead DROP CONSTRAINT sent_ahead_pkey;
ALTER TABLE sent_ahead ADD PRIMARY KEY (mailbox, message);
CREATE INDEX sent_ahead_by_message ON sent_ahead (message);
DROP INDEX reply_by_id;
CREATE INDEX reply_by_id ON reply (id) WHERE key_id IS NOT NULL;
-- Citus takes no triggers by default. What this one refuses, the role of the service is not granted instead.
DROP TRIGGER service_record_stays ON service_record;

-- 2. By mailbox: one mailbox, one shard, whatever is done in it.
SELECT create_distributed_table('person', 'id', shard_count => 64);
SELECT create_distributed_table('settings', 'mailbox', colocate_with => 'person');
SELECT create_distributed_table('exemption', 'person', colocate_with => 'person');
SELECT create_distributed_table('folder', 'mailbox', colocate_with => 'person');
SELECT create_distributed_table('folder_count', 'mailbox', colocate_with => 'person');
SELECT create_distributed_table('message', 'mailbox', colocate_with => 'person');
SELECT create_distributed_table('message_file', 'mailbox', colocate_with => 'person');
SELECT create_distributed_table('sent_ahead', 'mailbox', colocate_with => 'person');
SELECT create_distributed_table('activity', 'mailbox', colocate_with => 'person');
SELECT create_distributed_table('activity_head', 'mailbox', colocate_with => 'person');
SELECT create_distributed_table('activity_export', 'mailbox', colocate_with => 'person');
SELECT create_distributed_table('service_record', 'mailbox', colocate_with => 'person');
SELECT create_distributed_table('recipient', 'mailbox', colocate_with => 'person');
SELECT create_distributed_table('forward', 'mailbox', colocate_with => 'person');

-- 3. By whoever writes or sends: what must be unique over all mailboxes, and what an authority fetches.
SELECT create_distributed_table('authority', 'cvr', shard_count => 64);
SELECT create_distributed_table('reply', 'cvr', colocate_with => 'authority');
SELECT create_distributed_table('reply_file', 'cvr', colocate_with => 'authority');
SELECT create_distributed_table('delivery', 'sender_cvr', colocate_with => 'authority');
SELECT create_distributed_table('receipt_order', 'sender_cvr', colocate_with => 'authority');
SELECT create_distributed_table('cpr_lookup', 'hash', colocate_with => 'none', shard_count => 64);
SELECT create_distributed_table('request', 'caller', colocate_with => 'none', shard_count => 64);
SELECT create_distributed_table('tally', 'subject', colocate_with => 'none', shard_count => 64);
SELECT create_distributed_table('inbox', 'event_id', colocate_with => 'none', shard_count => 64);
SELECT create_distributed_table('upload', 'id', colocate_with => 'none', shard_count => 64);

-- 4. Small, read beside every letter: on every node.
SELECT create_reference_table('contact_point');

-- 5. Small, and claimed by workers with SKIP LOCKED, which Citus has for one shard only: on the coordinator.
SELECT citus_add_local_table_to_metadata('due_work');
SELECT citus_add_local_table_to_metadata('outbox');
SELECT citus_add_local_table_to_metadata('clock_floor');
