//! Random acts of owner and reader in two portals, against a model: folders, read states and counts agree at every moment.

use crate::dice::Dice;
use crate::model::{Model, Outcome};
use api::mailbox::v1::{
    CreateFolderRequest, MarkMessagesRequest, MessageOutcome, MoveMessagesRequest, PurgeMessagesRequest,
    RestoreMessagesRequest,
};
use harness::suite::answer;
use harness::{Citizen, Letter, Refusable as _, Refused, Suite, on_both, size};
use kernel::Portal;
use std::collections::BTreeMap;

on_both! {
    Suite: m5_p3_r2_r3_r4_r7_random_acts_leave_what_a_simple_model_says,
}

struct Game {
    suite: Suite,
    /// The owner at borger.dk and in e-Boks, the reader at borger.dk.
    people: [Citizen; 3],
    model: Model,
    dice: Dice,
    made: usize,
}

async fn m5_p3_r2_r3_r4_r7_random_acts_leave_what_a_simple_model_says(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.shows_public_post(true, false).await.unwrap();
    niels.is_given_access_by(&karen).await;
    let model = Model { mailbox: karen.mailbox.clone(), letters: Vec::new(), own: BTreeMap::new() };
    let people = [karen.clone(), karen.at(Portal::EBoks), niels];
    let mut game = Game { suite, people, model, dice: Dice(20_261_122), made: 0 };
    game.sees_what_is_there().await;
    for _ in 0..6 {
        game.delivers().await;
    }
    for step in 0..size(60, 3_000) {
        game.acts().await;
        game.agrees_on_counts(step).await;
    }
    game.agrees_on_letters().await;
}

impl Game {
    /// The notices that there are from the beginning.
    async fn sees_what_is_there(&mut self) {
        let mut lists = Vec::new();
        for person in &self.people {
            lists.push(person.lists(&self.model.mailbox).await.unwrap());
        }
        for letter in &lists[0] {
            let seen = [0, 1, 2].map(|who: usize| lists[who].iter().any(|other| other.name == letter.name));
            self.model.arrives(letter.name.clone(), letter.read, seen);
        }
    }

    async fn delivers(&mut self) {
        let private = self.dice.below(3) == 0;
        let sender = if private { self.suite.company(Portal::EBoks) } else { self.suite.authority() };
        let letter = sender.delivers(&self.people[0].person, Letter::about("Brev")).await.unwrap();
        self.model.arrives(letter.message, false, if private { [false, true, false] } else { [true; 3] });
    }

    /// One to four letters, now and then one that is not there.
    fn some_letters(&mut self) -> Vec<String> {
        let gone = format!("{}/messages/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f", self.model.mailbox);
        let mut names: Vec<String> = self.model.letters.iter().map(|letter| letter.name.clone()).collect();
        names.push(gone);
        let mut some: Vec<String> = (0..=self.dice.below(4)).map(|_| self.dice.one_of(&names).clone()).collect();
        some.sort();
        some.dedup();
        some
    }

    async fn acts(&mut self) {
        let who = self.dice.below(3);
        match self.dice.below(10) {
            0 => self.delivers().await,
            1 | 2 => self.marks(who).await,
            3..=5 => self.moves(who).await,
            6 => self.restores(who).await,
            7 => self.purges(who).await,
            8 => self.makes_folder(who).await,
            _ => self.deletes_folder(who).await,
        }
    }

    async fn marks(&mut self, who: usize) {
        let (names, read) = (self.some_letters(), self.dice.below(2) == 0);
        let (parent, request_id) = (self.model.mailbox.clone(), String::new());
        let request = MarkMessagesRequest { parent, names: names.clone(), read, request_id };
        let marked = self.suite.clients().mailbox().mark_messages(self.people[who].request(request)).await;
        agree(answer(marked).map(|done| done.outcomes), Ok(self.model.mark(who, &names, read)));
    }

    async fn moves(&mut self, who: usize) {
        let names = self.some_letters();
        let to = self.dice.one_of(&self.model.folders()).clone();
        let (parent, request_id) = (self.model.mailbox.clone(), String::new());
        let request = MoveMessagesRequest { parent, names: names.clone(), destination_folder: to.clone(), request_id };
        let moved = self.suite.clients().mailbox().move_messages(self.people[who].request(request)).await;
        agree(answer(moved).map(|done| done.outcomes), self.model.move_to(who, &names, &to));
    }

    async fn restores(&mut self, who: usize) {
        let names = self.some_letters();
        let (parent, request_id) = (self.model.mailbox.clone(), String::new());
        let request = RestoreMessagesRequest { parent, names: names.clone(), request_id };
        let restored = self.suite.clients().mailbox().restore_messages(self.people[who].request(request)).await;
        agree(answer(restored).map(|done| done.outcomes), self.model.restore(who, &names));
    }

    async fn purges(&mut self, who: usize) {
        let names = self.some_letters();
        let (parent, request_id) = (self.model.mailbox.clone(), String::new());
        let request = PurgeMessagesRequest { parent, names: names.clone(), request_id };
        let purged = self.suite.clients().mailbox().purge_messages(self.people[who].request(request)).await;
        agree(answer(purged).map(|done| done.outcomes), self.model.purge(who, &names));
    }

    async fn makes_folder(&mut self, who: usize) {
        self.made += 1;
        let mut parents: Vec<Option<String>> = self.model.own.keys().cloned().map(Some).collect();
        parents.push(None);
        let parent = self.dice.one_of(&parents).clone();
        let request = CreateFolderRequest {
            parent: self.model.mailbox.clone(),
            display_name: format!("Mappe {}", self.made),
            parent_folder: parent.clone().unwrap_or_default(),
            request_id: String::new(),
        };
        let made = self.suite.clients().mailbox().create_folder(self.people[who].request(request)).await;
        match answer(made) {
            Ok(made) => drop(self.model.own.insert(made.folder.unwrap().name, parent)),
            Err(refused) => assert_eq!(refused.reason, "FOLDER_TOO_DEEP"),
        }
    }

    async fn deletes_folder(&mut self, who: usize) {
        let names: Vec<String> = self.model.own.keys().cloned().collect();
        if names.is_empty() {
            return;
        }
        let name = &names[self.dice.below(names.len())];
        let folder = self.people[0].folder(name).await.unwrap();
        let deleted = self.people[who].deletes_folder(&folder).await;
        match self.model.delete_folder(who, &folder.name) {
            Ok(count) => assert_eq!(deleted.unwrap(), count),
            Err(reason) => drop(deleted.refused(reason)),
        }
    }

    async fn agrees_on_counts(&self, step: usize) {
        for (who, person) in self.people.iter().enumerate() {
            let folders = person.folders(&self.model.mailbox).await.unwrap();
            let counted = folders.into_iter().filter(|folder| folder.message_count + folder.unread_count != 0);
            let counted = counted.map(|folder| (folder.name, (folder.message_count, folder.unread_count)));
            assert_eq!(counted.collect::<BTreeMap<_, _>>(), self.model.counts(who), "after act {step}, in eyes {who}");
        }
    }

    async fn agrees_on_letters(&self) {
        for (who, person) in self.people.iter().enumerate() {
            for folder in self.model.folders() {
                let expected = self.model.listed(who, &folder);
                let listed = person.lists_folder(&self.model.mailbox, &folder).await.unwrap();
                let listed: BTreeMap<String, bool> =
                    listed.into_iter().map(|letter| (letter.name, letter.read)).collect();
                // A page holds fifty.
                if expected.len() <= 50 {
                    assert_eq!(listed, expected, "in eyes {who}");
                }
            }
        }
    }
}

fn agree(answered: Result<Vec<MessageOutcome>, Refused>, expected: Result<Vec<Outcome>, &'static str>) {
    match expected {
        Err(reason) => drop(answered.refused(reason)),
        Ok(expected) => {
            let reason = |outcome: MessageOutcome| outcome.refusal.map(|refusal| Refused::from(refusal).reason);
            let outcomes: Vec<Option<String>> = answered.unwrap().into_iter().map(reason).collect();
            assert_eq!(outcomes, expected.into_iter().map(|reason| reason.map(str::to_owned)).collect::<Vec<_>>());
        }
    }
}
