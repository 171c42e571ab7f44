//! Step 4: Niels switches e-mail on, enters the code from the e-mail, and is told about the next letter.

use super::inbox::{Email, Inbox};
use super::letter::deliver;
use super::stage::{MUNICIPALITY, Stage, ask, moment};
use crate::client::Bearer;
use crate::people::KAREN;
use anyhow::Context as _;
use api::access::v1::ReadAccess;
use api::error::v1::ErrorReason;
use api::notification::v1::start_subscription_request::Target;
use api::notification::v1::{
    Channel, ConfirmSubscriptionRequest, StartSubscriptionRequest, Subscription, SubscriptionState,
};
use kernel::ServiceName;

/// Where Niels reads his e-mail.
const ADDRESS: &str = "niels@example.dk";
/// The subject of the letter, which no e-mail may show.
const SUBJECT: &str = "Afgørelse om boligstøtte";

pub(super) async fn play(stage: &Stage<'_>, access: &ReadAccess) -> anyhow::Result<Inbox> {
    stage.show.title("4 · Niels switches on e-mail about new post");
    let mut inbox = Inbox::new(&stage.layout().mail(), ADDRESS);
    stage.show.act("Niels", &format!("names the address {ADDRESS}"));
    let subscription = start(stage, &stage.niels, Target::Access(access.name.clone()), ADDRESS).await?;
    let waits = subscription.state() == SubscriptionState::AwaitingCode && subscription.email_address.is_empty();
    stage.check(waits, "the address waits for its code and is not in force (N2)")?;

    stage.show.act("Niels", "finds the code in his inbox");
    let code = code(&inbox.next(stage, "the e-mail with the code").await?)?;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    stage.show.act("Niels", &format!("enters {wrong}, which is wrong"));
    stage.check_refused(confirm(stage, &stage.niels, &subscription.name, wrong).await, ErrorReason::CodeRefused)?;
    stage.show.act("Niels", &format!("enters {code}"));
    let subscription = confirm(stage, &stage.niels, &subscription.name, &code).await?;
    show(stage, &subscription);
    let in_force = subscription.state() == SubscriptionState::Active && subscription.email_address == ADDRESS;
    stage.check(in_force, "the address is in force (N1, N2)")?;

    stage.show.act(MUNICIPALITY, "delivers another letter to Karen");
    deliver(stage, SUBJECT, None).await?;
    // Acknowledged is acknowledged: the e-mail is owed, whatever happens now.
    stage.crash(&[ServiceName::Mailbox, ServiceName::Notification]).await?;
    stage.show.act("Niels", "gets an e-mail about it");
    let email = inbox.next(stage, "the e-mail about the new letter").await?;
    stage.check(email.text.contains(&KAREN.full_name()), "it says whose mailbox has new post (N5, N6)")?;
    let silent = [SUBJECT, MUNICIPALITY, KAREN.cpr].iter().all(|secret| !email.text.contains(secret));
    stage.check(silent, "and nothing of subject, sender or CPR number (N6)")?;
    Ok(inbox)
}

/// Switches e-mail on; a code is sent.
pub(super) async fn start(
    stage: &Stage<'_>,
    who: &Bearer,
    target: Target,
    address: &str,
) -> anyhow::Result<Subscription> {
    let request = StartSubscriptionRequest {
        target: Some(target),
        channel: Channel::Email as i32,
        email_address: address.to_owned(),
        attendance: None,
        request_id: stage.new_id(),
    };
    let started = ask!(who, stage.clients().subscriptions(), start_subscription, request)?;
    let subscription = started.subscription.context("an answer without a subscription")?;
    show(stage, &subscription);
    Ok(subscription)
}

/// Enters the code.
pub(super) async fn confirm(
    stage: &Stage<'_>,
    who: &Bearer,
    name: &str,
    code: &str,
) -> Result<Subscription, tonic::Status> {
    let request = ConfirmSubscriptionRequest {
        name: name.to_owned(),
        code: code.to_owned(),
        attendance: None,
        request_id: stage.new_id(),
    };
    let confirmed = ask!(who, stage.clients().subscriptions(), confirm_subscription, request)?;
    confirmed.subscription.ok_or_else(|| tonic::Status::internal("an answer without a subscription"))
}

/// Shows a subscription.
pub(super) fn show(stage: &Stage<'_>, subscription: &Subscription) {
    stage.show.line("subscription", &subscription.name);
    stage.show.line("state", &format!("{:?} for {}", subscription.state(), subscription.owner_display_name));
    if subscription.code_expire_time.is_some() {
        stage.show.line("code valid until", &moment(subscription.code_expire_time));
    }
}

/// The six digits that stand alone in the text.
pub(super) fn code(email: &Email) -> anyhow::Result<String> {
    let mut words = email.text.split(|c: char| !c.is_ascii_alphanumeric());
    let code = words.find(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()));
    code.map(str::to_owned).context("there is no code in the e-mail")
}
