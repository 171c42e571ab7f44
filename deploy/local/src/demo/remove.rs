//! Step 5: Karen removes the access; Niels's very next call is refused, an e-mail says that there will be no more, and none
//! comes.

use super::give::mailbox_of;
use super::inbox::Inbox;
use super::letter::deliver;
use super::stage::{MUNICIPALITY, Stage, ask, moment};
use anyhow::Context as _;
use api::access::v1::{AccessState, EndReason, ListReceivedAccessesRequest, ReadAccess, RemoveAccessRequest};
use api::error::v1::ErrorReason;
use std::time::Duration;

/// How long no e-mail must come: longer than letters are gathered for.
const SILENCE: Duration = Duration::from_secs(6);

pub(super) async fn play(stage: &Stage<'_>, access: &ReadAccess, inbox: &mut Inbox) -> anyhow::Result<()> {
    stage.show.title("5 · Karen removes the access");
    let mailbox = mailbox_of(access);
    stage.letters(&stage.niels, &mailbox).await.context("Niels reads until the end")?;
    stage.show.act("Karen", "removes it");
    let request = RemoveAccessRequest { name: access.name.clone(), request_id: stage.new_id() };
    let removed = ask!(stage.karen, stage.clients().read_access(), remove_access, request)?;
    // The very next call, before anything is shown.
    let next = stage.letters(&stage.niels, &mailbox).await;
    let removed = removed.access.context("an answer without an access")?;
    stage.show.line("state", &format!("{} · {}", removed.status_text_da, moment(removed.end_time)));
    let ended = removed.state() == AccessState::Ended && removed.end_reason() == EndReason::RemovedByOwner;
    stage.check(ended, "it ended as removed by the owner (A6, A21)")?;
    stage.show.act("Niels", "lists Karen's letters");
    let metadata = stage.check_refused(next, ErrorReason::AccessEnded)?;
    let told = metadata.iter().any(|(key, value)| key == "end_reason" && value == "REMOVED_BY_OWNER");
    stage.check(told, "his very next call is refused, with the reason of the end (A6, A20)")?;
    let request = ListReceivedAccessesRequest::default();
    let listed = ask!(stage.niels, stage.clients().read_access(), list_received_accesses, request)?;
    stage.check(listed.accesses.is_empty(), "his list no longer shows Karen (A6)")?;
    let email = inbox.next(stage, "the e-mail that says that there will be no more").await?;
    stage.check(email.text.contains("sendes ikke længere til denne adresse"), "he is told so by e-mail (N5)")?;

    stage.show.act(MUNICIPALITY, "delivers a further letter to Karen");
    deliver(stage, "Endnu et brev", None).await?;
    let mine = stage.letters(&stage.karen, "mailboxes/me").await?;
    stage.check(mine.iter().any(|letter| letter.subject == "Endnu et brev"), "Karen has it (A28)")?;
    tokio::time::sleep(SILENCE).await;
    let unread = inbox.unread()?.len();
    stage.check(unread == 0, &format!("no further e-mail has reached Niels within {} s (N5)", SILENCE.as_secs()))
}
