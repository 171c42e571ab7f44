//! A whole extract of the register, line by line as it streams by.

use super::{parse, to_proto};
use crate::domain::person::Registration;
use crate::error::Error;
use crate::grpc::batches::Batched;
use crate::usecase::{Parts, register};
use api::mailbox::v1 as proto;
use kernel::{Date, resource};
use rpc::{Fields, Refusal};
use std::sync::Arc;

/// A register extract.
pub(super) struct Extract(pub(super) Arc<Parts>);

impl Batched for Extract {
    type Item = proto::RegisterPersonsRequest;
    type Answer = proto::RegisterPersonsResponse;

    async fn answer(&mut self, batch: Vec<Self::Item>) -> Result<Vec<Self::Answer>, Error> {
        let today = Date::in_denmark(self.0.clock.now());
        let (mut lines, mut answers) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
        for request in batch {
            let parsed = parse_line(&request, today);
            let refusal = parsed.map(|line| lines.push(line)).err().map(Refusal::into_item);
            let outcome = proto::RegistrationOutcome::Unspecified.into();
            let line_number = request.line_number;
            answers.push(proto::RegisterPersonsResponse { line_number, outcome, person: String::new(), refusal });
        }
        let outcomes = register::batch(&self.0, lines).await?;
        let open = answers.iter_mut().filter(|answer| answer.refusal.is_none());
        for (answer, outcome) in open.zip(outcomes) {
            match outcome {
                Ok((id, outcome)) => {
                    answer.person = resource::person(id);
                    answer.outcome = to_proto(outcome).into();
                }
                Err(refused) => answer.refusal = Some(Refusal::from(Error::from(refused)).into_item()),
            }
        }
        Ok(answers)
    }
}

fn parse_line(request: &proto::RegisterPersonsRequest, today: Date) -> Result<Registration, Refusal> {
    let mut fields = Fields::new();
    if request.line_number < 0 {
        fields.refuse("line_number", "must not be negative");
    }
    let registration = fields.present("registration", request.registration.as_ref());
    let line = registration.and_then(|line| parse(&mut fields, "registration.", line, today));
    fields.all((line,)).map(|(line,)| line)
}
