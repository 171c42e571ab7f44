//! Who may send what to whom: authorities and companies, to mailboxes and to nothing else.

use api::access::v1::AccessScope;
use api::core::v1::PostKind;
use api::mailbox::v1::deliver_messages_response::Outcome;
use api::mailbox::v1::{Delivery, SenderKind};
use harness::{Letter, Person, Refusable as _, Refused, Suite, on_both};
use kernel::Portal;
use std::time::Duration;

on_both! {
    Suite: p5_the_mark_of_a_letter_comes_from_the_token_and_never_changes,
    p8_a_dead_recipient_takes_no_post_and_the_sender_is_told,
    p9_private_post_is_counted_and_told_of_in_its_own_portal_only,
    p10_a_letter_goes_to_a_mailbox_and_to_nothing_else,
    r14_the_private_right_to_read_lists_and_reads_and_no_more,
    r14_the_private_right_to_edit_moves_and_marks_and_no_more,
}

async fn p5_the_mark_of_a_letter_comes_from_the_token_and_never_changes(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let karen = karen.at(Portal::EBoks);
    karen.at(Portal::BorgerDk).shows_public_post(true, false).await.unwrap();
    let company = suite.company(Portal::EBoks);
    let summons =
        Delivery { legal_notification: true, ..company.prepares(&karen.person, Letter::about("Krav")).await.unwrap() };
    let refused = company.sends(summons).await.refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["delivery.legal_notification"]);
    let letters = [
        (
            company.delivers(&karen.person, Letter::about("Police")).await.unwrap(),
            SenderKind::Company,
            PostKind::Private,
        ),
        (
            suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap(),
            SenderKind::Authority,
            PostKind::Public,
        ),
    ];
    for (receipt, sender, kind) in letters {
        karen.marks(&receipt.message, true).await.unwrap();
        karen.moves(&receipt.message, "mailboxes/me/folders/archive").await.unwrap();
        let summary = karen.opens(&receipt.message).await.unwrap().summary.unwrap();
        assert_eq!((summary.sender.as_ref().unwrap().kind(), summary.post_kind()), (sender, kind));
    }
}

async fn p8_a_dead_recipient_takes_no_post_and_the_sender_is_told(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    suite.citizen(Person::niels()).await;
    suite.register().reports_death_of(&karen.person).await.unwrap();
    suite.authority().delivers(&karen.person, Letter::about("Skat")).await.refused("RECIPIENT_CLOSED");
    suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Police")).await.refused("RECIPIENT_CLOSED");
    let mut mailing = Vec::new();
    for to in [&karen.person, &Person::niels()] {
        mailing.push(suite.authority().prepares(to, Letter::about("Valg")).await.unwrap());
    }
    let mut answers = suite.authority().sends_all(mailing).await.unwrap();
    assert!(matches!(answers.pop().unwrap().outcome, Some(Outcome::Receipt(_))));
    let Some(Outcome::Refusal(refusal)) = answers.pop().unwrap().outcome else { panic!("she is dead") };
    assert_eq!(Refused::from(refusal).reason, "RECIPIENT_CLOSED");
    assert_eq!(suite.authority().looks_up_one(&karen.person.cpr_number, "").await.unwrap(), "RECIPIENT_CLOSED");
}

async fn p9_private_post_is_counted_and_told_of_in_its_own_portal_only(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.shows_public_post(true, true).await.unwrap();
    let access = niels.is_given_access_by(&karen).await;
    niels.is_mailed_at(&access, "niels@example.dk").await;
    suite.advance(Duration::from_mins(5)).await;
    let count = async |portal: Portal| karen.at(portal).sees_mailbox("mailboxes/me").await.unwrap().message_count;
    let mut before = Vec::new();
    for &portal in Portal::ALL {
        before.push(count(portal).await);
    }
    let mails = suite.mails().len();
    let sent = suite.company(Portal::MitDk).delivers(&karen.person, Letter::about("Police")).await.unwrap();
    suite.advance(Duration::from_mins(5)).await;
    for (&portal, before) in Portal::ALL.iter().zip(before) {
        let here = karen.at(portal);
        let shown = i64::from(portal == Portal::MitDk);
        assert_eq!(count(portal).await, before + shown, "{portal}");
        let counted: i64 = here.folders("mailboxes/me").await.unwrap().iter().map(|folder| folder.message_count).sum();
        assert_eq!(counted, before + shown, "{portal}");
        if shown == 0 {
            here.opens(&sent.message).await.refused("NOT_FOUND");
            here.marks(&sent.message, true).await.refused("NOT_FOUND");
        }
    }
    assert_eq!(suite.mails().len(), mails, "private post brings no e-mail");
    karen.at(Portal::MitDk).opens(&sent.message).await.unwrap();
}

async fn p10_a_letter_goes_to_a_mailbox_and_to_nothing_else(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let (authority, mails) = (suite.authority(), suite.mails().len());
    let delivery = authority.prepares(&karen.person, Letter::about("Skat")).await.unwrap();
    for elsewhere in ["karen@example.dk", "mailto:karen@example.dk", "karen@example.dk;6101804000"] {
        let delivery = Delivery { cpr_number: elsewhere.to_owned(), ..delivery.clone() };
        let refused = authority.sends(delivery).await.refused("INVALID_FIELDS");
        assert_eq!(refused.fields, ["delivery.cpr_number"]);
    }
    let receipt = authority.sends(delivery).await.unwrap();
    suite.advance(Duration::from_hours(1)).await;
    assert!(receipt.message.starts_with(&karen.mailbox));
    assert_eq!(suite.mails().len(), mails, "a letter leaves by e-mail only when somebody forwards it");
}

async fn r14_the_private_right_to_read_lists_and_reads_and_no_more(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let (karen, niels) = (karen.at(Portal::EBoks), niels.at(Portal::EBoks));
    niels.is_given_private_access_by(&karen, AccessScope::PrivatePostRead).await;
    let letter = Letter::about("Police").with_pdf("police.pdf");
    let sent = suite.company(Portal::EBoks).delivers(&karen.person, letter).await.unwrap();
    assert!(niels.subjects(&karen.mailbox).await.unwrap().contains(&"Police".to_owned()));
    let opened = niels.opens(&sent.message).await.unwrap();
    niels.downloads(&opened.files[0].name, 0).await.unwrap();
    let listed = karen.lists("mailboxes/me").await.unwrap();
    assert!(
        !listed.iter().find(|letter| letter.name == sent.message).unwrap().read,
        "reading by this right marks nothing"
    );
    let archive = format!("{}/folders/archive", karen.mailbox);
    niels.marks(&sent.message, true).await.refused("ACT_NOT_ALLOWED");
    niels.moves(&sent.message, &archive).await.refused("ACT_NOT_ALLOWED");
    niels.deletes(&sent.message).await.refused("ACT_NOT_ALLOWED");
}

async fn r14_the_private_right_to_edit_moves_and_marks_and_no_more(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let (karen, niels) = (karen.at(Portal::EBoks), niels.at(Portal::EBoks));
    niels.is_given_private_access_by(&karen, AccessScope::PrivatePostEdit).await;
    let sent = suite.company(Portal::EBoks).delivers(&karen.person, Letter::about("Police")).await.unwrap();
    niels.opens(&sent.message).await.unwrap();
    niels.marks(&sent.message, false).await.unwrap();
    niels.moves(&sent.message, &format!("{}/folders/archive", karen.mailbox)).await.unwrap();
    niels.deletes(&sent.message).await.refused("ACT_NOT_ALLOWED");
    let public = suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap();
    niels.opens(&public.message).await.refused("NOT_FOUND");
    let subjects = niels.subjects(&karen.mailbox).await.unwrap();
    assert!(subjects.contains(&"Police".to_owned()) && !subjects.contains(&"Skat".to_owned()));
}
