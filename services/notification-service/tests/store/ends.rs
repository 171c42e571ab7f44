//! The e-mail about an end: rendered at sending, once, and its address kept until then and no longer.

use crate::world::{Who, entitled, on_each_engine};
use notification_service::domain::ledger::{Kind, Standing, State};
use notification_service::incoming::Incoming;
use notification_service::mailer::{Fault, SendError};
use std::time::Duration;
use uuid::Uuid;

#[tokio::test]
async fn n9_an_end_is_owed_once_and_every_try_has_the_same_bytes() {
    on_each_engine(async |world| {
        let who = Who::reader();
        world.subscribed(&who, "niels@example.dk").await;
        for _ in 0..2 {
            world.take(Incoming::AccessEnded(who.access.expect("an access"))).await;
        }
        // Neither while the owner's name is not known.
        world.send_due(&Standing::Unknown).await;
        assert!(world.mailer.take_tried().iter().all(|(_, email)| !text(email).contains("stoppet")));
        world.pass(Duration::from_mins(1));
        world.mailer.refuse_next(SendError::new(Fault::Transient, "4.2.0"));
        world.send_due(&entitled()).await;
        world.pass(Duration::from_mins(10));
        // The owner has another name by now.
        world.send_due(&Standing::Entitled { owner: "Karen Lund".to_owned() }).await;
        let tried = world.mailer.take_tried();
        assert_eq!(tried.len(), 2);
        assert_eq!(tried[0], tried[1]);
        assert_eq!(tried[0].1.recipient.as_str(), "niels@example.dk");
        assert_eq!(world.count(State::Sent, Kind::SubscriptionEnded).await, 1);
    })
    .await;
}

#[tokio::test]
async fn n3_the_address_is_forgotten_once_nothing_is_owed() {
    on_each_engine(async |world| {
        for (standing, refusal) in [
            (entitled(), None),
            (Standing::NotEntitled, None),
            (entitled(), Some(SendError::new(Fault::Recipient, "5.1.1"))),
        ] {
            let who = Who::reader();
            world.subscribed(&who, "niels@example.dk").await;
            world.take(Incoming::AccessEnded(who.access.expect("an access"))).await;
            assert_eq!(addresses(&world.service.db).await, 1, "until it is sent");
            if let Some(error) = refusal {
                world.mailer.refuse_next(error);
            }
            world.send_due(&standing).await;
            assert_eq!(addresses(&world.service.db).await, 0);
        }
        let count = async |state| world.count(state, Kind::SubscriptionEnded).await;
        assert_eq!((count(State::Sent).await, count(State::Dropped).await, count(State::Failed).await), (1, 1, 1));
        // Nothing follows that it is refused: there is no address left to give up.
        assert_eq!(world.events_out().await, 0);
    })
    .await;
}

fn text(email: &notification_service::email::Rendered) -> String {
    String::from_utf8_lossy(&email.message).into_owned()
}

/// How many e-mails keep an address, or bytes, that nobody needs any more.
async fn addresses(db: &sql::Db) -> usize {
    let sql = "SELECT id FROM ledger WHERE address IS NOT NULL OR (email IS NOT NULL AND state <> 'owed')";
    let read = db.read(|tx| Box::pin(tx.all(sql, sql::args![], |row| row.get::<Uuid>("id"))));
    read.await.map_err(|error: sql::Error| error).expect("read").len()
}
