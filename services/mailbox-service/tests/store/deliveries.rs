//! Delivering letters.

use super::world::{KAREN, Refused as _, World, by, letter, metadata, reason};
use api::mailbox::v1 as proto;
use engines::on_both;
use std::collections::HashSet;
use std::time::Duration;

on_both! { World: m2_the_first_receipt_stands, m2_twenty_at_once_make_one_letter, m1_twenty_letters_at_once_are_all_counted,
m1_every_violation_is_listed, x6_who_can_receive }

async fn m2_the_first_receipt_stands(world: World) {
    let (karen, _) = world.karen_and_niels().await;
    let first = world.deliver_as("municipality", letter(KAREN, 1, "Skat")).await.expect("delivered");
    assert!(first.message.starts_with(&karen));
    world.clock.advance(Duration::from_mins(1));
    let spelled = letter("610180-4000", 1, "Skat");
    let again = world.deliver_as("municipality", spelled).await.expect("the same letter");
    assert!(again == first);
    let other = world.deliver_as("municipality", letter(KAREN, 1, "Told")).await.refused("another letter");
    assert_eq!(reason(&other), "CONTENT_DIFFERS");
    assert_eq!(metadata(&other, "message_uuid"), first.message_uuid);
    let elsewhere = world.deliver_as("other-municipality", letter(KAREN, 1, "Told")).await.expect("another sender");
    assert!(elsewhere.message != first.message);
    assert_eq!(world.list(&format!("{KAREN}@borger_dk"), "mailboxes/me").await.len(), 2);
    let get = |who: &str| {
        let request = by(who, proto::GetReceiptRequest { message_uuid: first.message_uuid.clone() });
        let mut delivery = world.delivery();
        async move { delivery.get_receipt(request).await }
    };
    assert!(get("municipality").await.expect("a receipt").into_inner().receipt == Some(first.clone()));
    assert_eq!(reason(&get("bank").await.refused("not theirs")), "NOT_FOUND");
}

async fn m2_twenty_at_once_make_one_letter(world: World) {
    world.karen_and_niels().await;
    let calls = (0..20).map(|_| world.deliver_as("municipality", letter(KAREN, 1, "Skat")));
    let receipts = futures::future::join_all(calls).await;
    let messages: HashSet<String> =
        receipts.into_iter().map(|receipt| receipt.expect("the one receipt").message).collect();
    assert_eq!(messages.len(), 1);
    assert_eq!(world.counts(&format!("{KAREN}@borger_dk"), "mailboxes/me").await[0], ("inbox".to_owned(), 1, 1));
}

async fn m1_twenty_letters_at_once_are_all_counted(world: World) {
    world.karen_and_niels().await;
    let calls = (0..20).map(|number| world.deliver_as("municipality", letter(KAREN, number, "Skat")));
    for receipt in futures::future::join_all(calls).await {
        receipt.expect("delivered");
    }
    assert_eq!(world.counts(&format!("{KAREN}@borger_dk"), "mailboxes/me").await[0], ("inbox".to_owned(), 20, 20));
}

async fn m1_every_violation_is_listed(world: World) {
    use tonic_types::StatusExt as _;
    let wrong = proto::Delivery {
        message_uuid: "1".to_owned(),
        cpr_number: "1".to_owned(),
        subject: "a\nb".to_owned(),
        files: vec!["x".to_owned()],
        reply_by: Some(prost_types::Timestamp { seconds: 1, nanos: 0 }),
        ..Default::default()
    };
    let refused = world.deliver_as("municipality", wrong).await.refused("wrong");
    let bad = refused.get_details_bad_request().expect("violations");
    let fields: HashSet<&str> = bad.field_violations.iter().map(|violation| violation.field.as_str()).collect();
    for field in ["message_uuid", "cpr_number", "subject", "body_text", "files", "reply_by"] {
        assert!(fields.contains(format!("delivery.{field}").as_str()), "{field} of {fields:?}");
    }
}

async fn x6_who_can_receive(world: World) {
    world.karen_and_niels().await;
    let cpr_numbers = vec![KAREN.to_owned(), "6101804009".to_owned(), "1".to_owned()];
    let request = proto::LookUpRecipientsRequest { cpr_numbers, legal_basis: String::new() };
    let answer = world.delivery().look_up_recipients(by("municipality", request)).await.expect("statuses");
    let reasons: Vec<_> = answer.into_inner().statuses.iter().map(|status| status.reason().as_str_name()).collect();
    assert_eq!(
        reasons,
        ["ERROR_REASON_UNSPECIFIED", "ERROR_REASON_RECIPIENT_NOT_REGISTERED", "ERROR_REASON_INVALID_FIELDS"]
    );
    let request = proto::LookUpRecipientRequest { cpr_number: KAREN.to_owned(), legal_basis: "pension".to_owned() };
    let refused = world.delivery().look_up_recipient(by("municipality", request)).await.refused("not held");
    assert_eq!(reason(&refused), "LEGAL_BASIS_NOT_HELD");
}
