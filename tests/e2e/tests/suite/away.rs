//! One of the services is away: nobody sees more than they may, and nothing is lost.

use harness::{Letter, Person, Refusable as _, Suite, Until, on_both};
use kernel::ServiceName;
use std::time::Duration;

on_both! {
    Suite: a6_without_access_service_delegated_calls_fail_closed,
    a4_notices_wait_for_a_mailbox_service_that_is_slow,
    m1_post_is_delivered_while_notification_service_is_away,
}

async fn a6_without_access_service_delegated_calls_fail_closed(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let receipt = suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap();
    niels.is_given_access_by(&karen).await;
    niels.opens(&receipt.message).await.unwrap();
    suite.stop(ServiceName::Access);
    // The end of the connection takes a moment to be noticed; nothing is let through that begins after it.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let refused = niels.opens(&receipt.message).await.refused("DEPENDENCY_UNAVAILABLE");
    assert_eq!(refused.code, tonic::Code::Unavailable);
    assert_eq!(refused.metadata["dependency"], "access-service");
    assert!(refused.retry_after.is_some());
    niels.lists(&karen.mailbox).await.refused("DEPENDENCY_UNAVAILABLE");
    // The owner's own calls go on, and so does the post.
    karen.opens(&receipt.message).await.unwrap();
    suite.authority().delivers(&karen.person, Letter::about("Mere skat")).await.unwrap();
    assert!(karen.subjects("mailboxes/me").await.unwrap().contains(&"Mere skat".to_owned()));
}

async fn a4_notices_wait_for_a_mailbox_service_that_is_slow(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let request = harness::actor::citizen_access::offer(&niels.person, Until::Never);
    suite.clients().read_access().give_access(karen.request(request)).await.unwrap();
    assert!(niels.lists(&niels.mailbox).await.unwrap().is_empty(), "not told yet");
    suite.settle_only(&[ServiceName::Access]).await;
    for citizen in [&karen, &niels] {
        assert_eq!(citizen.lists(&citizen.mailbox).await.unwrap().len(), 1);
    }
    suite.settle().await;
    assert_eq!(niels.lists(&niels.mailbox).await.unwrap().len(), 1, "told once");
}

async fn m1_post_is_delivered_while_notification_service_is_away(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    suite.stop(ServiceName::Notification);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let letters = 3;
    for number in 0..letters {
        suite.authority().delivers(&karen.person, Letter::about(&format!("{number}"))).await.unwrap();
    }
    // The relay tries in vain and goes on trying, at longer and longer intervals.
    suite.advance(Duration::from_hours(1)).await;
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), letters);
}
