//! Requests, parsed once into typed values, with every violation at once.

use crate::domain::access::AccessName;
use crate::domain::code::Code;
use crate::domain::overview;
use crate::grpc::ledger_view::{read_kind, read_state};
use api::core::v1 as core;
use api::notification::v1 as proto;
use api::notification::v1::start_subscription_request::Target;
use kernel::email::InvalidEmailAddress;
use kernel::resource::{self, InvalidResourceName};
use kernel::{Attendance, EmailAddress, LedgerEntryId, MailboxId, PageSize, Presence, SubscriptionId};
use rpc::{Fields, Reason, Refusal};
use std::collections::HashSet;

/// The full name of a subscription.
pub(super) type Name = (MailboxId, SubscriptionId);

/// What a new subscription is to tell about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Source {
    /// The mailbox that an access opens.
    Access(AccessName),
    /// The caller's own.
    OwnMailbox,
}

/// The longest page token.
const MAX_PAGE_TOKEN: usize = 512;
/// What a page of the ledger holds when the caller does not say.
const LEDGER_PAGE: u16 = 100;
/// The most that a page of the ledger holds.
const MAX_LEDGER_PAGE: u16 = 1_000;
/// The most entries that one call sets going again.
const MAX_REDRIVEN: usize = 1_000;

/// Who manages a subscription: its subscriber, or a caseworker at whose desk they attend (A24).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Manages {
    /// The subscriber.
    Themselves,
    /// A caseworker.
    AtDesk,
}

/// What a caseworker states; nothing for a subscriber.
pub(super) type Stated = Option<Attendance>;

pub(super) fn start(
    request: &proto::StartSubscriptionRequest,
    manages: Manages,
) -> Result<(Source, EmailAddress, Stated), Refusal> {
    // Asking for SMS gets its reason and not a list of fields: who asks for it has no e-mail address to give (N4).
    if request.channel() == proto::Channel::Sms {
        return Err(Refusal::new(Reason::SmsNotPossible));
    }
    let mut fields = Fields::new();
    let source = match &request.target {
        Some(Target::Access(name)) => fields.required("access", name, access).map(Source::Access),
        Some(Target::OwnMailbox(_)) if manages == Manages::AtDesk => {
            fields.refuse("own_mailbox", "is for the mailbox's owner only");
            None
        }
        Some(Target::OwnMailbox(true)) => Some(Source::OwnMailbox),
        Some(Target::OwnMailbox(false)) => {
            fields.refuse("own_mailbox", "must be true, or access be given");
            None
        }
        None => fields.present("target", None),
    };
    if request.channel() != proto::Channel::Email {
        fields.refuse("channel", "must be EMAIL");
    }
    let address = fields.required("email_address", &request.email_address, address);
    let stated = stated(&mut fields, request.attendance.as_ref(), manages);
    fields.request_id(&request.request_id);
    fields.all((source, address, stated))
}

pub(super) fn confirm(
    request: &proto::ConfirmSubscriptionRequest,
    manages: Manages,
) -> Result<(Name, Code, Stated), Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_subscription);
    let code = fields.required("code", &request.code, Code::parse);
    let stated = stated(&mut fields, request.attendance.as_ref(), manages);
    fields.request_id(&request.request_id);
    fields.all((name, code, stated))
}

pub(super) fn resend(request: &proto::ResendCodeRequest, manages: Manages) -> Result<(Name, Stated), Refusal> {
    named(&request.name, request.attendance.as_ref(), &request.request_id, manages)
}

pub(super) fn stop(request: &proto::StopSubscriptionRequest, manages: Manages) -> Result<(Name, Stated), Refusal> {
    named(&request.name, request.attendance.as_ref(), &request.request_id, manages)
}

pub(super) fn change_address(
    request: &proto::ChangeAddressRequest,
    manages: Manages,
) -> Result<(Name, EmailAddress, Stated), Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_subscription);
    let address = fields.required("email_address", &request.email_address, address);
    let stated = stated(&mut fields, request.attendance.as_ref(), manages);
    fields.request_id(&request.request_id);
    fields.all((name, address, stated))
}

pub(super) fn get(request: &proto::GetSubscriptionRequest) -> Result<Name, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_subscription);
    fields.all((name,)).map(|(name,)| name)
}

pub(super) fn list(
    request: &proto::ListSubscriptionsRequest,
    manages: Manages,
) -> Result<(Option<AccessName>, PageSize), Refusal> {
    let mut fields = Fields::new();
    let access = match manages {
        Manages::Themselves => fields.optional("access", &request.access, access),
        Manages::AtDesk => fields.required("access", &request.access, access).map(Some),
    };
    let size = fields.take("page_size", PageSize::parse(request.page_size));
    page_token(&mut fields, &request.page_token);
    fields.all((access, size))
}

pub(super) fn list_ledger(request: &proto::ListLedgerEntriesRequest) -> Result<(overview::Filter, PageSize), Refusal> {
    let mut fields = Fields::new();
    let state = named_value(request.state, |state| read_state(proto::LedgerState::try_from(state).ok()?));
    let kind = named_value(request.kind, |kind| read_kind(proto::LedgerKind::try_from(kind).ok()?));
    let (state, kind) = (fields.take("state", state), fields.take("kind", kind));
    let size = PageSize::parse_within(request.page_size, LEDGER_PAGE, MAX_LEDGER_PAGE);
    let size = fields.take("page_size", size);
    page_token(&mut fields, &request.page_token);
    let (state, kind, size) = fields.all((state, kind, size))?;
    Ok((overview::Filter { state, kind }, size))
}

pub(super) fn redrive(request: &proto::RedriveLedgerEntriesRequest) -> Result<Vec<LedgerEntryId>, Refusal> {
    let mut fields = Fields::new();
    if request.names.is_empty() || request.names.len() > MAX_REDRIVEN {
        fields.refuse("names", format!("must be 1 to {MAX_REDRIVEN}"));
    }
    let mut seen = HashSet::new();
    let mut ids = Vec::new();
    for (at, name) in request.names.iter().enumerate().take(MAX_REDRIVEN) {
        let field = format!("names[{at}]");
        let Some(id) = fields.required(&field, name, resource::parse_ledger_entry) else { continue };
        if !seen.insert(id) {
            fields.refuse(&field, "must not be there twice");
        }
        ids.push(id);
    }
    fields.request_id(&request.request_id);
    fields.all((Some(ids),)).map(|(ids,)| ids)
}

/// What a filter names; zero names nothing.
fn named_value<T>(wire: i32, read: impl FnOnce(i32) -> Option<T>) -> Result<Option<T>, &'static str> {
    if wire == 0 { Ok(None) } else { read(wire).map(Some).ok_or("must be one of the values of the API") }
}

fn page_token(fields: &mut Fields, token: &str) {
    if token.len() > MAX_PAGE_TOKEN {
        fields.refuse("page_token", format!("must be at most {MAX_PAGE_TOKEN} characters"));
    }
}

fn named(
    name: &str,
    attendance: Option<&core::Attendance>,
    request_id: &str,
    manages: Manages,
) -> Result<(Name, Stated), Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", name, resource::parse_subscription);
    let stated = stated(&mut fields, attendance, manages);
    fields.request_id(request_id);
    fields.all((name, stated))
}

fn access(name: &str) -> Result<AccessName, InvalidResourceName> {
    resource::parse_access(name).map(|(mailbox, id)| AccessName { mailbox, id })
}

/// An address whose local part is ASCII, which every mail server takes; the domain may be international.
fn address(text: &str) -> Result<EmailAddress, InvalidEmailAddress> {
    let address = EmailAddress::parse(text)?;
    let local = address.as_str().rsplit_once('@').map_or("", |(local, _)| local);
    let deliverable = local.is_ascii() && idna::domain_to_ascii(address.domain()).is_ok();
    if deliverable { Ok(address) } else { Err(InvalidEmailAddress) }
}

/// A citizen calls for themselves and states nothing; at the desk the subscriber must have attended.
fn stated(fields: &mut Fields, given: Option<&core::Attendance>, manages: Manages) -> Option<Stated> {
    match manages {
        Manages::AtDesk => fields.attendance(given, &[Presence::Attended]).map(Some),
        Manages::Themselves => {
            if given.is_some() {
                fields.refuse("attendance", "is for caseworkers only");
            }
            Some(None)
        }
    }
}
