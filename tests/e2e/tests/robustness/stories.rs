//! The stories from end to end through three of each service on one PostgreSQL, each step through another replica than the
//! step before, while one replica after the other is killed with signal 9 and calls of others come in.

mod asked;
mod elsewhere;
mod given;
mod left;
mod stage;

use crate::traffic::{TURN, Traffic};
use crate::trials::{REPLICAS, number, of_an_earlier_version};
use api::notification::v1::{GetLedgerSummaryResponse, LedgerState};
use harness::{Processes, ScriptedServer, Settings, contact_point, size};
use kernel::ServiceName;
use left::Left;
use notification_service::config::MailConfig;
use stage::{Stage, eventually};
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

/// How long all are there between two kills: a process that is killed again before it has answered once answers nobody.
const BREATH: Duration = Duration::from_millis(200);

/// How often each story is played at once, how many kills there are at least meanwhile, and how many calls of others come in a
/// second.
fn extent() -> (usize, usize, u32) {
    (size(3, 5), number(size(9, 500)), u32::try_from(size(30, 60)).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a4_a6_a7_a14_r1_n5_m2_m7_p7_the_stories_hold_while_every_replica_is_killed() {
    let _turn = TURN.lock().await;
    let (at_once, kills, rate) = extent();
    let folder = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start(folder.path()).await.unwrap();
    let mail = MailConfig { patience_seconds: 30, ..server.config() };
    let settings = Settings { mail: Some(mail), ..Settings::default() };
    let mut processes = of_an_earlier_version(REPLICAS, settings).await;
    let point = contact_point(elsewhere::CONTACT_POINT, "Byggesager");
    processes.suite().authority().sets_contact_points(vec![point]).await.unwrap();
    let traffic = Traffic::new(&processes, rate).await;
    let play = Play::new(Stage::new(processes.suites(), server), kills);
    let meanwhile = async {
        let playing = async {
            futures::future::join_all((0..at_once).map(|_| play.each_story())).await;
            play.over.set(true);
        };
        futures::future::join(playing, play.kills(&mut processes)).await;
    };
    traffic.flows_during(meanwhile).await;
    is_quiet(&processes).await;
    play.holds().await;
}

/// What is played, until enough was killed.
struct Play {
    stage: Stage,
    left: RefCell<Vec<Left>>,
    enough: usize,
    killed: Cell<usize>,
    over: Cell<bool>,
}

impl Play {
    fn new(stage: Stage, enough: usize) -> Self {
        Self { stage, left: RefCell::default(), enough, killed: Cell::new(0), over: Cell::new(false) }
    }

    /// Plays each of the stories, beside each other, again and again with other people.
    async fn each_story(&self) {
        let stage = &self.stage;
        tokio::join!(
            self.again(async || given::is_given_and_removed_by_the_owner(stage).await),
            self.again(async || given::is_given_and_declined(stage).await),
            self.again(async || asked::is_asked_for_and_removed_by_the_reader(stage).await),
            self.again(async || asked::is_asked_for_by_a_guardian(stage).await),
            self.again(async || elsewhere::is_given_and_removed_at_the_desk(stage).await),
            self.again(async || elsewhere::is_written_to_an_authority(stage).await),
        );
    }

    async fn again(&self, story: impl AsyncFn() -> Left) {
        loop {
            let left = story().await;
            // Else events would pile up: most acts ask for no answer of the services behind.
            left.comes(&self.stage.route()).await;
            self.left.borrow_mut().push(left);
            if self.killed.get() >= self.enough {
                break;
            }
        }
    }

    /// Kills one replica after the other, so that one is away at a time, for as long as there are stories. Those of an earlier
    /// version come back as this one, whose schema is there by then.
    async fn kills(&self, processes: &mut Processes) {
        processes.migrate().await.unwrap();
        for turn in 0.. {
            let (service, replica) = (ServiceName::ALL[turn % ServiceName::ALL.len()], turn / ServiceName::ALL.len());
            processes.kill_and_restart_replica(service, replica % REPLICAS).await.unwrap();
            self.killed.set(turn + 1);
            if self.over.get() {
                break;
            }
            tokio::time::sleep(BREATH).await;
        }
    }

    async fn holds(&self) {
        let (left, killed) = (self.left.take(), self.killed.get());
        for left in &left {
            left.is_there(&self.stage).await;
        }
        let (emails, duplicates) = self.stage.emails();
        println!(
            "{} stories in {} steps, {}; {killed} kills; {emails} e-mails, {duplicates} of them twice",
            left.len(),
            self.stage.tally.calls(),
            self.stage.tally,
        );
        assert!(killed >= self.enough.max(ServiceName::ALL.len() * REPLICAS), "each was killed: {killed}");
        assert!(self.stage.tally.repeated() > 0, "steps met processes that were away");
    }
}

/// Waits until no event waits for another service, and no e-mail is owed: what was not done by then is not done at all.
async fn is_quiet(processes: &Processes) {
    let began = Instant::now();
    eventually("quiet", async || {
        // In the order in which one leads to the other.
        for service in [ServiceName::Access, ServiceName::Mailbox, ServiceName::Notification] {
            if processes.sessions(service).await.unwrap().events_that_wait().await.unwrap() > 0 {
                return None;
            }
        }
        let GetLedgerSummaryResponse { counts, .. } = processes.suite().operator().sums_up().await;
        let waits = |state| matches!(state, LedgerState::Owed | LedgerState::Sending);
        counts.iter().all(|count| !waits(count.state()) || count.count == 0).then_some(())
    })
    .await;
    println!("all was quiet {:.1?} after the last story", began.elapsed());
}
