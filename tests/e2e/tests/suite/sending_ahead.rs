//! Letters that are sent ahead of the day from which they show (M4).

use api::mailbox::v1::{Delivery, DeliveryState, Receipt};
use harness::actor::exemption_desk::granted;
use harness::{Authority, Citizen, Letter, Person, Refusable as _, Suite, on_both};
use kernel::{Clock as _, Portal};
use prost_types::Timestamp;
use std::time::Duration;

on_both! {
    Suite: m4_a_letter_sent_ahead_shows_to_nobody_before_its_moment,
    m4_at_its_moment_it_is_listed_counted_and_told,
    m4_only_its_sender_withdraws_it_and_only_before,
    m4_private_post_sent_ahead_shows_in_its_own_portal_only,
    a17_the_moment_a_letter_became_available_never_changes,
    p8_a_letter_sent_ahead_to_somebody_who_dies_is_returned,
    x3_a_letter_sent_ahead_to_somebody_who_is_exempted_is_returned,
}

const A_DAY: Duration = Duration::from_hours(24);

/// A letter that shows a day from now.
async fn prepared(suite: &Suite, sender: &Authority, to: &Person) -> Delivery {
    let delivery = sender.prepares(to, Letter::about("Valgkort").with_pdf("valgkort.pdf")).await.unwrap();
    let visible_from = Some(Timestamp { seconds: suite.clock().now().plus(A_DAY).as_secs(), nanos: 0 });
    Delivery { visible_from, ..delivery }
}

/// The same, sent by the municipality.
async fn sent(suite: &Suite, to: &Person) -> Receipt {
    let delivery = prepared(suite, &suite.authority(), to).await;
    suite.authority().sends(delivery).await.unwrap()
}

/// What somebody sees of a mailbox: letters listed, letters counted.
async fn sees(citizen: &Citizen, mailbox: &str) -> (usize, i64) {
    let listed = citizen.lists(mailbox).await.unwrap();
    let counted = citizen.folders(mailbox).await.unwrap().iter().map(|folder| folder.message_count).sum();
    let about = listed.iter().filter(|letter| letter.subject == "Valgkort").count();
    assert_eq!(usize::try_from(counted), Ok(listed.len()));
    (about, counted)
}

async fn m4_a_letter_sent_ahead_shows_to_nobody_before_its_moment(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let before = [sees(&karen, &karen.mailbox).await, sees(&niels, &karen.mailbox).await];
    let receipt = sent(&suite, &karen.person).await;
    assert_eq!((receipt.state(), receipt.available_time), (DeliveryState::Accepted, None));
    suite.advance(A_DAY.checked_sub(Duration::from_secs(1)).unwrap()).await;
    for (citizen, before) in [(&karen, before[0]), (&niels, before[1])] {
        assert_eq!(sees(citizen, &karen.mailbox).await, before);
        citizen.opens(&receipt.message).await.refused("NOT_FOUND");
        citizen.marks(&receipt.message, true).await.refused("NOT_FOUND");
        citizen.moves(&receipt.message, &format!("{}/folders/archive", karen.mailbox)).await.refused("NOT_FOUND");
        assert_eq!(sees(citizen, &karen.mailbox).await, before);
    }
    assert!(suite.authority().receipt(&receipt.message_uuid).await.unwrap() == receipt);
}

async fn m4_at_its_moment_it_is_listed_counted_and_told(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    niels.is_mailed_at(&access, "niels@example.dk").await;
    suite.advance(Duration::from_mins(5)).await;
    let (mails, (_, counted)) = (suite.mails_to("niels@example.dk").len(), sees(&karen, &karen.mailbox).await);
    let receipt = sent(&suite, &karen.person).await;
    suite.advance(Duration::from_hours(1)).await;
    assert_eq!(suite.mails_to("niels@example.dk").len(), mails);
    suite.advance(A_DAY).await;
    assert_eq!(sees(&karen, &karen.mailbox).await, (1, counted + 1));
    suite.advance(Duration::from_mins(5)).await;
    assert_eq!(suite.mails_to("niels@example.dk").len(), mails + 1);
    let opened = niels.opens(&receipt.message).await.unwrap();
    assert_eq!(opened.files.len(), 1);
    niels.downloads(&opened.files[0].name, 0).await.unwrap();
}

async fn m4_only_its_sender_withdraws_it_and_only_before(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let first = sent(&suite, &karen.person).await;
    let second = sent(&suite, &karen.person).await;
    suite.company(Portal::EBoks).withdraws(&first.message_uuid).await.refused("NOT_FOUND");
    let withdrawn = suite.authority().withdraws(&first.message_uuid).await.unwrap();
    assert_eq!(withdrawn.state(), DeliveryState::Withdrawn);
    suite.advance(A_DAY).await;
    let available = suite.authority().receipt(&second.message_uuid).await.unwrap();
    assert_eq!(available.state(), DeliveryState::Available);
    suite.authority().withdraws(&second.message_uuid).await.refused("WITHDRAWAL_TOO_LATE");
    assert!(suite.authority().withdraws(&first.message_uuid).await.unwrap() == withdrawn);
    assert_eq!(sees(&karen, &karen.mailbox).await.0, 1);
}

async fn m4_private_post_sent_ahead_shows_in_its_own_portal_only(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let company = suite.company(Portal::MitDk);
    company.sends(prepared(&suite, &company, &karen.person).await).await.unwrap();
    suite.advance(A_DAY).await;
    for (portal, shown) in [(Portal::BorgerDk, 0), (Portal::DigitalPostApp, 0), (Portal::EBoks, 0), (Portal::MitDk, 1)]
    {
        assert_eq!(sees(&karen.at(portal), "mailboxes/me").await.0, shown, "{portal}");
    }
}

async fn a17_the_moment_a_letter_became_available_never_changes(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let at_once = suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap();
    let ahead = sent(&suite, &karen.person).await;
    suite.advance(A_DAY).await;
    let moment = |uuid: String| {
        let authority = suite.authority();
        async move { authority.receipt(&uuid).await.unwrap().available_time }
    };
    let before = [moment(at_once.message_uuid.clone()).await, moment(ahead.message_uuid.clone()).await];
    assert_eq!(before, [at_once.accept_time, ahead.visible_from]);
    suite.advance(A_DAY).await;
    for receipt in [&at_once, &ahead] {
        karen.opens(&receipt.message).await.unwrap();
        karen.marks(&receipt.message, false).await.unwrap();
        karen.deletes(&receipt.message).await.unwrap();
    }
    assert_eq!(before, [moment(at_once.message_uuid).await, moment(ahead.message_uuid).await]);
}

async fn p8_a_letter_sent_ahead_to_somebody_who_dies_is_returned(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let sent = sent(&suite, &karen.person).await;
    suite.register().reports_death_of(&karen.person).await.unwrap();
    suite.advance(A_DAY).await;
    let receipt = suite.authority().receipt(&sent.message_uuid).await.unwrap();
    assert_eq!((receipt.state(), receipt.available_time), (DeliveryState::Returned, None));
    assert_eq!(receipt.return_reason().as_str_name(), "ERROR_REASON_RECIPIENT_CLOSED");
    assert_eq!(receipt.return_time, receipt.visible_from);
    suite.authority().withdraws(&sent.message_uuid).await.refused("STATE_CONFLICT");
}

async fn x3_a_letter_sent_ahead_to_somebody_who_is_exempted_is_returned(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let ordinary = sent(&suite, &karen.person).await;
    let grants = suite.authority_with_bases(&["su"]);
    let delivery = prepared(&suite, &grants, &karen.person).await;
    let with_basis = grants.sends(Delivery { legal_basis: "su".to_owned(), ..delivery }).await.unwrap();
    suite.exemption_desk().records(granted(&karen.person)).await.unwrap();
    suite.advance(A_DAY).await;
    let receipt = suite.authority().receipt(&ordinary.message_uuid).await.unwrap();
    assert_eq!(receipt.state(), DeliveryState::Returned);
    assert_eq!(receipt.return_reason().as_str_name(), "ERROR_REASON_RECIPIENT_EXEMPT");
    let receipt = grants.receipt(&with_basis.message_uuid).await.unwrap();
    assert_eq!(receipt.state(), DeliveryState::Available);
    assert_eq!(sees(&karen, &karen.mailbox).await.0, 1);
}
