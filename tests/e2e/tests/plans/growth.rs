//! Tables as large as need be for PostgreSQL to choose as it does where there are millions of rows.

use harness::postgres;
use std::collections::BTreeSet;

/// Copies of one row of each table under ids and hashes of their own, 20,000 of each, and more of the smallest rows, which are
/// the cheapest to read whole; then the statistics. What is due, or on its way, is not copied: somebody would do it.
const GROW: &str = "
    DO $$ DECLARE grown RECORD; BEGIN
        FOR grown IN
            SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) AS columns,
                string_agg(CASE
                    WHEN a.atttypid = 'uuid'::regtype
                        THEN format('CASE WHEN %1$I IS NOT NULL THEN gen_random_uuid() END', a.attname)
                    WHEN a.atttypid = 'bytea'::regtype AND a.attname IN ('hash', 'cpr_hash', 'subject')
                        THEN 'sha256(gen_random_uuid()::text::bytea)'
                    ELSE quote_ident(a.attname) END, ', ' ORDER BY a.attnum) AS copied
            FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
                AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                AND c.relname NOT IN ('due_work', 'outbox', 'request', 'upload', 'waiting_address', 'access_change',
                    'activity_head', 'activity_export')
            GROUP BY c.relname
        LOOP
            EXECUTE format('INSERT INTO %1$I (%2$s) SELECT %3$s FROM (SELECT * FROM %1$I LIMIT 1) AS one, \
                generate_series(1, %4$s) ON CONFLICT DO NOTHING', grown.name, grown.columns, grown.copied, \
                CASE grown.name WHEN 'cpr_lookup' THEN 200000 ELSE 20000 END);
        END LOOP;
    END $$;
    ANALYZE";

/// The tables that are large now.
const LARGE: &str = "SELECT c.relname::text FROM pg_class AS c WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition \
     AND c.reltuples >= 20000";

/// Lets the tables grow; which are large then.
pub(crate) async fn grow() -> BTreeSet<String> {
    let mut large = BTreeSet::new();
    for url in postgres::databases() {
        postgres::execute(&url, GROW.to_owned()).await.unwrap();
        large.extend(postgres::texts(&url, LARGE).await.unwrap());
    }
    large
}
