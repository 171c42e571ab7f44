//! Where stories are played: the replicas, the people, and the mail server; and the way that a story takes.

use crate::emails::Emails;
use crate::persisting::Tally;
use crate::traffic::PAIRS;
use harness::actor::authority::new_uuid;
use harness::{Caseworker, Citizen, Letter, Mail, Person, Refusable as _, Refused, ScriptedServer, Suite};
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

/// How long may pass until what a killed process had claimed is done by another, each time that it is killed.
const PATIENCE: Duration = Duration::from_mins(2);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What all stories have in common.
pub(crate) struct Stage {
    suites: Vec<Suite>,
    server: ScriptedServer,
    emails: RefCell<Emails>,
    mails: RefCell<Vec<Mail>>,
    people: Cell<u32>,
    pub(crate) tally: Tally,
}

impl Stage {
    pub(crate) fn new(suites: &[Suite], server: ScriptedServer) -> Self {
        // The first of the crowd belong to the traffic.
        let people = Cell::new(u32::try_from(2 * PAIRS).unwrap());
        let (emails, mails, tally) = (RefCell::default(), RefCell::default(), Tally::default());
        Self { suites: suites.to_vec(), server, emails, mails, people, tally }
    }

    /// The e-mails to `address` so far, each once.
    pub(crate) fn mails_to(&self, address: &str) -> Vec<Mail> {
        let new = self.emails.borrow_mut().keep(self.server.takes());
        let parsed = new.iter().map(|taken| harness::mail::parse(&taken.message).unwrap());
        self.mails.borrow_mut().extend(parsed);
        self.mails.borrow().iter().filter(|mail| mail.to == address).cloned().collect()
    }

    /// How many e-mails came, and how often one came again.
    pub(crate) fn emails(&self) -> (usize, usize) {
        (self.emails.borrow().number(), self.emails.borrow().duplicates())
    }

    /// The way of another story. It begins with another replica than the one before.
    pub(crate) fn route(&self) -> Route<'_> {
        Route { stage: self, last: Cell::new(self.person()) }
    }

    fn person(&self) -> u32 {
        let person = self.people.get();
        self.people.set(person + 1);
        person
    }
}

/// The way of a story: each step goes through another replica than the step before. A step whose replica is away is
/// repeated at the next one, under the same request id.
pub(crate) struct Route<'s> {
    stage: &'s Stage,
    last: Cell<u32>,
}

impl Route<'_> {
    /// A step of anybody's.
    pub(crate) async fn step<T>(&self, act: impl AsyncFn(&Suite, &str) -> Result<T, Refused>) -> Result<T, Refused> {
        let (suites, request_id) = (&self.stage.suites, new_uuid());
        let first = usize::try_from(self.last.get() + 1).unwrap();
        let through = async |at: usize| {
            self.last.set(u32::try_from(at).unwrap());
            act(&suites[at % suites.len()], &request_id).await
        };
        self.stage.tally.persist(first, through).await
    }

    /// A citizen's.
    pub(crate) async fn does<T>(
        &self,
        citizen: &Citizen,
        act: impl AsyncFn(&Citizen) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        self.step(async |suite, request_id| act(&citizen.through(suite).under(request_id)).await).await
    }

    /// A caseworker's.
    pub(crate) async fn records<T>(
        &self,
        caseworker: &Caseworker,
        act: impl AsyncFn(&Caseworker) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        self.step(async |suite, request_id| act(&caseworker.through(suite).under(request_id)).await).await
    }

    /// Somebody whom no other story has is registered.
    pub(crate) async fn citizen(&self) -> Citizen {
        let person = Person::of_crowd(self.stage.person());
        // Where names begin and end alike, and days of birth are the same, tries to name one count for all (A2).
        let first_name = person.first_name.replace("Person ", "");
        let person = Person { first_name, ..person };
        self.step(async |suite, _| suite.registers(person.clone()).await).await.unwrap()
    }

    /// A caseworker whom no other story has.
    pub(crate) fn caseworker(&self) -> Caseworker {
        self.stage.suites[0].caseworker_called(&format!("b-{}", self.stage.person()))
    }

    /// Uploads the files of a letter, delivers it, and gives its name.
    pub(crate) async fn delivers(&self, to: &Citizen, letter: Letter) -> String {
        let prepares = async |suite: &Suite, _: &str| suite.authority().prepares(&to.person, letter.clone()).await;
        let delivery = self.step(prepares).await.unwrap();
        let sends = async |suite: &Suite, _: &str| suite.authority().sends(delivery.clone()).await;
        self.step(sends).await.unwrap().message
    }

    /// Waits until so many letters lie in the own mailbox of `citizen`.
    pub(crate) async fn has_letters(&self, citizen: &Citizen, number: usize) {
        let what = format!("letter {number} of {}", citizen.person.full_name());
        let lists = async || {
            let listed = self.does(citizen, async |citizen| citizen.lists(&citizen.mailbox).await).await.unwrap();
            (listed.len() >= number).then_some(())
        };
        eventually(&what, lists).await;
    }

    /// Waits until e-mails to `address` are so many, and gives the last.
    pub(crate) async fn mail(&self, address: &str, number: usize) -> Mail {
        let what = format!("e-mail {number} to {address}");
        eventually(&what, async || {
            let mut mails = self.stage.mails_to(address);
            mails.truncate(number);
            if mails.len() == number { mails.pop() } else { None }
        })
        .await
    }

    /// The next call of `reader` is refused by every replica since the access has ended for this reason. One that is away
    /// is waited for.
    pub(crate) async fn has_ended(&self, reader: &Citizen, mailbox: &str, end_reason: &str) {
        let calls = self.stage.suites.iter().map(|suite| async {
            let reader = reader.through(suite);
            self.stage.tally.persist(0, async |_| reader.lists(mailbox).await).await
        });
        for answered in futures::future::join_all(calls).await {
            assert_eq!(answered.refused("ACCESS_ENDED").metadata["end_reason"], end_reason);
        }
    }
}

/// What `look` sees, once it does.
pub(crate) async fn eventually<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
