//! What other services ask for.

use super::world::{KAREN, NIELS, Refused as _, START, World, by, reason};
use api::event::v1 as event;
use api::event::v1::event::Payload;
use engines::on_both;
use prost::Message as _;

on_both! { World: a4_a_notice_comes_once_with_names_filled_in, n5_each_public_letter_is_told_once,
batches_of_notices_in_any_order_do_not_hold_each_other_up, an_event_that_is_not_for_this_service_stays_with_its_sender }

fn events(id: u128, payload: Payload) -> event::ReceiveEventsRequest {
    let event = event::Event {
        id: uuid::Uuid::from_u128(id).to_string(),
        source: "access-service".to_owned(),
        occurred_time: Some(prost_types::Timestamp { seconds: START / 1_000_000, nanos: 0 }),
        traceparent: String::new(),
        payload: Some(payload),
    };
    event::ReceiveEventsRequest { events: vec![event] }
}

fn notice(recipient: &str, reader: &str) -> Payload {
    let person = |mailbox: &str| mailbox.replace("mailboxes", "persons");
    Payload::NoticeRequested(event::NoticeRequested {
        recipient: person(recipient),
        subject_da: "Du har givet læseadgang".to_owned(),
        subject_en: "You have given read access".to_owned(),
        body_da: "Du har givet {reader} læseadgang.".to_owned(),
        body_en: "You have given {reader} read access.".to_owned(),
        mentions: vec![event::Mention { placeholder: "{reader}".to_owned(), person: person(reader) }],
        link_text: "Se dine adgange til Digital Post".to_owned(),
        link_url: "https://www.borger.dk/adgange".to_owned(),
        portal: api::core::v1::Portal::Unspecified.into(),
    })
}

async fn a4_a_notice_comes_once_with_names_filled_in(world: World) {
    let (karen, niels) = world.karen_and_niels().await;
    for new_count in [1, 0] {
        let answer = world.events().receive_events(by("access-service", events(1, notice(&karen, &niels)))).await;
        assert_eq!(answer.expect("taken in").into_inner().new_count, new_count);
    }
    let who = format!("{KAREN}@borger_dk");
    let letters = world.list(&who, "mailboxes/me").await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].subject, "Du har givet læseadgang / You have given read access");
    let request = api::mailbox::v1::GetMessageRequest { name: letters[0].name.clone() };
    let letter = world.mailbox().get_message(by(&who, request)).await.expect("a letter").into_inner().message;
    let letter = letter.expect("a letter");
    let expected = "Du har givet Niels Holm læseadgang.\n\nYou have given Niels Holm read access.";
    assert_eq!(letter.body_text, expected);
    assert_eq!(letter.links[0].url, "https://www.borger.dk/adgange");
    assert_eq!(letter.summary.expect("a summary").sender.expect("a sender").display_name, "Digital Post");
}

async fn n5_each_public_letter_is_told_once(world: World) {
    let (karen, niels) = world.karen_and_niels().await;
    let name = world.deliver(KAREN, 1, "Skat").await;
    world.deliver(KAREN, 1, "Skat").await;
    world.deliver_as("bank", super::world::letter(KAREN, 2, "Konto")).await.expect("private post");
    let request = events(1, notice(&karen, &niels));
    world.events().receive_events(by("access-service", request)).await.expect("taken in");
    let rows = world.parts.db.read(|tx| {
        Box::pin(async move {
            let sql = "SELECT payload FROM outbox WHERE destination = 'notification-service'";
            tx.all(sql, vec![], |row| row.get::<Vec<u8>>("payload")).await
        })
    });
    let mut told: Vec<String> = Vec::new();
    for payload in rows.await.expect("the outbox") {
        match event::Event::decode(&*payload).expect("an event").payload {
            Some(Payload::PublicPostArrived(arrived)) => told.push(arrived.message),
            _ => panic!("another event"),
        }
    }
    assert_eq!(told.len(), 2, "the letter and the notice, not the private letter");
    assert!(told.contains(&name));
    assert_eq!(world.list(&format!("{NIELS}@borger_dk"), "mailboxes/me").await.len(), 0);
}

async fn an_event_that_is_not_for_this_service_stays_with_its_sender(world: World) {
    let foreign = Payload::MailboxClosed(event::MailboxClosed { person: "x".to_owned() });
    let refused = world.events().receive_events(by("access-service", events(7, foreign))).await.refused("foreign");
    assert_eq!(reason(&refused), "EVENT_NOT_UNDERSTOOD");
}

async fn batches_of_notices_in_any_order_do_not_hold_each_other_up(world: World) {
    let (karen, niels) = world.karen_and_niels().await;
    // Each begins with the mailbox that the other ends with.
    let batch = |round: u128, first: &str, then: &str| {
        let base = round * 100 + if first == karen { 1 } else { 51 };
        let notices = (0..20).map(|number: u128| {
            let recipient = if number < 10 { first } else { then };
            events(base + number, notice(recipient, recipient)).events.remove(0)
        });
        event::ReceiveEventsRequest { events: notices.collect() }
    };
    for round in 0..10 {
        let (mut one, mut other) = (world.events(), world.events());
        let (there, back) = (batch(round, &karen, &niels), batch(round, &niels, &karen));
        let (there, back) = tokio::join!(
            one.receive_events(by("access-service", there)),
            other.receive_events(by("access-service", back))
        );
        for answer in [there, back] {
            assert_eq!(answer.expect("taken in at the first try").into_inner().new_count, 20);
        }
    }
}
