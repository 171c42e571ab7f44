//! The schema changes while processes run (REL-F5): `migrate` is killed half-way and run again, ten run at once, and what
//! was running before goes on on a schema that has more than it knows.

use crate::traffic::Traffic;
use crate::trials::{self, number};
use harness::{Engine, Processes, Settings, postgres, size};
use kernel::ServiceName;
use std::process::Output;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How many steps are taken.
const STEPS_TAKEN: &str = "SELECT COUNT(*)::text FROM _sqlx_migrations WHERE success";
/// Whether there is a list of steps at all.
const IS_BEGUN: &str = "SELECT COUNT(*)::text FROM pg_class WHERE relname = '_sqlx_migrations'";
const TABLES: &str = "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition \
     AND relnamespace = 'public'::regnamespace AND relname <> '_sqlx_migrations' ORDER BY relname";
/// What the step after all known ones does to a table: a column more, which changes every row that is read whole.
const MORE: &str = "ADD COLUMN known_to_the_next_version TEXT";
/// What is kept of a step; a process looks at it when it starts.
const NOTE: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
     VALUES (9999, 'known to the next version', TRUE, '\\x00', 0)";

/// One that goes with the folder.
async fn empty_database(folder: &TempDir) -> String {
    Engine::Postgres.fresh_database(folder.path(), "").await.unwrap().url
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn count(url: &str, query: &'static str) -> usize {
    postgres::texts(url, query).await.unwrap()[0].parse().unwrap()
}

async fn steps_taken(url: &str) -> usize {
    if count(url, IS_BEGUN).await == 0 { 0 } else { count(url, STEPS_TAKEN).await }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_is_killed_anywhere_is_done_by_the_next() {
    let processes = Processes::start(Engine::Postgres).await.unwrap();
    let kills = number(size(4, 50));
    for &service in ServiceName::ALL {
        let folder = tempfile::tempdir().unwrap();
        let whole = empty_database(&folder).await;
        let elsewhere = |url: &'static str| [("DIGITALPOST_DATABASE__URL", url)];
        let started = Instant::now();
        let migrated = processes.command(service, &["migrate"], &elsewhere(whole.clone().leak())).unwrap();
        let takes = started.elapsed();
        assert!(migrated.status.success(), "{}", said(&migrated));
        let steps = steps_taken(&whole).await;
        let (mut half_way, mut killed) = (0, 0);
        for trial in 0..kills {
            let folder = tempfile::tempdir().unwrap();
            let url: &'static str = empty_database(&folder).await.leak();
            let mut migrating = processes.begin_command(service, &["migrate"], &elsewhere(url)).unwrap();
            // Neither before there is a connection nor, mostly, when all is done.
            let share = 0.2 + 0.6 * f64::from(u32::try_from(trial).unwrap()) / f64::from(u32::try_from(kills).unwrap());
            let moment = takes.mul_f64(share);
            tokio::time::sleep(moment).await;
            migrating.kill().unwrap();
            killed += usize::from(!migrating.wait().unwrap().success());
            let reached = steps_taken(url).await;
            half_way += usize::from(reached > 0 && reached < steps);
            let again = processes.command(service, &["migrate"], &elsewhere(url)).unwrap();
            assert!(again.status.success(), "{service}, after {reached} of {steps} steps: {}", said(&again));
            assert_eq!(steps_taken(url).await, steps);
            assert_eq!(postgres::texts(url, TABLES).await.unwrap(), postgres::texts(&whole, TABLES).await.unwrap());
        }
        println!("{service}: {killed} of {kills} were killed within {takes:?}, {half_way} between its {steps} steps");
        assert!(killed > 0, "{service} was always killed too late");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_that_migrate_at_once_each_ends_well() {
    let processes = Processes::start(Engine::Postgres).await.unwrap();
    for &service in ServiceName::ALL {
        let folder = tempfile::tempdir().unwrap();
        let url = empty_database(&folder).await;
        let elsewhere = [("DIGITALPOST_DATABASE__URL", url.as_str())];
        let ten: Vec<_> =
            (0..10).map(|_| processes.begin_command(service, &["migrate"], &elsewhere).unwrap()).collect();
        for migrating in ten {
            let output = migrating.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", said(&output));
        }
        // A step that was taken twice would have found its tables there already, and failed.
        assert!(steps_taken(&url).await > 1);
    }
}

/// First an upgrade stands half-way: of each service one replica is new and one what was there before, of an earlier version
/// if one is at hand. Then comes the step of a next version, which may add: who runs goes on; who is started anew refuses until
/// it is replaced.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_runs_goes_on_while_the_schema_grows() {
    let mut processes = trials::of_an_earlier_version(2, Settings::default()).await;
    let rate = u32::try_from(size(30, 200)).unwrap();
    let (long, traffic) =
        (Duration::from_secs(u64::try_from(size(2, 60)).unwrap()), Traffic::new(&processes, rate).await);
    let growing = async {
        processes.migrate().await.unwrap();
        for &service in ServiceName::ALL {
            processes.restart_replica(service, 0).await.unwrap();
        }
        tokio::time::sleep(long).await;
        for &service in ServiceName::ALL {
            let url = processes.database_url(service);
            for table in postgres::texts(url, TABLES).await.unwrap() {
                let step = format!("ALTER TABLE {table} {MORE}; CREATE TABLE next_{table} (id UUID PRIMARY KEY)");
                postgres::execute(url, step).await.unwrap();
            }
            postgres::execute(url, NOTE.to_owned()).await.unwrap();
            let by_a_job = [
                ("DIGITALPOST_DATABASE__MIGRATE", "false"),
                ("DIGITALPOST_SERVER__LISTEN", "127.0.0.1:0"),
                ("DIGITALPOST_TELEMETRY__METRICS_LISTEN", "127.0.0.1:0"),
            ];
            let anew = processes.command(service, &[], &by_a_job).unwrap();
            assert_eq!(anew.status.code(), Some(1), "{}", said(&anew));
            assert!(said(&anew).contains("9999"), "{}", said(&anew));
        }
        tokio::time::sleep(long).await;
    };
    traffic.flows_during(growing).await;
}
