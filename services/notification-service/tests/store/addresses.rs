//! Changing the address (N2), and the list.

use crate::world::{Who, email, entitled, on_each_engine, target};
use kernel::PageSize;
use notification_service::domain::ledger::{Kind, State};
use notification_service::domain::subscription;
use notification_service::mailer::{Fault, SendError};
use notification_service::store::subscription::Filter;
use notification_service::usecase::Errand;
use notification_service::usecase::change_address::change_address;
use notification_service::usecase::list::list;
use notification_service::usecase::stop::stop;
use sql::Once;
use std::time::Duration;

fn once() -> Errand {
    Once::new([0; 32], "Any", "", [0; 32]).into()
}

#[tokio::test]
async fn the_old_address_stays_in_force_until_the_new_one_is_confirmed() {
    on_each_engine(async |world| {
        let who = Who::reader();
        let target = world.subscribed(&who, "old@example.dk").await;
        world.pass(Duration::from_mins(1));
        let changed = change_address(&world.service, target, email("new@example.dk"), once()).await.expect("changed");
        assert_eq!(changed.address, Some(email("old@example.dk")));
        assert_eq!(changed.waiting.as_ref().map(|waiting| waiting.address.clone()), Some(email("new@example.dk")));
        let code = world.code().await;
        world.take(who.letter()).await;
        world.pass(Duration::from_secs(10));
        // Rendered for the old address, and not taken.
        world.mailer.refuse_next(SendError::new(Fault::Transient, "4.2.0"));
        world.send_due(&entitled()).await;
        let tried = world.mailer.take_tried();
        assert_eq!(tried.last().expect("tried").1.recipient, email("old@example.dk"));
        world.confirm(target, &code).await.expect("confirmed");
        world.pass(Duration::from_mins(1));
        world.send_due(&entitled()).await;
        let sent: Vec<(String, bool)> = world
            .mailer
            .take()
            .iter()
            .map(|(_, email)| {
                let news = String::from_utf8_lossy(&email.message).contains("1 nyt brev");
                (email.recipient.as_str().to_owned(), news)
            })
            .collect();
        assert!(sent.contains(&("old@example.dk".to_owned(), false)), "the old address is told: {sent:?}");
        assert!(sent.contains(&("new@example.dk".to_owned(), true)), "the news goes to the new one: {sent:?}");
        assert_eq!(sent.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_new_address_that_refuses_leaves_the_old_one_in_force() {
    on_each_engine(async |world| {
        let target = world.subscribed(&Who::reader(), "old@example.dk").await;
        world.pass(Duration::from_mins(1));
        change_address(&world.service, target, email("new@example.dk"), once()).await.expect("changed");
        world.mailer.refuse_next(SendError::new(Fault::Recipient, "5.1.1"));
        world.send_due(&entitled()).await;
        let left = world.get(target).await;
        assert_eq!((left.state(), left.waiting), (subscription::State::Active, None));
        assert_eq!(left.address, Some(email("old@example.dk")));
        assert_eq!(world.events_out().await, 1);
    })
    .await;
}

#[tokio::test]
async fn stopping_drops_what_is_owed_and_a_new_one_can_be_started() {
    on_each_engine(async |world| {
        let who = Who::reader();
        let target = world.subscribed(&who, "niels@example.dk").await;
        world.take(who.letter()).await;
        let stopped = stop(&world.service, target, once()).await.expect("stopped");
        assert_eq!(stop(&world.service, target, once()).await.expect("as it is"), stopped);
        world.pass(Duration::from_secs(10));
        world.send_due(&entitled()).await;
        assert!(world.mailer.take().is_empty());
        assert_eq!(world.count(State::Dropped, Kind::NewPost).await, 1);
        world.start(&who, "niels@example.dk").await.expect("started again");
    })
    .await;
}

#[tokio::test]
async fn the_list_has_every_one_once_live_and_newest_first() {
    on_each_engine(async |world| {
        let niels = Who::reader();
        let mut expected = Vec::new();
        for number in 0..9_u64 {
            world.pass(Duration::from_secs(number % 2));
            let started = world.start(&niels.elsewhere(), &format!("niels{number}@example.dk")).await.expect("started");
            if number % 3 == 0 {
                stop(&world.service, target(&started), once()).await.expect("stopped");
            }
            expected.push(world.get(target(&started)).await);
        }
        world.start(&Who::reader(), "other@example.dk").await.expect("another's");
        expected.sort_by_key(|one| (one.end.is_some(), std::cmp::Reverse((one.create_time, one.id))));
        for (ended_too, count) in [(true, 9), (false, 6)] {
            let filter = Filter { subscriber: niels.person, access: None, ended_too };
            let (mut found, mut cursor) = (Vec::new(), None);
            loop {
                let size = PageSize::parse(2).expect("a size");
                let (page, next) = list(&world.service, filter, cursor, size).await.expect("a page");
                found.extend(page);
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(found, expected[..count]);
        }
        let only = Filter { subscriber: niels.person, access: expected[0].access, ended_too: true };
        let size = PageSize::parse(0).expect("a size");
        let (found, _) = list(&world.service, only, None, size).await.expect("a page");
        assert_eq!(found, expected[..1]);
    })
    .await;
}
