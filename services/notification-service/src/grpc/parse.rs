//! Requests, parsed once into typed values, with every violation at once.

use crate::domain::access::AccessName;
use crate::domain::code::Code;
use api::core::v1::Attendance;
use api::notification::v1 as proto;
use api::notification::v1::start_subscription_request::Target;
use kernel::email::InvalidEmailAddress;
use kernel::resource::{self, InvalidResourceName};
use kernel::{EmailAddress, MailboxId, PageSize, SubscriptionId};
use rpc::{Fields, Reason, Refusal};

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

pub(super) fn start(request: &proto::StartSubscriptionRequest) -> Result<(Source, EmailAddress), Refusal> {
    // Asking for SMS gets its reason and not a list of fields: who asks for it has no e-mail address to give (N4).
    if request.channel() == proto::Channel::Sms {
        return Err(Refusal::new(Reason::SmsNotPossible));
    }
    let mut fields = Fields::new();
    let source = match &request.target {
        Some(Target::Access(name)) => fields.required("access", name, access).map(Source::Access),
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
    refuse_attendance(&mut fields, request.attendance.as_ref());
    fields.request_id(&request.request_id);
    fields.all((source, address))
}

pub(super) fn confirm(request: &proto::ConfirmSubscriptionRequest) -> Result<(Name, Code), Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_subscription);
    let code = fields.required("code", &request.code, Code::parse);
    refuse_attendance(&mut fields, request.attendance.as_ref());
    fields.request_id(&request.request_id);
    fields.all((name, code))
}

pub(super) fn resend(request: &proto::ResendCodeRequest) -> Result<Name, Refusal> {
    named(&request.name, request.attendance.as_ref(), &request.request_id)
}

pub(super) fn stop(request: &proto::StopSubscriptionRequest) -> Result<Name, Refusal> {
    named(&request.name, request.attendance.as_ref(), &request.request_id)
}

pub(super) fn change_address(request: &proto::ChangeAddressRequest) -> Result<(Name, EmailAddress), Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_subscription);
    let address = fields.required("email_address", &request.email_address, address);
    refuse_attendance(&mut fields, request.attendance.as_ref());
    fields.request_id(&request.request_id);
    fields.all((name, address))
}

pub(super) fn get(request: &proto::GetSubscriptionRequest) -> Result<Name, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_subscription);
    fields.all((name,)).map(|(name,)| name)
}

pub(super) fn list(request: &proto::ListSubscriptionsRequest) -> Result<(Option<AccessName>, PageSize), Refusal> {
    let mut fields = Fields::new();
    let access = fields.optional("access", &request.access, access);
    let size = fields.take("page_size", PageSize::parse(request.page_size));
    if request.page_token.len() > MAX_PAGE_TOKEN {
        fields.refuse("page_token", format!("must be at most {MAX_PAGE_TOKEN} characters"));
    }
    fields.all((access, size))
}

fn named(name: &str, attendance: Option<&Attendance>, request_id: &str) -> Result<Name, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", name, resource::parse_subscription);
    refuse_attendance(&mut fields, attendance);
    fields.request_id(request_id);
    fields.all((name,)).map(|(name,)| name)
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

/// A citizen calls for themselves.
fn refuse_attendance(fields: &mut Fields, attendance: Option<&Attendance>) {
    if attendance.is_some() {
        fields.refuse("attendance", "is for caseworkers only");
    }
}
