//! Keys at rest are replaced while the services run.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harness::actor::authority::pdf;
use harness::actor::register::registration;
use harness::{Engine, Letter, Mail, Person, Processes};
use kernel::ServiceName;
use serde_json::Value;
use std::time::{Duration, Instant};

/// More than a few batches.
const CROWD: u32 = 350;
const ADDRESS: &str = "niels@example.dk";
const WITH_KEYS: [ServiceName; 2] = [ServiceName::Mailbox, ServiceName::Notification];

mod keys_at_rest_are_replaced_while_the_services_run {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        keys_are_replaced(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        keys_are_replaced(Engine::Postgres).await;
    }
}

async fn keys_are_replaced(engine: Engine) {
    let mut processes = Processes::start(engine).await.unwrap();
    let suite = processes.suite().clone();
    let (authority, register) = (suite.authority(), suite.register());
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let receipt = authority.delivers(&karen.person, Letter::about("Fra før").with_pdf("før.pdf")).await.unwrap();
    let waiting = authority.prepares(&niels.person, Letter::about("Venter").with_pdf("venter.pdf")).await.unwrap();
    let started = niels.switches_on_mail(&access, ADDRESS).await.unwrap();
    let code = code(&suite).await;
    let subscription = niels.enters_code(&started, &code).await.unwrap();
    let crowd = (0..CROWD).map(|number| registration(&Person::of_crowd(number))).collect();
    register.registers_all(crowd).await.unwrap();

    // The new key comes, and is the active one; the old one is still there.
    for service in WITH_KEYS {
        change_keys(&processes, service, |keys| {
            keys["keys"]["second"] = STANDARD.encode([7; 32]).into();
            keys["active"] = "second".into();
        });
        processes.restart(service).await.unwrap();
    }
    register.registers(registration(&Person::ole())).await.unwrap();
    // Two commands share the work, beside the running services.
    let commands =
        WITH_KEYS.map(|service| [0; 2].map(|_| processes.begin_command(service, &["rewrap-keys"], &[]).unwrap()));
    let mut said = String::new();
    for command in commands.into_iter().flatten() {
        let output = command.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        said.push_str(&String::from_utf8(output.stdout).unwrap());
    }
    assert_eq!(rewrapped(&said, "person"), u64::from(CROWD) + 2, "each once, and Ole's not: {said}");
    assert_eq!((rewrapped(&said, "upload"), rewrapped(&said, "subscription")), (2, 1), "{said}");

    // The old one is gone.
    for service in WITH_KEYS {
        change_keys(&processes, service, |keys| keys["keys"].as_object_mut().unwrap().retain(|id, _| id == "second"));
        processes.restart(service).await.unwrap();
    }
    let opened = karen.opens(&receipt.message).await.unwrap();
    assert_eq!(opened.summary.unwrap().subject, "Fra før");
    assert!(niels.downloads(&opened.files[0].name, 0).await.unwrap().1 == pdf("Fra før"));
    let attached = authority.sends(waiting).await.unwrap();
    let opened = niels.opens(&attached.message).await.unwrap();
    assert!(niels.downloads(&opened.files[0].name, 0).await.unwrap().1 == pdf("Venter"));
    let seen = niels.sees_subscription(&subscription.name).await.unwrap();
    assert_eq!(seen.email_address, subscription.email_address);
    assert!(!seen.email_address.is_empty());
    assert!(karen.finds(&karen.mailbox, "før").await.unwrap().contains(&"Fra før".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_gone_too_early_is_told() {
    let processes = Processes::start(Engine::Sqlite).await.unwrap();
    processes.suite().citizen(Person::karen()).await;
    change_keys(&processes, ServiceName::Mailbox, |keys| {
        keys["keys"] = serde_json::json!({ "second": STANDARD.encode([7; 32]) });
        keys["active"] = "second".into();
    });
    let output =
        processes.begin_command(ServiceName::Mailbox, &["rewrap-keys"], &[]).unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("person: 0 keys wrapped by \"second\", 1 can't be"));
}

/// How many keys of a table the commands say that they wrapped, all of them together.
fn rewrapped(said: &str, table: &str) -> u64 {
    let of_table = said.lines().filter_map(|line| line.strip_prefix(table)?.strip_prefix(": ")?.split_once(" keys"));
    of_table.map(|(count, _)| count.parse::<u64>().unwrap()).sum()
}

fn change_keys(processes: &Processes, service: ServiceName, change: impl FnOnce(&mut Value)) {
    let file = processes.suite().secrets().layout().keys(service);
    let mut keys = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    change(&mut keys);
    std::fs::write(file, keys.to_string()).unwrap();
}

/// The code that was sent to Niels.
async fn code(suite: &harness::Suite) -> String {
    let began = Instant::now();
    loop {
        if let Some(code) = suite.mails_to(ADDRESS).pop().as_ref().and_then(Mail::code) {
            return code;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "no code comes");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
