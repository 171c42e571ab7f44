//! The restore drill (REL-F8): everything is lost, and brought back to one moment from a backup that was taken under load.

use crate::trials::number;
use harness::actor::authority::pdf;
use harness::postgres::{self, Archived};
use harness::{Citizen, Letter, Mail, Person, Processes, Refusable as _, Suite, Until, size};
use kernel::ServiceName;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const ADDRESS: &str = "niels@example.dk";
const PATIENCE: Duration = Duration::from_mins(5);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How many letters of the mass mailing go into one stream.
const STREAM: usize = 500;

const ON_THE_WAY: &str = "SELECT COUNT(*)::text FROM outbox";
const OWED: &str = "SELECT COUNT(*)::text FROM ledger WHERE state IN ('owed', 'sending')";

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < PATIENCE, "in vain waited for: {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Nothing is on its way between the services, and no e-mail is owed.
async fn quiet(processes: &Processes) {
    let none = async |service, query| postgres::texts(processes.database_url(service), query).await.unwrap() == ["0"];
    until("quiet", async || {
        for &service in ServiceName::ALL {
            if !none(service, ON_THE_WAY).await {
                return false;
            }
        }
        none(ServiceName::Notification, OWED).await
    })
    .await;
}

/// How many letters Niels was told of.
fn told(suite: &Suite) -> usize {
    suite.mails_to(ADDRESS).iter().filter_map(Mail::letters).sum()
}

async fn delivers(suite: &Suite, to: &Citizen, subject: &str) -> String {
    let receipt = suite.authority().delivers(&to.person, Letter::about(subject).with_pdf("brev.pdf")).await;
    receipt.unwrap().message
}

/// A mass mailing to others, so that there is something to restore.
async fn fills(suite: &Suite, letters: usize) {
    let (authority, mut crowd) = (suite.authority(), Vec::new());
    for number in 0..20 {
        crowd.push(suite.citizen(Person::of_crowd(number)).await);
    }
    for from in (0..letters).step_by(STREAM) {
        let mut stream = Vec::new();
        for number in from..letters.min(from + STREAM) {
            let to = &crowd[number % crowd.len()].person;
            stream.push(authority.prepares(to, Letter::about(&format!("Masse {number}"))).await.unwrap());
        }
        authority.sends_all(stream).await.unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    let done = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(done.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_at_the_moment_is_there_after_a_restore() {
    let mut server = Archived::start().await.unwrap();
    let mut processes = Processes::start_on_server(&server).await.unwrap();
    let suite = processes.suite().clone();
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let former = suite.citizen(Person::mette()).await;
    let ended = karen.gives_access(&former, Until::Never).await.unwrap();
    karen.removes(&former.approves(&ended).await.unwrap()).await.unwrap();
    let subscription = niels.switches_on_mail(&access, ADDRESS).await.unwrap();
    until("a code", async || !suite.mails_to(ADDRESS).is_empty()).await;
    let code = suite.mails_to(ADDRESS)[0].code().unwrap();
    niels.enters_code(&subscription, &code).await.unwrap();
    fills(&suite, number(size(200, 100_000))).await;

    // The backup is taken while letters come in.
    let mut letters = Vec::new();
    let backing_up = tokio::task::spawn_blocking(move || server.back_up().map(|()| server));
    while !backing_up.is_finished() || letters.len() < 5 {
        letters.push(delivers(&suite, &karen, &format!("Før {}", letters.len())).await);
    }
    server = backing_up.await.unwrap().unwrap();
    quiet(&processes).await;
    let (told_then, then) = (told(&suite), karen.subjects(&karen.mailbox).await.unwrap());
    assert_eq!(told_then, letters.len());
    let moment = server.moment().await.unwrap();

    // What comes after the moment was acknowledged, and is lost.
    for number in 0..5 {
        delivers(&suite, &karen, &format!("Efter {number}")).await;
    }
    quiet(&processes).await;
    let told_at_last = told(&suite);
    assert_eq!(told_at_last, told_then + 5);
    // A process exports the ends of activity logs when it starts, and every minute.
    let heads = suite.secrets().layout().activity_heads();
    let exported = || fs::read_dir(&heads).unwrap().count();
    let before = exported();
    processes.restart(ServiceName::Mailbox).await.unwrap();
    until("an export", async || exported() > before).await;
    server.archives_all().await.unwrap();
    let files = suite.secrets().layout().files();
    let kept = suite.folder().join("files-kept");
    copy(&files, &kept);
    processes.kill_all().unwrap();
    server.lose().unwrap();
    fs::remove_dir_all(&files).unwrap();

    let began = Instant::now();
    copy(&kept, &files);
    server.restore(&moment).await.unwrap();
    let restored = began.elapsed();
    processes.start_all_again().await.unwrap();
    let held =
        postgres::texts(processes.database_url(ServiceName::Mailbox), "SELECT COUNT(*)::text FROM message").await;
    println!("{} letters: restored in {restored:.1?}, serving after {:.1?}", held.unwrap()[0], began.elapsed());

    assert_eq!(karen.subjects(&karen.mailbox).await.unwrap(), then, "those up to the moment, each once");
    for letter in &letters {
        let opened = niels.opens(letter).await.unwrap();
        let subject = opened.summary.unwrap().subject;
        assert!(niels.downloads(&opened.files[0].name, 0).await.unwrap().1 == pdf(&subject), "{subject}");
    }
    former.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
    niels.enters_code(&subscription, &code).await.refused("CODE_REFUSED");
    quiet(&processes).await;
    assert_eq!(told(&suite), told_at_last, "nobody is told again of what they were told");
    delivers(&suite, &karen, "Siden").await;
    quiet(&processes).await;
    assert_eq!(told(&suite), told_at_last + 1, "and goes on being told");
    verifies(&processes, &heads);
}

/// The logs hold; the ends that were exported after the moment tell what was lost.
fn verifies(processes: &Processes, heads: &Path) {
    let verified = |words: &[&str]| {
        let output = processes.command(ServiceName::Mailbox, words, &[]).unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = verified(&["verify-activity"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = verified(&["verify-activity", "--export", heads.to_str().unwrap()]);
    assert_eq!(code, Some(3), "{said}");
    println!("{said}");
}
