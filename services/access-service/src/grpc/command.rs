//! Requests into commands. Every wrong field of a request is named at once.

use super::convert;
use crate::domain::access::Pending;
use crate::domain::decision::Question;
use crate::domain::party::Party;
use crate::domain::rights::Act;
use crate::domain::scope::PostKind;
use crate::domain::{Expiry, Guardianship, Scope};
use crate::error::AccessName;
use crate::usecase::begin::Begin;
use crate::usecase::explain::Why;
use api::access::v1 as wire;
use api::access::v1::expiry::Choice;
use api::core::v1 as core;
use kernel::resource::MailboxRef;
use kernel::{Date, MailboxId, PageSize, PersonId, Portal, reference, resource};
use rpc::{Fields, Refusal};

/// The longest case number or the like, in characters.
pub(super) const MAX_REFERENCE: usize = 64;
/// The most questions of a batch.
const MAX_QUESTIONS: usize = 100;

pub(super) fn give(request: &wire::GiveAccessRequest, portal: Portal, today: Date) -> Result<Begin, Refusal> {
    let mut fields = Fields::new();
    let other = fields.particulars("reader", request.reader.as_ref());
    let scope = scope(&mut fields, request.scope, portal);
    let expiry = expiry(&mut fields, request.expiry.as_ref(), today);
    level(&mut fields, request.level);
    fields.request_id(&request.request_id);
    let (other, scope, expiry) = fields.all((other, scope, expiry))?;
    Ok(Begin { pending: Pending::Offer, other, scope, expiry, guardianship: None })
}

pub(super) fn request(request: &wire::RequestAccessRequest, portal: Portal, today: Date) -> Result<Begin, Refusal> {
    let mut fields = Fields::new();
    let other = fields.particulars("owner", request.owner.as_ref());
    let scope = scope(&mut fields, request.scope, portal);
    let expiry = expiry(&mut fields, request.expiry.as_ref(), today);
    level(&mut fields, request.level);
    let guardianship = guardianship(&mut fields, request.guardianship.as_ref(), today);
    if request.guardianship.is_some() && scope.is_some_and(|scope| scope != Scope::PublicPost) {
        fields.refuse("guardianship", "goes with PUBLIC_POST only");
    }
    fields.request_id(&request.request_id);
    let (other, scope, expiry) = fields.all((other, scope, expiry))?;
    Ok(Begin { pending: Pending::Request, other, scope, expiry, guardianship })
}

/// The name of an access, and nothing else but a request id.
pub(super) fn named(name: &str, request_id: &str) -> Result<AccessName, Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", name, resource::parse_access);
    fields.request_id(request_id);
    fields.all((name,)).map(|(name,)| name)
}

pub(super) fn approve(request: &wire::ApproveAccessRequest) -> Result<(AccessName, i64), Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_access);
    let version = version(&mut fields, request.version);
    fields.request_id(&request.request_id);
    fields.all((name, version))
}

pub(super) fn change_expiry(
    request: &wire::ChangeExpiryRequest,
    today: Date,
) -> Result<(AccessName, i64, Expiry), Refusal> {
    let mut fields = Fields::new();
    let name = fields.required("name", &request.name, resource::parse_access);
    let version = version(&mut fields, request.version);
    let expiry = expiry(&mut fields, request.expiry.as_ref(), today);
    fields.request_id(&request.request_id);
    fields.all((name, version, expiry))
}

pub(super) fn page_size(size: i32) -> Result<PageSize, Refusal> {
    let mut fields = Fields::new();
    let size = fields.take("page_size", PageSize::parse(size));
    fields.all((size,)).map(|(size,)| size)
}

pub(super) fn ended(request: &wire::ListEndedAccessesRequest) -> Result<(Option<Party>, PageSize), Refusal> {
    let mut fields = Fields::new();
    let party = wire::AccessParty::try_from(request.caller_party).map(convert::party_in);
    let party = fields.take("caller_party", party.map_err(|_| UNKNOWN));
    let size = fields.take("page_size", PageSize::parse(request.page_size));
    fields.all((party, size))
}

/// On public post, where the caller doesn't say.
pub(super) fn explain(request: &wire::ExplainAccessRequest) -> Result<Why, Refusal> {
    let mut fields = Fields::new();
    let mailbox = fields.required("mailbox", &request.mailbox, resource::parse_mailbox);
    let act = act(&mut fields, "act", request.act);
    let person = fields.optional("person", &request.person, resource::parse_person);
    let post_kind = core::PostKind::try_from(request.post_kind).map(convert::post_kind_in);
    let post_kind = fields.take("post_kind", post_kind.map_err(|_| UNKNOWN));
    let (mailbox, act, person, post_kind) = fields.all((mailbox, act, person, post_kind))?;
    Ok(Why { mailbox, act, person, post_kind: post_kind.unwrap_or(PostKind::Public) })
}

pub(super) fn check(request: &wire::CheckRequest) -> Result<(PersonId, Question), Refusal> {
    let mut fields = Fields::new();
    let actor = fields.required("actor", &request.actor, resource::parse_person);
    let question = question(&mut fields, "question", request.question.as_ref());
    fields.all((actor, question))
}

pub(super) fn batch_check(request: &wire::BatchCheckRequest) -> Result<(PersonId, Vec<Question>), Refusal> {
    let mut fields = Fields::new();
    let actor = fields.required("actor", &request.actor, resource::parse_person);
    count(&mut fields, "questions", request.questions.len());
    let asked = request.questions.iter().take(MAX_QUESTIONS).enumerate();
    let questions: Vec<_> =
        asked.map(|(at, asked)| question(&mut fields, &format!("questions[{at}]"), Some(asked))).collect();
    fields.all((actor, questions.into_iter().collect()))
}

pub(super) fn accesses(request: &wire::CheckAccessActiveRequest) -> Result<Vec<AccessName>, Refusal> {
    let mut fields = Fields::new();
    count(&mut fields, "accesses", request.accesses.len());
    let asked = request.accesses.iter().take(MAX_QUESTIONS).enumerate();
    let names: Vec<_> =
        asked.map(|(at, name)| fields.required(&format!("accesses[{at}]"), name, resource::parse_access)).collect();
    fields.all((names.into_iter().collect(),)).map(|(names,)| names)
}

/// A statement that may be left out (rule A13); a wrong one is among the violations.
pub(super) fn guardianship(
    fields: &mut Fields,
    given: Option<&wire::Guardianship>,
    today: Date,
) -> Option<Guardianship> {
    let given = given?;
    let reference =
        fields.required("guardianship.reference", &given.reference, |text| reference::parse(text, MAX_REFERENCE));
    let end_date = fields.required("guardianship.end_date", &given.end_date, |day| match Date::parse(day) {
        Ok(day) if day < today => Err("must be today or later"),
        Ok(day) if day >= Date::MAX => Err("must be before 9999-12-31"),
        Ok(day) => Ok(day),
        Err(_) => Err("must be a date of the calendar in the form YYYY-MM-DD"),
    });
    Some(Guardianship { reference: reference?, end_date: end_date? })
}

pub(super) const UNKNOWN: &str = "is not a known value";

fn count(fields: &mut Fields, field: &str, count: usize) {
    if count == 0 || count > MAX_QUESTIONS {
        fields.refuse(field, format!("must be 1 to {MAX_QUESTIONS}"));
    }
}

fn scope(fields: &mut Fields, scope: i32, portal: Portal) -> Option<Scope> {
    match wire::AccessScope::try_from(scope).map(|scope| convert::scope_in(scope, portal)) {
        Ok(scope) => fields.present("scope", scope),
        Err(_) => fields.take("scope", Err(UNKNOWN)),
    }
}

/// The one place where a choice of expiry is read (rule A1).
pub(super) fn expiry(fields: &mut Fields, expiry: Option<&wire::Expiry>, today: Date) -> Option<Expiry> {
    let Some(choice) = expiry.and_then(|expiry| expiry.choice.as_ref()) else {
        fields.refuse("expiry", "is required: expires_on or never_expires");
        return None;
    };
    match choice {
        Choice::ExpiresOn(day) => {
            let expiry = Expiry::On(fields.required("expiry.expires_on", day, Date::parse)?);
            fields.take("expiry.expires_on", expiry.check(today)).map(|()| expiry)
        }
        Choice::NeverExpires(true) => Some(Expiry::Never),
        Choice::NeverExpires(false) => {
            fields.refuse("expiry.never_expires", "must be true, or expires_on be given");
            None
        }
    }
}

fn level(fields: &mut Fields, level: i32) {
    if wire::AccessLevel::try_from(level).is_err() {
        fields.refuse("level", UNKNOWN);
    }
}

pub(super) fn version(fields: &mut Fields, version: i64) -> Option<i64> {
    fields.take("version", if version >= 1 { Ok(version) } else { Err("must be 1 or more") })
}

fn act(fields: &mut Fields, path: &str, act: i32) -> Option<Act> {
    match core::Act::try_from(act).map(convert::act_in) {
        Ok(act) => fields.present(path, act),
        Err(_) => fields.take(path, Err(UNKNOWN)),
    }
}

fn question(fields: &mut Fields, path: &str, question: Option<&wire::AccessQuestion>) -> Option<Question> {
    let question = fields.present(path, question)?;
    let mailbox = fields.required(&format!("{path}.mailbox"), &question.mailbox, mailbox_by_id);
    let act = act(fields, &format!("{path}.act"), question.act);
    let post_kind = core::PostKind::try_from(question.post_kind).map(convert::post_kind_in);
    let post_kind = fields.take(&format!("{path}.post_kind"), post_kind.map_err(|_| UNKNOWN));
    Some(Question { mailbox: mailbox?, act: act?, post_kind: post_kind? })
}

/// Between services a mailbox goes by its id, never by "me".
fn mailbox_by_id(name: &str) -> Result<MailboxId, resource::InvalidResourceName> {
    match resource::parse_mailbox(name) {
        Ok(MailboxRef::Id(mailbox)) => Ok(mailbox),
        _ => Err(resource::InvalidResourceName("mailboxes/{mailbox}")),
    }
}
