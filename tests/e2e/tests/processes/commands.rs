//! What the programs do instead of serving.

use harness::{Engine, Processes};
use kernel::ServiceName;
use std::process::Output;

const ELSEWHERE: &str = "DIGITALPOST_DATABASE__URL";
const BY_A_JOB: (&str, &str) = ("DIGITALPOST_DATABASE__MIGRATE", "false");
/// The service that is running has the configured ports.
const ANY_PORT: [(&str, &str); 2] =
    [("DIGITALPOST_SERVER__LISTEN", "127.0.0.1:0"), ("DIGITALPOST_TELEMETRY__METRICS_LISTEN", "127.0.0.1:0")];

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_program_migrates_and_refuses_a_schema_that_it_does_not_know() {
    let processes = Processes::start(Engine::Postgres).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for &service in ServiceName::ALL {
        let empty = Engine::Postgres.fresh_database(folder.path(), "empty").await.unwrap().url;
        let mut variables = vec![(ELSEWHERE, empty.as_str()), BY_A_JOB];
        variables.extend(ANY_PORT);

        let unserved = processes.command(service, &[], &variables).unwrap();
        assert_eq!(unserved.status.code(), Some(1), "{}", said(&unserved));
        assert!(said(&unserved).contains("the schema is older than this program"), "{}", said(&unserved));

        for _ in 0..2 {
            let migrated = processes.command(service, &["migrate"], &variables).unwrap();
            assert_eq!(migrated.status.code(), Some(0), "{}", said(&migrated));
        }
        // The schema of another service has steps that this one does not know, or other ones by the same name.
        let other = ServiceName::ALL.iter().find(|&&other| other != service).unwrap();
        let refused = processes.command(*other, &[], &variables).unwrap();
        assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn production_does_not_talk_to_its_database_unprotected() {
    let processes = Processes::start(Engine::Sqlite).await.unwrap();
    let production = [
        ("DIGITALPOST_IDENTITY__PRODUCTION", "true"),
        ("DIGITALPOST_SERVER__REFLECTION", "false"),
        ("DIGITALPOST_SERVICE_TOKEN__KEY_ID", "2026-11"),
        (ELSEWHERE, "postgres://post@localhost:1/post"),
    ];
    let refused = processes.command(ServiceName::Access, &["migrate"], &production).unwrap();
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("database.authority_file"), "{}", said(&refused));
}
