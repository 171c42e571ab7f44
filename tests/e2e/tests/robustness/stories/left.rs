//! What stories leave: what has to be there, each once, when all is over.

use super::stage::{Route, Stage};
use api::access::v1::{EndReason, ReadAccess};
use harness::{Citizen, Mail};

/// The subjects of e-mails, as [`danish`] gives them.
pub(crate) const WITH_A_CODE: &str = "Din kode til e-mail om ny post";
pub(crate) const NEW_POST: &str = "Ny post i Digital Post";
pub(crate) const STOPPED: &str = "E-mail om ny post er stoppet";
pub(crate) const FORWARDED: &str = "Et brev til dig fra Digital Post";

/// What a story leaves.
pub(crate) struct Left {
    /// Who took part, the owner first, and the subjects of the letters in their mailboxes.
    mailboxes: Vec<(Citizen, Vec<String>)>,
    /// The access that there was between them, and why it ended; or it has not.
    access: Option<(String, EndReason)>,
    /// The subjects of the e-mails to an address.
    emails: Option<(String, Vec<String>)>,
}

impl Left {
    pub(crate) fn of(owner: &Citizen, letters: &[&str]) -> Self {
        Self { mailboxes: Vec::new(), access: None, emails: None }.and(owner, letters)
    }

    pub(crate) fn and(mut self, citizen: &Citizen, letters: &[&str]) -> Self {
        self.mailboxes.push((citizen.clone(), sorted(letters.iter().copied())));
        self
    }

    pub(crate) fn with_access(self, access: &ReadAccess, end_reason: EndReason) -> Self {
        Self { access: Some((access.name.clone(), end_reason)), ..self }
    }

    pub(crate) fn with_emails(self, address: &str, subjects: &[&str]) -> Self {
        Self { emails: Some((address.to_owned(), sorted(subjects.iter().copied()))), ..self }
    }

    /// Waits until as many letters have come as are to be there.
    pub(crate) async fn comes(&self, route: &Route<'_>) {
        for (citizen, letters) in &self.mailboxes {
            route.has_letters(citizen, letters.len()).await;
        }
    }

    /// All of it is there once, and nothing else.
    pub(crate) async fn is_there(&self, stage: &Stage) {
        let mut ends = Vec::new();
        for (citizen, letters) in &self.mailboxes {
            let subjects = citizen.subjects(&citizen.mailbox).await.unwrap();
            assert_eq!(
                sorted(subjects.iter().map(|subject| danish(subject))),
                *letters,
                "{}",
                citizen.person.full_name()
            );
            let mut accesses = citizen.given_accesses().await.unwrap().accesses;
            accesses.extend(citizen.received_accesses().await.unwrap().accesses);
            accesses.extend(citizen.ended_accesses().await.unwrap());
            ends.extend(accesses.into_iter().map(|access| (access.name.clone(), access.end_reason())));
        }
        let each_sees = self.access.iter().flat_map(|access| self.mailboxes.iter().map(move |_| access.clone()));
        assert_eq!(ends, each_sees.collect::<Vec<_>>());
        if let Some((address, subjects)) = &self.emails {
            let mails: Vec<Mail> = stage.mails_to(address);
            assert_eq!(sorted(mails.iter().map(|mail| danish(&mail.subject))), *subjects, "{address}");
        }
    }
}

/// A subject in Danish, where it is in English too.
fn danish(subject: &str) -> &str {
    subject.split(" / ").next().unwrap_or(subject)
}

fn sorted<'s>(subjects: impl Iterator<Item = &'s str>) -> Vec<String> {
    let mut subjects: Vec<String> = subjects.map(str::to_owned).collect();
    subjects.sort();
    subjects
}
