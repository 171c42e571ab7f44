//! Loads persons through the public API, as a register system does.

use crate::client::{Bearer, Clients};
use crate::extract::Line;
use anyhow::{Context as _, bail};
use api::mailbox::v1::{RegisterPersonsRequest, RegisterPersonsResponse, RegistrationOutcome};
use kernel::{Caller, RegisterSystem};

/// What became of an extract.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Outcomes {
    /// New persons with a new mailbox.
    pub created: usize,
    /// Known persons that were changed.
    pub updated: usize,
    /// Persons of whom all was known.
    pub unchanged: usize,
    /// Lines that were refused: their numbers and the names of the reasons.
    pub refused: Vec<(i64, String)>,
}

/// The register system of the local suite.
pub fn system() -> Caller {
    Caller::RegisterSystem(RegisterSystem { system_id: "cpr-extract".to_owned() })
}

/// Sends `lines` as one stream, and fails unless each is answered, in order.
pub async fn load(clients: &Clients, register: &Bearer, lines: &[Line]) -> anyhow::Result<Outcomes> {
    let numbered = (1..).zip(lines);
    let requests = numbered.map(|(line_number, line)| {
        Ok(RegisterPersonsRequest { line_number, registration: Some(line.registration()?) })
    });
    let requests: Vec<RegisterPersonsRequest> = requests.collect::<anyhow::Result<_>>()?;
    let stream = register.stream(tokio_stream::iter(requests));
    let mut answers = clients.registry().register_persons(stream).await?.into_inner();
    let (mut outcomes, mut answered) = (Outcomes::default(), 0);
    while let Some(answer) = answers.message().await? {
        answered += 1;
        if answer.line_number != answered {
            bail!("line {answered} was to be answered, and line {} was", answer.line_number);
        }
        outcomes.count(&answer);
    }
    if usize::try_from(answered).context("more answers than there can be")? == lines.len() {
        Ok(outcomes)
    } else {
        bail!("{} lines were sent, and {answered} answered", lines.len())
    }
}

impl Outcomes {
    fn count(&mut self, answer: &RegisterPersonsResponse) {
        match answer.outcome() {
            RegistrationOutcome::Created => self.created += 1,
            RegistrationOutcome::Updated => self.updated += 1,
            RegistrationOutcome::Unchanged => self.unchanged += 1,
            RegistrationOutcome::Unspecified => {
                let reason = answer.refusal.as_ref().map_or("no reason", |refusal| refusal.reason().as_str_name());
                self.refused.push((answer.line_number, reason.trim_start_matches("ERROR_REASON_").to_owned()));
            }
        }
    }
}
