//! Events between the services: taken in once, from whom they may come, and only what is understood.

use api::event::v1::event::Payload;
use api::event::v1::event_service_client::EventServiceClient;
use api::event::v1::{Event, Mention, NoticeRequested, PublicPostArrived, ReceiveEventsRequest};
use harness::actor::authority::new_uuid;
use harness::suite::answer;
use harness::{Citizen, Person, Refusable as _, Refused, Suite, on_both};
use kernel::{Caller, Service, ServiceName};

on_both! {
    Suite: a4_an_event_that_comes_again_has_its_effect_once,
    a4_of_many_identical_batches_at_once_one_takes_effect,
    an_event_says_who_it_is_from,
    an_event_that_is_not_understood_takes_its_batch_along,
    a_batch_has_a_size,
}

/// access-service hands events over to mailbox-service.
async fn hand_over(suite: &Suite, events: Vec<Event>) -> Result<i32, Refused> {
    let caller = Caller::Service(Service { name: ServiceName::Access, on_behalf_of: None });
    let channel = suite.channel(ServiceName::Mailbox, Some(ServiceName::Access));
    let request = suite.request(&caller, ReceiveEventsRequest { events });
    Ok(answer(EventServiceClient::new(channel).receive_events(request).await)?.new_count)
}

fn notice(to: &Citizen) -> Event {
    let person = to.mailbox.replace("mailboxes/", "persons/");
    let payload = Payload::NoticeRequested(NoticeRequested {
        recipient: person.clone(),
        subject_da: "Besked".to_owned(),
        subject_en: "Notice".to_owned(),
        body_da: "Kære {reader}.".to_owned(),
        body_en: "Dear {reader}.".to_owned(),
        mentions: vec![Mention { placeholder: "{reader}".to_owned(), person }],
        link_text: String::new(),
        link_url: String::new(),
        portal: api::core::v1::Portal::Unspecified.into(),
    });
    Event {
        id: new_uuid(),
        source: ServiceName::Access.to_string(),
        occurred_time: Some(prost_types::Timestamp { seconds: 1_795_348_800, nanos: 0 }),
        traceparent: String::new(),
        payload: Some(payload),
    }
}

async fn a4_an_event_that_comes_again_has_its_effect_once(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let (first, second) = (notice(&karen), notice(&karen));
    assert_eq!(hand_over(&suite, vec![first.clone()]).await.unwrap(), 1);
    assert_eq!(hand_over(&suite, vec![first.clone()]).await.unwrap(), 0);
    assert_eq!(hand_over(&suite, vec![second, first]).await.unwrap(), 1);
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), 2);
}

async fn a4_of_many_identical_batches_at_once_one_takes_effect(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let batch: Vec<Event> = (0..5).map(|_| notice(&karen)).collect();
    let mut taken = 0;
    for new in futures::future::join_all((0..6).map(|_| hand_over(&suite, batch.clone()))).await {
        match new {
            Ok(new) => taken += new,
            // Two batches got in each other's way; the relay comes again.
            Err(refused) => assert!(["CONCURRENT_CHANGE", "DEPENDENCY_UNAVAILABLE"].contains(&refused.reason.as_str())),
        }
    }
    assert_eq!(taken, 5);
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), 5);
}

async fn an_event_says_who_it_is_from(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let forged = Event { source: ServiceName::Notification.to_string(), ..notice(&karen) };
    assert_eq!(hand_over(&suite, vec![forged]).await.refused("INVALID_FIELDS").fields, ["events[0].source"]);
    assert!(karen.lists(&karen.mailbox).await.unwrap().is_empty());
}

async fn an_event_that_is_not_understood_takes_its_batch_along(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let (known, empty) = (notice(&karen), Event { payload: None, ..notice(&karen) });
    let others = Payload::PublicPostArrived(PublicPostArrived::default());
    let others = Event { payload: Some(others), ..notice(&karen) };
    for unknown in [empty, others] {
        let refused = hand_over(&suite, vec![known.clone(), unknown.clone()]).await.refused("EVENT_NOT_UNDERSTOOD");
        assert_eq!(refused.metadata["event"], unknown.id);
        assert!(karen.lists(&karen.mailbox).await.unwrap().is_empty());
    }
    assert_eq!(hand_over(&suite, vec![known]).await.unwrap(), 1);
}

async fn a_batch_has_a_size(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let too_many = (0..101).map(|_| notice(&karen)).collect();
    let twice = vec![notice(&karen); 2];
    for (batch, field) in [(Vec::new(), "events"), (too_many, "events"), (twice, "events[1].id")] {
        assert_eq!(hand_over(&suite, batch).await.refused("INVALID_FIELDS").fields, [field]);
    }
    assert!(karen.lists(&karen.mailbox).await.unwrap().is_empty());
}
