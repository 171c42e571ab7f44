//! The calls that have led to an e-mail, kept with it so that it is a part of what they caused.

use crate::world::{Who, on_each_engine};
use kernel::Clock as _;
use notification_service::store::ledger::{self, Count};
use sql::Error;
use uuid::Uuid;

/// Of a burst of letters, the first calls are kept, and not so many that the row grows with it.
#[tokio::test]
async fn an_email_knows_the_first_calls_that_led_to_it() {
    on_each_engine(async |world| {
        let who = Who::reader();
        let target = world.subscribed(&who, "niels@example.dk").await;
        let trace = |call: u32| Some(format!("00-{call:032x}-{call:016x}-01"));
        // The second letter came without one.
        let calls: Vec<Option<String>> = (1..=20).map(|call| if call == 2 { None } else { trace(call) }).collect();
        // One by one at first, then several of a batch: the last of those are too many.
        let counted: Vec<Vec<Option<String>>> =
            calls[..5].chunks(1).chain(calls[5..].chunks(7)).map(Vec::from).collect();
        let (id, now) = (Uuid::from_u128(7), world.clock.now());
        let claimed: Result<_, Error> = world
            .service
            .db
            .write(move |tx| {
                Box::pin(async move {
                    for calls in counted {
                        let traces = calls.into_iter().flatten().collect();
                        let count = Count { id, mailbox: who.mailbox, subscription: target.id, letters: 1, traces };
                        ledger::count_letters(tx, vec![count], now).await?;
                    }
                    ledger::claimed(tx, vec![id]).await
                })
            })
            .await;
        let kept: Vec<String> = calls.into_iter().flatten().take(16).collect();
        assert_eq!(claimed.expect("read")[0].traces, kept.join(" "));
    })
    .await;
}
