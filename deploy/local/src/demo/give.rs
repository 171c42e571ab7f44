//! Step 2: Karen gives, both are told, Niels looks and approves.

use super::stage::{Stage, ask, moment};
use crate::client::Bearer;
use crate::people::{KAREN, NIELS};
use anyhow::Context as _;
use api::access::v1::expiry::Choice;
use api::access::v1::{
    AccessScope, AccessState, ApproveAccessRequest, Expiry, GiveAccessRequest, ListGivenAccessesRequest,
    ListReceivedAccessesRequest, ReadAccess,
};
use api::core::v1::PersonParticulars;
use api::error::v1::ErrorReason;
use api::mailbox::v1::{GetMessageRequest, PostMessage, SenderKind};
use kernel::{Clock as _, Date, SystemClock};
use std::time::Duration;

pub(super) async fn play(stage: &Stage<'_>) -> anyhow::Result<ReadAccess> {
    stage.show.title("2 · On borger.dk Karen gives Niels read access");
    let expires_on = Date::in_denmark(SystemClock.now().plus(Duration::from_hours(365 * 24))).to_string();
    stage.show.act("Karen", "mistypes Niels's last name");
    let mistyped = give(stage, "Skov Hansen", &expires_on).await;
    stage.check_refused(mistyped, ErrorReason::PersonNotMatched)?;

    stage.show.act("Karen", &format!("gives {} access until {expires_on}", NIELS.full_name()));
    let access = give(stage, NIELS.last, &expires_on).await?;
    show(stage, &access);
    stage.check(access.state() == AccessState::Offered, "the access is offered and not active yet (A5)")?;
    stage.check(access.status_text_da == "Mangler godkendelse", "Karen sees \"Mangler godkendelse\" (A8)")?;

    told(stage, "Karen", &stage.karen, &NIELS.full_name(), "A4").await?;
    let notice = told(stage, "Niels", &stage.niels, &KAREN.full_name(), "A4").await?;
    let link = notice.links.first().context("the notice to Niels has no link")?;
    stage.check(link.text == "Se dine adgange til Digital Post", "Niels's message links to his accesses (A4)")?;

    stage.show.act("Niels", "tries to look into Karen's mailbox before approving");
    stage.check_refused(stage.letters(&stage.niels, &mailbox_of(&access)).await, ErrorReason::AccessNotActive)?;
    approve(stage, &expires_on).await
}

async fn give(stage: &Stage<'_>, last_name: &str, expires_on: &str) -> Result<ReadAccess, tonic::Status> {
    let request = GiveAccessRequest {
        reader: Some(PersonParticulars {
            first_name: NIELS.first.to_owned(),
            last_name: last_name.to_owned(),
            cpr_number: NIELS.cpr.to_owned(),
        }),
        scope: AccessScope::PublicPost as i32,
        expiry: Some(Expiry { choice: Some(Choice::ExpiresOn(expires_on.to_owned())) }),
        level: 0,
        request_id: stage.new_id(),
    };
    let given = ask!(stage.karen, stage.clients().read_access(), give_access, request)?;
    given.access.ok_or_else(|| tonic::Status::internal("an answer without an access"))
}

/// Waits for the message from Digital Post about the access, and opens it.
pub(super) async fn told(
    stage: &Stage<'_>,
    who: &str,
    token: &Bearer,
    other: &str,
    rule: &str,
) -> anyhow::Result<PostMessage> {
    stage.show.act(who, "finds a message in Digital Post");
    let what = format!("a message to {who} about the access");
    let notice = stage.until(&what, || async {
        let letters = stage.letters(token, "mailboxes/me").await?;
        let from_us = |sender: &api::mailbox::v1::Sender| sender.kind() == SenderKind::DigitalPost;
        Ok(letters.into_iter().find(|letter| letter.sender.as_ref().is_some_and(from_us)))
    });
    let request = GetMessageRequest { name: notice.await?.name };
    let opened = ask!(token, stage.clients().mailbox(), get_message, request)?;
    let message = opened.message.context("an answer without a letter")?;
    let summary = message.summary.clone().unwrap_or_default();
    stage.show.line("subject", &summary.subject);
    for line in message.body_text.lines().filter(|line| !line.is_empty()) {
        stage.show.line("", line);
    }
    for link in &message.links {
        stage.show.line("link", &format!("{} → {}", link.text, link.url));
    }
    stage.check(message.body_text.contains(other), &format!("it tells {who} about {other} ({rule})"))?;
    Ok(message)
}

/// Niels sees what he is to approve, and approves just that.
async fn approve(stage: &Stage<'_>, expires_on: &str) -> anyhow::Result<ReadAccess> {
    let request = ListReceivedAccessesRequest::default();
    let listed = ask!(stage.niels, stage.clients().read_access(), list_received_accesses, request)?;
    stage.show.act("Niels", &format!("opens \"{}\"", listed.heading_da));
    let offered = listed.accesses.first().context("Niels's list is empty")?.clone();
    show(stage, &offered);
    stage.check(listed.accesses.len() == 1, "one access is in the list")?;
    stage.check(offered.status_text_da == "Mangler din godkendelse", "he sees \"Mangler din godkendelse\" (A8)")?;
    stage.check(offered.owner_display_name == KAREN.full_name(), "he sees Karen's name before approving (A29)")?;
    let until = offered.expiry.as_ref().and_then(|expiry| expiry.choice.clone());
    stage.check(until == Some(Choice::ExpiresOn(expires_on.to_owned())), "and the expiry date (A29)")?;

    stage.show.act("Niels", &format!("approves version {}, the one he was shown", offered.version));
    let request = ApproveAccessRequest { name: offered.name, version: offered.version, request_id: stage.new_id() };
    let approved = ask!(stage.niels, stage.clients().read_access(), approve_access, request)?;
    let access = approved.access.context("an answer without an access")?;
    show(stage, &access);
    stage.check(access.status_text_da == "Aktiv læseadgang", "he sees \"Aktiv læseadgang\" (A5, A8)")?;
    let request = ListGivenAccessesRequest::default();
    let given = ask!(stage.karen, stage.clients().read_access(), list_given_accesses, request)?;
    let seen = given.accesses.first().is_some_and(|access| access.status_text_da == "Aktiv læseadgang");
    stage.check(seen, &format!("Karen sees the same in \"{}\" (A8)", given.heading_da))?;
    Ok(access)
}

pub(super) fn show(stage: &Stage<'_>, access: &ReadAccess) {
    stage.show.line("access", &access.name);
    stage.show.line("owner, reader", &format!("{}, {}", access.owner_display_name, access.reader_display_name));
    stage.show.line("state", &format!("{} · version {}", access.status_text_da, access.version));
    stage.show.line("ends", &moment(access.expire_time));
}

/// The mailbox that an access opens.
pub(super) fn mailbox_of(access: &ReadAccess) -> String {
    let mailbox = access.name.split_once("/accesses/").map_or("", |(mailbox, _)| mailbox);
    mailbox.to_owned()
}
