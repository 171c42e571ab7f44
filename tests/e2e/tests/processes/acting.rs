//! Everything else that people do with post and accesses: so that RPCs are looked at that do what they are for, and not only such as
//! refuse.

use crate::telling::{owner, reader};
use api::access::v1::AccessParty;
use api::core::v1::Act;
use api::mailbox::v1::{Delivery, ListContactPointsRequest};
use api::notification::v1::LedgerState;
use harness::actor::caseworker::attended;
use harness::actor::register::registration;
use harness::{Citizen, Letter, Person, Suite, Until, contact_point};
use kernel::{Clock as _, SystemClock};
use prost_types::Timestamp;

const BYG: &str = "authorities/29189668/contactPoints/byg";
/// Longer than a test lives.
const A_DAY: i64 = 24 * 60 * 60;

/// Lets those who were told everything, and others, do the rest.
pub(crate) async fn do_the_rest(suite: &Suite) {
    let (karen, niels) = (suite.citizen(owner()).await, suite.citizen(reader()).await);
    let mette = suite.citizen(Person::mette()).await;
    manage_accesses(suite, &karen, &niels, &mette).await;
    keep_post(suite, &karen).await;
    write(suite, &karen).await;
    send(suite, &karen).await;
    exempt(suite, &mette).await;
    manage_mail(suite, &niels).await;
}

async fn manage_accesses(suite: &Suite, karen: &Citizen, niels: &Citizen, mette: &Citizen) {
    let access = niels.received_accesses().await.unwrap().accesses.remove(0);
    karen.sees_access(&access.name).await.unwrap();
    karen.changes_expiry(&access, Until::Day("2099-06-30")).await.unwrap();
    karen.given_accesses().await.unwrap();
    niels.open_mailboxes().await.unwrap();
    niels.is_explained(Act::Read, &karen.mailbox).await.unwrap();
    let asked = mette.asks_for_access(karen, Until::Never).await.unwrap();
    karen.declines(&asked).await.unwrap();
    let offered = karen.gives_access(mette, Until::Never).await.unwrap();
    karen.withdraws(&offered).await.unwrap();
    karen.ended_accesses().await.unwrap();

    let desk = suite.caseworker();
    desk.creates_access(karen, mette, Until::Never).await.unwrap();
    let now = async || mette.received_accesses().await.unwrap().accesses.remove(0);
    desk.approves(&now().await, attended()).await.unwrap();
    desk.changes_expiry(&now().await, Until::Day("2099-06-30")).await.unwrap();
    desk.accesses_of(karen).await.unwrap();
    desk.removes(&now().await, AccessParty::Owner).await.unwrap();
    desk.asks_for(mette, karen, Until::Never, None).await.unwrap();
}

async fn keep_post(suite: &Suite, karen: &Citizen) {
    karen.sees_mailbox("mailboxes/me").await.unwrap();
    karen.shows_public_post(true, true).await.unwrap();
    let letter = Letter::about("Solsorteskat").with_pdf("solsortebilag.pdf");
    let message = suite.authority().delivers(&karen.person, letter).await.unwrap().message;
    let opened = karen.opens(&message).await.unwrap();
    karen.downloads(&opened.files[0].name, 0).await.unwrap();
    karen.marks(&message, false).await.unwrap();
    let folder = karen.makes_folder(&karen.mailbox, "Krondyrmappe to").await.unwrap();
    let inner = karen.makes_folder_in(&folder, "Krondyrmappe tre").await.unwrap();
    let inner = karen.moves_folder(&inner, "").await.unwrap();
    let inner = karen.renames_folder(&inner, "Krondyrmappe fire").await.unwrap();
    karen.deletes_folder(&inner).await.unwrap();
    karen.folders(&karen.mailbox).await.unwrap();
    karen.deletes(&message).await.unwrap();
    karen.restores(&message).await.unwrap();
    karen.deletes(&message).await.unwrap();
    karen.purges(&message).await.unwrap();
    karen.reads_log(&karen.mailbox).await.unwrap();
    let recipients = karen.recipients("mailboxes/me").await.unwrap();
    karen.removes_recipient(&recipients[0].name).await.unwrap();
    let summons = suite.authority().summons(&karen.person, Letter::about("Solsorteskat")).await.unwrap().message;
    karen.is_served(&summons).await.unwrap();
    karen.service_record(&summons).await.unwrap();
    karen.watches("mailboxes/me", "").await.unwrap();
}

async fn write(suite: &Suite, karen: &Citizen) {
    let authority = suite.authority();
    authority.sets_contact_points(vec![contact_point("byg", "Byggesager")]).await.unwrap();
    karen.finds_contact_points(ListContactPointsRequest::default()).await.unwrap();
    karen.writes_with(BYG, "Dompapsag", &["solsortebilag.pdf"]).await.unwrap();
    let asked = authority.asks(&karen.person, "Solsorteskat", BYG).await.unwrap();
    karen.replies(&asked.message).await.unwrap();
    let waiting = authority.waiting_post().await.unwrap();
    let file = waiting.iter().flat_map(|letter| &letter.files).next().unwrap();
    authority.downloads(&file.name, 0).await.unwrap();
    authority.acknowledges(&[&waiting[0].name]).await.unwrap();
}

async fn send(suite: &Suite, karen: &Citizen) {
    let authority = suite.authority();
    authority.watches_receipts("").await.unwrap();
    let number = karen.person.cpr_number.as_str();
    authority.looks_up(&[number], "").await.unwrap();
    authority.looks_up_one(number, "").await.unwrap();
    let prepared = authority.prepares(&karen.person, Letter::about("Solsorteskat")).await.unwrap();
    let uuid = prepared.message_uuid.clone();
    let visible_from = Some(Timestamp { seconds: SystemClock.now().as_secs() + A_DAY, nanos: 0 });
    authority.sends_all(vec![Delivery { visible_from, ..prepared }]).await.unwrap();
    authority.receipt(&uuid).await.unwrap();
    authority.withdraws(&uuid).await.unwrap();
}

async fn exempt(suite: &Suite, mette: &Citizen) {
    let desk = suite.exemption_desk();
    let exemption = desk.exempts(mette).await.unwrap();
    desk.exemption_of(&mette.person).await.unwrap();
    desk.ends(&exemption).await.unwrap();
    desk.exempts(mette).await.unwrap();
    mette.ends_exemption("mailboxes/me").await.unwrap();
    desk.decisions_on(mette).await.unwrap();
    suite.register().registers_all(vec![registration(&Person::ole())]).await.unwrap();
    suite.register().reports_death_of(&Person::ole()).await.unwrap();
}

async fn manage_mail(suite: &Suite, niels: &Citizen) {
    let started = niels.asks_for_mail_about_own_post_at("drossel@example.dk").await.unwrap();
    niels.sees_subscription(&started.name).await.unwrap();
    niels.switches_off_mail(&started).await.unwrap();
    suite.operator().sums_up().await;
    let sent = suite.operator().finds(LedgerState::Sent).await;
    suite.operator().redrives(&[&sent[0].name], "").await.unwrap();
}
