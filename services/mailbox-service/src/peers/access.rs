//! The question to access-service: may this person do this in that mailbox, now?

use crate::domain::acting::{Act, Capacity, Ground, Leave};
use crate::domain::post::{CommercialPortal, Mark};
use crate::error::Error;
use api::access::v1::authorization_service_client::AuthorizationServiceClient;
use api::access::v1::{
    AccessQuestion, AccessState, BatchCheckRequest, CheckRequest, Decision, DecisionGround, EndReason,
};
use api::core::v1 as core;
use api::error::v1::ErrorReason;
use kernel::{MailboxId, PersonId, Portal, resource};
use rpc::{Call, Client, Refusal};
use tonic::{Code, Status};

/// When a question is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// As a call begins.
    Begins,
    /// While its stream goes on.
    GoesOn,
}

/// access-service.
#[derive(Clone)]
pub struct Access(Client);

impl Access {
    /// Through `client`.
    pub fn new(client: Client) -> Self {
        Self(client)
    }

    /// By what accesses `actor` may do `act` in `mailbox`, at this moment; or why not. Fails closed: no answer is a refusal.
    pub async fn check(
        &self,
        call: &Call,
        stage: Stage,
        actor: PersonId,
        mailbox: MailboxId,
        act: Act,
    ) -> Result<Leave, Error> {
        let portal = call.citizen()?.portal;
        let (decision, seen) = if act.looks() {
            (self.one(call, stage, actor, question(mailbox, act)).await?, None)
        } else {
            let [decision, seen] =
                self.two(call, stage, actor, [act, Act::List].map(|act| question(mailbox, act))).await?;
            (Some(decision), Some(seen))
        };
        let decision = decision.ok_or(Error::NotFound)?;
        if !decision.allowed {
            return Err(denied(&decision, act, portal));
        }
        let grounds = grounds(&decision, mailbox);
        if grounds.is_empty() {
            return Err(Error::NotFound);
        }
        let may = |seen: &Ground| grounds.iter().any(|ground| ground.mark == seen.mark);
        let seen = seen.map(|seen| self::grounds(&seen, mailbox)).unwrap_or_default();
        let barred = seen.into_iter().filter(|seen| !may(seen)).collect();
        Ok(Leave { grounds, barred })
    }

    async fn one(
        &self,
        call: &Call,
        stage: Stage,
        actor: PersonId,
        question: AccessQuestion,
    ) -> Result<Option<Decision>, Error> {
        let message = CheckRequest { actor: resource::person(actor), question: Some(question) };
        let request = self.0.request_for(message, call)?;
        let answer = AuthorizationServiceClient::new(self.0.channel()).check(request).await;
        Ok(answer.map_err(|status| self.failed(stage, status))?.into_inner().decision)
    }

    /// Both decided at one moment.
    async fn two(
        &self,
        call: &Call,
        stage: Stage,
        actor: PersonId,
        questions: [AccessQuestion; 2],
    ) -> Result<[Decision; 2], Error> {
        let message = BatchCheckRequest { actor: resource::person(actor), questions: questions.to_vec() };
        let request = self.0.request_for(message, call)?;
        let answer = AuthorizationServiceClient::new(self.0.channel()).batch_check(request).await;
        let decisions = answer.map_err(|status| self.failed(stage, status))?.into_inner().decisions;
        decisions.try_into().map_err(|_| Error::NotFound)
    }

    /// While a stream is open the person's token may have run out, which is theirs to renew.
    fn failed(&self, stage: Stage, status: Status) -> Refusal {
        match (stage, status.code()) {
            (Stage::GoesOn, Code::Unauthenticated) => Refusal::new(ErrorReason::TokenInvalid),
            _ => self.0.failed(status),
        }
    }
}

fn question(mailbox: MailboxId, act: Act) -> AccessQuestion {
    AccessQuestion {
        mailbox: resource::mailbox(mailbox),
        act: to_proto(act).into(),
        post_kind: core::PostKind::Unspecified.into(),
    }
}

fn grounds(decision: &Decision, mailbox: MailboxId) -> Vec<Ground> {
    decision.grounds.iter().filter_map(|ground| read(ground, mailbox)).collect()
}

/// A ground that does not make sense is none.
fn read(ground: &DecisionGround, mailbox: MailboxId) -> Option<Ground> {
    let mark = match ground.post_kind() {
        core::PostKind::Public => Mark::Public,
        core::PostKind::Private => Mark::Private(match ground.portal() {
            core::Portal::EBoks => CommercialPortal::EBoks,
            core::Portal::MitDk => CommercialPortal::MitDk,
            _ => return None,
        }),
        core::PostKind::Unspecified => return None,
    };
    let (owner, access) = resource::parse_access(&ground.access).ok()?;
    let capacity = capacity(ground.capacity())?;
    (owner == mailbox).then_some(Ground { mark, capacity, access, version: ground.access_version })
}

fn denied(decision: &Decision, act: Act, portal: Portal) -> Error {
    let access = decision.denied_access.clone();
    match decision.denial() {
        ErrorReason::AccessEnded => Error::AccessEnded { access, reason: end_reason(decision.end_reason()) },
        ErrorReason::AccessNotActive => Error::AccessNotActive { access, state: state(decision.denied_state()) },
        ErrorReason::ActNotAllowed => {
            Error::ActNotAllowed { act, capacity: capacity(decision.capacity()).unwrap_or(Capacity::Reader) }
        }
        ErrorReason::OnlyInOwnPortal => Error::OnlyInOwnPortal(portal),
        // No party, and whatever else may come to be said: as if it did not exist.
        _ => Error::NotFound,
    }
}

/// The name without its prefix, as error metadata has it.
fn end_reason(reason: EndReason) -> &'static str {
    reason.as_str_name().trim_start_matches("END_REASON_")
}

fn state(state: AccessState) -> &'static str {
    state.as_str_name().trim_start_matches("ACCESS_STATE_")
}

fn capacity(capacity: core::Capacity) -> Option<Capacity> {
    match capacity {
        core::Capacity::Reader => Some(Capacity::Reader),
        core::Capacity::Guardian => Some(Capacity::Guardian),
        core::Capacity::PrivateReader => Some(Capacity::PrivateReader),
        core::Capacity::PrivateEditor => Some(Capacity::PrivateEditor),
        _ => None,
    }
}

fn to_proto(act: Act) -> core::Act {
    match act {
        Act::List => core::Act::List,
        Act::Read => core::Act::Read,
        Act::Download => core::Act::Download,
        Act::Search => core::Act::Search,
        Act::CreateFolder => core::Act::CreateFolder,
        Act::RenameFolder => core::Act::RenameFolder,
        Act::DeleteFolder => core::Act::DeleteFolder,
        Act::Move => core::Act::Move,
        Act::Mark => core::Act::Mark,
        Act::Delete => core::Act::Delete,
        Act::ChangeSettings => core::Act::ChangeSettings,
        Act::AcknowledgeService => core::Act::AcknowledgeService,
        Act::Forward => core::Act::Forward,
        Act::Send => core::Act::Send,
        Act::Reply => core::Act::Reply,
        Act::ManageRecipients => core::Act::ManageRecipients,
        Act::ReadActivity => core::Act::ReadActivity,
        Act::Watch => core::Act::Watch,
    }
}
