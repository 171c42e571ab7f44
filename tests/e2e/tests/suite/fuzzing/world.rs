//! Who calls, and what they know of each other.

use super::known::Known;
use crate::dice::Dice;
use harness::callers::{channel, every_kind, named, service};
use harness::canary::STEM;
use harness::{Letter, Person, Suite, contact_point};
use kernel::{Caller, Portal, ServiceName};
use std::collections::BTreeMap;
use std::time::Duration;
use tonic::transport::Channel;

pub(crate) struct World {
    pub(crate) suite: Suite,
    pub(crate) dice: Dice,
    pub(crate) known: Known,
    /// Everybody whose number is known.
    pub(crate) people: Vec<Person>,
    /// The names of what is the secret person's.
    pub(crate) secret: Vec<String>,
    channels: BTreeMap<(ServiceName, Option<ServiceName>), Channel>,
}

impl World {
    /// One person whose number nobody knows, and the names of whose mailbox, letters and folders everybody does.
    pub(crate) async fn new(suite: Suite, mut dice: Dice) -> Self {
        let mut known = Known::default();
        let secret = Person::new(&format!("{STEM}a"), &format!("{STEM}b"), "6609680765");
        let secret = suite.citizen(secret).await;
        let letter = Letter { body: format!("{STEM}c"), ..Letter::about(&format!("{STEM}d")) };
        let letter = letter.with_pdf(&format!("{STEM}e.pdf"));
        let message = suite.authority().delivers(&secret.person, letter).await.unwrap().message;
        let folder = secret.makes_folder(&secret.mailbox, &format!("{STEM}f")).await.unwrap().name;
        let file = secret.opens(&message).await.unwrap().files[0].name.clone();
        suite.authority().sets_contact_points(vec![contact_point("byg", "Byggesager")]).await.unwrap();
        known.keep(&mut dice, "contact_point", "authorities/29189668/contactPoints/byg");
        let mut channels = BTreeMap::new();
        for (_, caller) in every_kind(&secret.person) {
            for &to in ServiceName::ALL {
                channels.insert((to, service(&caller)), channel(&suite, to, &caller));
            }
        }
        let secret = vec![secret.mailbox, message, folder, file];
        Self { suite, dice, known, people: Vec::new(), secret, channels }
    }

    /// A day later two more persons are there, one of whom reads the other's post.
    pub(crate) async fn begins_a_day(&mut self) {
        self.suite.advance(Duration::from_hours(24)).await;
        let next = u32::try_from(self.people.len()).unwrap();
        let owner = self.suite.citizen(Person::of_crowd(next)).await;
        let reader = self.suite.citizen(Person::of_crowd(next + 1)).await;
        let access = reader.is_given_access_by(&owner).await;
        let letter = Letter::about("Afgørelse").with_pdf("afgørelse.pdf");
        let message = self.suite.authority().delivers(&owner.person, letter).await.unwrap().message;
        // Nobody answers with those, so they would be forgotten.
        for name in &self.secret {
            self.known.keep(&mut self.dice, "name", name);
        }
        for name in [&owner.mailbox, &reader.mailbox, &access.name, &message] {
            self.known.keep(&mut self.dice, "name", name);
        }
        self.people.extend([owner.person, reader.person]);
    }

    /// Somebody whom the RPC names, and the citizen that they are or act for.
    pub(crate) fn caller_of(&mut self, rpc: &api::Method) -> (Caller, Caller) {
        let mut callers = every_kind(&self.somebody());
        let citizen = callers[0].1.clone();
        callers.retain(|(kind, caller)| named(rpc, *kind, caller));
        let (_, mut caller) = callers.swap_remove(self.dice.below(callers.len()));
        if let Caller::Citizen(citizen) = &mut caller {
            citizen.portal = *self.dice.one_of(&[Portal::BorgerDk, Portal::BorgerDk, Portal::EBoks, Portal::MitDk]);
        }
        (caller, citizen)
    }

    /// Mostly one who came lately: what others do to people adds up.
    fn somebody(&mut self) -> Person {
        let lately = if self.dice.percent(80) { self.people.len().saturating_sub(4) } else { 0 };
        self.dice.one_of(&self.people[lately..]).clone()
    }

    pub(crate) fn channel(&self, to: ServiceName, from: &Caller) -> Channel {
        self.channels[&(to, service(from))].clone()
    }
}
