//! kill -9 of every process while e-mails are sent: every letter owed an e-mail is told of, and nothing else is.

use crate::emails::Emails;
use crate::trials::number;
use api::notification::v1::{LedgerKind, LedgerState};
use harness::scripted::{Act, Moment, Taken};
use harness::{Citizen, Engine, Letter, Person, Processes, ScriptedServer, Settings, Suite, size};
use kernel::ServiceName;
use std::time::{Duration, Instant};

/// How many processes there are of each service.
const REPLICAS: usize = 2;
/// How long it may take until work of a process that was killed is done elsewhere.
const RECOVERY: Duration = Duration::from_secs(30);
/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How often a letter comes in: forty a second, and as many e-mails. Denmark's tax day has twice as many of them for all processes
/// there are (deploy/README.md).
const PACE: Duration = Duration::from_millis(25);
/// Where all have their addresses.
const DOMAIN: &str = "example.dk";
/// How many e-mails a process sends at once.
const AT_ONCE: usize = 16;

/// Where in the sending of an e-mail a process is killed. The e-mail is kept by the server in those that bring a second one
/// for certain: few of all.
const EDGES: [(Moment, Act); 12] = [
    // Claimed and rendered, and committed; nothing is handed over yet.
    (Moment::Mail, Act::Stall),
    (Moment::Rcpt, Act::Stall),
    (Moment::Data, Act::Stall),
    // The server has it, and has not said so.
    (Moment::Message, Act::KeepAndStall),
    (Moment::Rcpt, Act::Stall),
    (Moment::Mail, Act::Stall),
    (Moment::Data, Act::Stall),
    (Moment::Message, Act::Stall),
    // The server has said so, and it is not marked.
    (Moment::Message, Act::Say("250 2.0.0 taken")),
    (Moment::Mail, Act::Stall),
    (Moment::Rcpt, Act::Stall),
    (Moment::Message, Act::HangUp),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n9_every_letter_is_told_of_when_processes_are_killed() {
    let (kills, letters) = (number(size(6, 500)), size(120, 10_000));
    let folder = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start(folder.path()).await.unwrap();
    let config = notification_service::config::MailConfig { patience_seconds: 30, ..server.config() };
    let settings = Settings { mail: Some(config), ..Settings::default() };
    let mut processes = Processes::start_with(Engine::Postgres, REPLICAS, settings).await.unwrap();
    let suite = processes.suite().clone();
    let mut citizens = Vec::new();
    for number in 0..size(6, 50) {
        citizens.push(subscriber(&suite, &server, number, DOMAIN).await);
    }
    let mut run = Run::of(citizens.len());
    // In each round the senders, and one of those that they hear from and ask.
    let rounds = kills.div_ceil(REPLICAS + 1);
    for round in 0..rounds {
        let (moment, act) = EDGES[round % EDGES.len()];
        let reached = server.does_once(moment, act);
        let share = letters * (round + 1) / rounds - letters * round / rounds;
        run.delivers(&suite, &citizens, share).await;
        tokio::time::timeout(RECOVERY, reached).await.expect("the edge is reached").unwrap();
        // Which of them is there is not known: all are killed, one after the other, so that mostly somebody is left.
        for replica in 0..REPLICAS {
            processes.kill_and_restart_replica(ServiceName::Notification, replica).await.unwrap();
            run.kills += 1;
        }
        let other = [ServiceName::Mailbox, ServiceName::Access][round % 2];
        processes.kill_and_restart_replica(other, round / 2 % REPLICAS).await.unwrap();
        run.kills += 1;
        run.all_are_told(&server).await;
    }
    assert!(run.kills >= kills, "only {} kills", run.kills);
    run.report(letters);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn n9_an_orderly_end_finishes_what_is_being_sent_and_begins_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start(folder.path()).await.unwrap();
    let config = notification_service::config::MailConfig { parallel: 1, patience_seconds: 30, ..server.config() };
    let settings = Settings { mail: Some(config), ..Settings::default() };
    let mut processes = Processes::start_with(Engine::Postgres, 1, settings).await.unwrap();
    let suite = processes.suite().clone();
    let citizens = [subscriber(&suite, &server, 0, DOMAIN).await, subscriber(&suite, &server, 1, DOMAIN).await];
    let reached = server.does_once(Moment::Message, Act::Wait);
    for citizen in &citizens {
        suite.authority().delivers(&citizen.person, Letter::about("Nyt")).await.unwrap();
    }
    tokio::time::timeout(RECOVERY, reached).await.expect("one is being sent").unwrap();
    let (held, asked) = (server.clone(), suite.clone());
    let goes_on = tokio::spawn(async move {
        while held.waiting() == 0 || asked.clients().serves(ServiceName::Notification).await {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        held.goes_on();
    });
    let status = processes.terminate(ServiceName::Notification).unwrap();
    goes_on.await.unwrap();
    assert_eq!(status.code(), Some(0), "{}", processes.log(ServiceName::Notification).unwrap());
    let first = server.takes();
    assert_eq!(first.len(), 1, "the other one is not begun");
    processes.start_again(ServiceName::Notification).await.unwrap();
    tokio::time::timeout(RECOVERY, server.has_taken(1)).await.expect("the other one is sent then");
    let second = server.takes();
    assert_ne!(first[0].recipients, second[0].recipients, "each once");
    let sent = async || suite.operator().counts(LedgerState::Sent, LedgerKind::NewPost).await;
    let began = Instant::now();
    while sent().await < 2 {
        assert!(began.elapsed() < RECOVERY, "the one that was finished is not noted");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    assert_eq!(server.takes(), [], "none twice");
}

/// What was delivered to each, and what the mail server took.
struct Run {
    delivered: Vec<usize>,
    /// How many letters each was told of, the same e-mail counted once.
    told: Vec<usize>,
    emails: Emails,
    kills: usize,
    slowest: Duration,
}

impl Run {
    fn of(citizens: usize) -> Self {
        let none = vec![0; citizens];
        let (emails, kills, slowest) = (Emails::default(), 0, Duration::ZERO);
        Self { delivered: none.clone(), told: none, emails, kills, slowest }
    }

    async fn delivers(&mut self, suite: &Suite, citizens: &[Citizen], letters: usize) {
        let (authority, mut pace) = (suite.authority(), tokio::time::interval(PACE));
        for _ in 0..letters {
            pace.tick().await;
            let whose = self.delivered.iter().sum::<usize>() % citizens.len();
            authority.delivers(&citizens[whose].person, Letter::about("Nyt")).await.unwrap();
            self.delivered[whose] += 1;
        }
    }

    /// Waits until every letter is covered by an e-mail.
    async fn all_are_told(&mut self, server: &ScriptedServer) {
        let began = Instant::now();
        loop {
            self.take(server.takes());
            if self.told == self.delivered {
                self.slowest = self.slowest.max(began.elapsed());
                return;
            }
            let waited = began.elapsed();
            assert!(waited < RECOVERY, "told of {:?}, delivered {:?}", self.told, self.delivered);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    fn take(&mut self, taken: Vec<Taken>) {
        for taken in self.emails.keep(taken) {
            let (whose, letters) = read(&taken);
            self.told[whose] += letters;
            assert!(self.told[whose] <= self.delivered[whose], "no letter is told of in two e-mails");
        }
    }

    fn report(&self, letters: usize) {
        let (kills, slowest) = (self.kills, self.slowest);
        let (emails, duplicates) = (self.emails.number(), self.emails.duplicates());
        assert_eq!(self.told, self.delivered, "each letter is told of, and none twice");
        println!(
            "{kills} kills over {letters} letters: {emails} e-mails, {duplicates} of them twice; all told {slowest:.1?} after the \
             kills at the latest"
        );
        assert!(duplicates <= kills * AT_ONCE);
        if letters >= 10_000 {
            assert!(duplicates * 200 <= emails, "at most 0.5 %");
        }
    }
}

/// Somebody with e-mail about their own post, to an address at `domain`.
pub(crate) async fn subscriber(suite: &Suite, server: &ScriptedServer, number: usize, domain: &str) -> Citizen {
    let citizen = suite.citizen(Person::of_crowd(u32::try_from(number).unwrap())).await;
    let started = citizen.asks_for_mail_about_own_post_at(&format!("p{number}@{domain}")).await.unwrap();
    let began = Instant::now();
    let code = loop {
        if let Some(taken) = server.takes().pop() {
            break harness::mail::parse(&taken.message).unwrap().code().unwrap();
        }
        assert!(began.elapsed() < RECOVERY, "no code");
        tokio::time::sleep(LOOK_EVERY).await;
    };
    citizen.enters_code(&started, &code).await.unwrap();
    citizen
}

/// Whose post an e-mail is about, and how many letters it counts.
fn read(taken: &Taken) -> (usize, usize) {
    let mail = harness::mail::parse(&taken.message).unwrap();
    let whose = mail.to.trim_start_matches('p').split('@').next().unwrap().parse().unwrap();
    let count = mail.text.strip_prefix("Der er ").and_then(|text| text.split(' ').next()).unwrap().parse().unwrap();
    assert_eq!(taken.recipients, [format!("TO:<{}>", mail.to)]);
    (whose, count)
}
