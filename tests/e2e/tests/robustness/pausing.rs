//! A notification-service that stands still while it sends, for longer than its claims hold: another does its work, and when it goes
//! on it marks nothing that it has lost.

use crate::mailing::subscriber;
use crate::trials::number;
use api::notification::v1::{LedgerKind, LedgerState};
use harness::scripted::{Act, Moment, Taken};
use harness::{Citizen, Engine, Letter, Processes, ScriptedServer, Settings, Suite, size};
use kernel::ServiceName;
use notification_service::config::MailConfig;
use notification_service::usecase::claim::LEASE;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The one that stands still, and the one that does the work of both.
const PAUSED: usize = 0;
const OTHER: usize = 1;
const REPLICAS: usize = 2;
/// How many e-mails a process sends at once; as many come to be owed as both take.
const AT_ONCE: usize = 8;
/// For how long the paused one stands still: nobody tells that its claims have run out.
const LONGER_THAN_A_CLAIM: Duration = LEASE.saturating_add(Duration::from_secs(2));
/// How often it is tried: which of them claims what is chance.
const MOST_TRIALS: usize = 50;
/// How long everything else may take.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What the one that was paused says of each e-mail that it lost.
const LOST: &str = "the claim was lost before the outcome was noted";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn n9_a_worker_that_was_paused_marks_nothing_that_it_lost() {
    let lost = number(size(1, 200));
    let folder = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start(folder.path()).await.unwrap();
    let parallel = u16::try_from(AT_ONCE).unwrap();
    let mail = MailConfig { patience_seconds: 60, parallel, ..server.config() };
    let settings = Settings { mail: Some(mail), ..Settings::default() };
    let processes = Processes::start_with(Engine::Postgres, REPLICAS, settings).await.unwrap();
    let suite = processes.suites()[OTHER].clone();
    let mut citizens = Vec::new();
    for number in 0..REPLICAS * AT_ONCE {
        // Of one domain a process does not send to as many at once as it has places.
        citizens.push(subscriber(&suite, &server, number, &format!("p{number}.example.dk")).await);
    }
    let mut trial = Trial { processes, suite, server, citizens, lost: 0, sent: 0 };
    for _ in 0..MOST_TRIALS {
        if trial.lost < lost {
            trial.plays().await;
        }
    }
    assert!(trial.lost >= lost, "only {} were lost", trial.lost);
    println!("{} e-mails were lost by a worker that was paused; it marked none of them", trial.lost);
}

struct Trial {
    processes: Processes,
    suite: Suite,
    server: ScriptedServer,
    citizens: Vec<Citizen>,
    /// How many e-mails the paused process has lost so far.
    lost: usize,
    /// How many e-mails are marked as sent.
    sent: i64,
}

impl Trial {
    async fn plays(&mut self) {
        self.server.does(Some((Moment::Message, Act::Wait)));
        self.both_claim().await;
        self.processes.pause(ServiceName::Notification, PAUSED).unwrap();
        tokio::time::sleep(LONGER_THAN_A_CLAIM).await;
        // The claims of the paused one have run out by now, and the other sends its e-mails beside its own.
        let sends = self.citizens.len();
        self.eventually("the other sends those of the paused one", async |trial| trial.server.waiting() > sends).await;
        let taken_over = self.server.waiting() - sends;
        // The answers for the paused one wait in its sockets. The other is done, but for what it may have taken over since.
        self.server.goes_on();
        let all = self.sent + marks(sends);
        let has_all = async |trial: &Self| trial.marked().await + marks(trial.server.waiting()) == all;
        self.eventually("the other has all", has_all).await;
        let late = self.server.waiting();
        let lost = taken_over + late;
        self.lost += lost;
        self.sent = all - marks(late);

        self.processes.resume(ServiceName::Notification, PAUSED).unwrap();
        self.eventually("the paused one goes on", async |trial| {
            assert_eq!(trial.marked().await, trial.sent, "what was lost is marked");
            trial.losses() == trial.lost
        })
        .await;
        self.server.goes_on();
        self.sent = all;
        self.eventually("the other has sent all", async |trial| trial.marked().await == trial.sent).await;
        self.each_has_the_same(&self.server.takes(), lost);
    }

    /// Makes the processes send to all of them: who has no place left leaves the rest to the other.
    async fn both_claim(&self) {
        for citizen in &self.citizens {
            self.delivers(citizen).await;
        }
        self.eventually("both send", async |trial| trial.server.waiting() == REPLICAS * AT_ONCE).await;
    }

    async fn delivers(&self, citizen: &Citizen) {
        self.suite.authority().delivers(&citizen.person, Letter::about("Nyt")).await.unwrap();
    }

    async fn marked(&self) -> i64 {
        self.suite.operator().counts(LedgerState::Sent, LedgerKind::NewPost).await
    }

    fn losses(&self) -> usize {
        self.processes.log(ServiceName::Notification).unwrap().matches(LOST).count()
    }

    /// Whom the paused one had written to got two, the others one; both are the same to the byte.
    fn each_has_the_same(&self, taken: &[Taken], lost: usize) {
        let mut copies: BTreeMap<&str, Vec<&Taken>> = BTreeMap::new();
        for taken in taken {
            copies.entry(taken.sender.as_str()).or_default().push(taken);
        }
        assert_eq!(copies.len(), self.citizens.len(), "one e-mail for each");
        assert!(copies.values().all(|copies| copies.iter().all(|copy| *copy == copies[0])), "the same bytes");
        assert_eq!(copies.values().filter(|copies| copies.len() == 2).count(), lost);
        assert_eq!(taken.len(), self.citizens.len() + lost);
    }

    async fn eventually(&self, what: &str, look: impl AsyncFn(&Self) -> bool) {
        let began = Instant::now();
        while !look(self).await {
            assert!(
                began.elapsed() < PATIENCE,
                "{what}: {} wait, {} marked",
                self.server.waiting(),
                self.marked().await
            );
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn marks(count: usize) -> i64 {
    i64::try_from(count).unwrap()
}
