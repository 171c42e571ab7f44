//! Karen is told of her own post too: switched on in step 4, at another address from step 9 on, and off in the end.

use super::email::{code, confirm, show, start};
use super::inbox::Inbox;
use super::letter::deliver;
use super::stage::{MUNICIPALITY, Stage, ask};
use crate::people::KAREN;
use anyhow::Context as _;
use api::error::v1::ErrorReason;
use api::notification::v1::start_subscription_request::Target;
use api::notification::v1::{
    ChangeAddressRequest, StopSubscriptionRequest, Subscription, SubscriptionEndReason, SubscriptionState,
};
use std::time::Duration;
use tonic::Status;
use tonic_types::StatusExt as _;

/// Where Karen reads her e-mail, first and then.
const ADDRESS: &str = "karen@example.dk";
const NEW_ADDRESS: &str = "karen.ny@example.dk";
/// How long no e-mail must come: longer than letters are gathered for.
const SILENCE: Duration = Duration::from_secs(6);

/// What step 9 goes on with.
pub(super) struct Karens {
    subscription: Subscription,
    inbox: Inbox,
}

/// Karen switches e-mail about her own post on.
pub(super) async fn begin(stage: &Stage<'_>) -> anyhow::Result<Karens> {
    stage.show.act("Karen", &format!("wants e-mail about her own post, at {ADDRESS}"));
    let mut inbox = Inbox::new(&stage.layout().mail(), ADDRESS);
    let started = start(stage, &stage.karen, Target::OwnMailbox(true), ADDRESS).await?;
    let code = code(&inbox.next(stage, "the e-mail with Karen's code").await?)?;
    let subscription = confirm(stage, &stage.karen, &started.name, &code).await?;
    stage.check(subscription.state() == SubscriptionState::Active, "the owner subscribes in the same way (N7)")?;
    Ok(Karens { subscription, inbox })
}

pub(super) async fn play(stage: &Stage<'_>, karens: Karens) -> anyhow::Result<()> {
    stage.show.title("9 · Karen changes her address, and switches e-mail off");
    let Karens { subscription, mut inbox } = karens;
    // What came while others acted is read, to see what comes from here on.
    while !inbox.unread()?.is_empty() {
        inbox.next(stage, "e-mail about earlier letters").await?;
    }
    stage.show.act("Karen", &format!("names the address {NEW_ADDRESS}"));
    let changed = change(stage, &subscription.name).await?;
    show(stage, &changed);
    let waits = changed.email_address == ADDRESS && changed.pending_email_address == NEW_ADDRESS;
    stage.check(waits, "the old address stays in force until the code is entered (N2)")?;
    let mut new_inbox = Inbox::new(&stage.layout().mail(), NEW_ADDRESS);
    let code = code(&new_inbox.next(stage, "the e-mail with the code for the new address").await?)?;
    stage.show.act("Karen", &format!("enters {code}"));
    let confirmed = confirm(stage, &stage.karen, &changed.name, &code).await?;
    stage.check(confirmed.email_address == NEW_ADDRESS, "the new address is in force (N2)")?;
    // What others did may have brought news there as well.
    while !inbox.next(stage, "the old address is told").await?.text.contains("ikke længere") {}
    stage.check(true, "the old address is told that it no longer is (N2)")?;

    stage.show.act(MUNICIPALITY, "delivers a letter to Karen");
    deliver(stage, "Til den nye adresse", None).await?;
    let email = new_inbox.next(stage, "the e-mail about it").await?;
    stage.check(email.text.contains(&KAREN.full_name()), "it goes to the new address (N2, N7)")?;

    stage.show.act("Karen", "switches e-mail off");
    let request = StopSubscriptionRequest { name: confirmed.name, attendance: None, request_id: stage.new_id() };
    let stopped = ask!(stage.karen, stage.clients().subscriptions(), stop_subscription, request)?;
    let stopped = stopped.subscription.context("an answer without a subscription")?;
    show(stage, &stopped);
    stage.check(stopped.end_reason() == SubscriptionEndReason::Stopped, "it is off, for good (N3)")?;
    deliver(stage, "Efter det", None).await?;
    tokio::time::sleep(SILENCE).await;
    let unread = inbox.unread()?.len() + new_inbox.unread()?.len();
    stage.check(unread == 0, &format!("no e-mail has come within {} s (N3)", SILENCE.as_secs()))
}

/// Names the new address. The first try may come less than a minute after the last code: then it waits as it is told to.
async fn change(stage: &Stage<'_>, name: &str) -> anyhow::Result<Subscription> {
    let answer = match named(stage, name).await {
        Err(status) => {
            let wait = status.get_details_retry_info().and_then(|retry| retry.retry_delay);
            stage.check_refused::<Subscription>(Err(status), ErrorReason::CodeTooSoon)?;
            let wait = wait.context("it is not said when to try again")?;
            stage.show.note(&format!("a minute lies between two codes (N8): {} s to wait", wait.as_secs() + 1));
            tokio::time::sleep(wait).await;
            named(stage, name).await
        }
        answer => answer,
    };
    Ok(answer?)
}

async fn named(stage: &Stage<'_>, name: &str) -> Result<Subscription, Status> {
    let request = ChangeAddressRequest {
        name: name.to_owned(),
        email_address: NEW_ADDRESS.to_owned(),
        attendance: None,
        request_id: stage.new_id(),
    };
    let changed = ask!(stage.karen, stage.clients().subscriptions(), change_address, request)?;
    changed.subscription.ok_or_else(|| Status::internal("an answer without a subscription"))
}
