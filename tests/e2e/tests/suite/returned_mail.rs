//! E-mails that come back after a mail server had taken them.

use api::mailbox::v1::forward_message_request::Target;
use api::notification::v1::DeliveryStatusOutcome::{Failed, Ignored, Noted};
use api::notification::v1::{ReportDeliveryStatusRequest, Subscription, SubscriptionEndReason, SubscriptionState};
use harness::actor::mail_filter::notification;
use harness::{Citizen, Engine, Letter, Person, Refusable as _, ScriptedServer, Suite};
use std::time::Duration;
use tempfile::TempDir;

macro_rules! on_both_with_a_mail_server {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$test(Post::begin(Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$test(Post::begin(Engine::Postgres).await).await;
            }
        }
    )+};
}

on_both_with_a_mail_server! {
    n5_an_email_that_comes_back_ends_its_subscription,
    n5_coming_back_twice_changes_nothing,
    n5_what_is_forged_or_foreign_is_ignored,
    n5_delays_and_our_own_faults_are_noted_only,
    n5_an_email_from_a_former_address_leaves_the_one_in_force,
    n2_a_code_that_comes_back_is_told,
    m7_a_letter_that_comes_back_is_told_to_its_forwarder,
    n9_each_email_has_a_return_path_of_its_own,
}

const ADDRESS: &str = "karen@example.dk";
/// Longer than letters are gathered.
const A_WHILE: Duration = Duration::from_mins(2);
const BOUNCED: &str = "E-mail om ny post kan ikke sendes";

/// Karen, who has e-mail about her own post through a mail server that hands everything over to us.
struct Post {
    suite: Suite,
    server: ScriptedServer,
    karen: Citizen,
    #[expect(dead_code, reason = "is gone when it is dropped")]
    folder: TempDir,
}

impl Post {
    async fn begin(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = ScriptedServer::start(folder.path()).await.unwrap();
        let suite = Suite::start_with_mail(engine, server.config(), folder.path()).await;
        let karen = suite.citizen(Person::karen()).await;
        Self { suite, server, karen, folder }
    }

    async fn subscribes(&self) -> Subscription {
        let started = self.karen.asks_for_mail_about_own_post_at(ADDRESS).await.unwrap();
        self.enters_code(&started).await
    }

    async fn enters_code(&self, subscription: &Subscription) -> Subscription {
        let mail = harness::mail::parse(&self.server.takes().pop().unwrap().message).unwrap();
        let confirmed = self.karen.enters_code(subscription, &mail.code().unwrap()).await.unwrap();
        self.server.takes();
        confirmed
    }

    /// A letter comes, and the e-mail about it is sent: its return path.
    async fn is_told_of_a_letter(&self) -> String {
        self.suite.authority().delivers(&self.karen.person, Letter::about("Nyt")).await.unwrap();
        self.suite.advance(A_WHILE).await;
        self.return_path()
    }

    /// The return path of the last e-mail.
    fn return_path(&self) -> String {
        let sender = self.server.takes().pop().unwrap().sender;
        let path = sender.strip_prefix("FROM:<").and_then(|rest| rest.split_once('>')).unwrap().0;
        path.to_owned()
    }

    async fn state(&self, subscription: &Subscription) -> (SubscriptionState, SubscriptionEndReason) {
        let seen = self.karen.sees_subscription(&subscription.name).await.unwrap();
        (seen.state(), seen.end_reason())
    }

    /// How many letters about e-mail that can't be sent lie in Karen's mailbox.
    async fn told(&self) -> usize {
        let subjects = self.karen.subjects(&self.karen.mailbox).await.unwrap();
        subjects.iter().filter(|subject| subject.starts_with(BOUNCED)).count()
    }
}

const ACTIVE: (SubscriptionState, SubscriptionEndReason) =
    (SubscriptionState::Active, SubscriptionEndReason::Unspecified);
const GIVEN_UP: (SubscriptionState, SubscriptionEndReason) = (SubscriptionState::Ended, SubscriptionEndReason::Bounced);

async fn n5_an_email_that_comes_back_ends_its_subscription(post: Post) {
    let subscription = post.subscribes().await;
    let path = post.is_told_of_a_letter().await;
    let failed = notification("failed", "5.1.1");
    assert_eq!(post.suite.return_path_gets(&path, &failed).await.unwrap(), Failed);
    assert_eq!((post.state(&subscription).await, post.told().await), (GIVEN_UP, 1));
    post.suite.authority().delivers(&post.karen.person, Letter::about("Mere")).await.unwrap();
    post.suite.advance(A_WHILE).await;
    assert!(post.server.takes().is_empty());
    post.subscribes().await;
}

async fn n5_coming_back_twice_changes_nothing(post: Post) {
    let subscription = post.subscribes().await;
    let path = post.is_told_of_a_letter().await;
    let report = |request_id: &str, status: &str| ReportDeliveryStatusRequest {
        return_path: path.clone(),
        notification: notification("failed", status).into_bytes().into(),
        request_id: request_id.to_owned(),
    };
    let suite = &post.suite;
    let both =
        futures::future::join(suite.mail_is_reported(report("", "5.1.1")), suite.mail_is_reported(report("", "5.1.1")));
    let (one, other) = both.await;
    assert_eq!((one.unwrap(), other.unwrap()), (Failed, Failed));
    for request_id in ["", "r-1", "r-1"] {
        assert_eq!(suite.mail_is_reported(report(request_id, "5.1.1")).await.unwrap(), Failed);
    }
    suite.mail_is_reported(report("r-1", "5.1.2")).await.refused("REQUEST_ID_REUSED");
    assert_eq!((post.state(&subscription).await, post.told().await), (GIVEN_UP, 1));
}

async fn n5_what_is_forged_or_foreign_is_ignored(post: Post) {
    let subscription = post.subscribes().await;
    let path = post.is_told_of_a_letter().await;
    let other = post.is_told_of_a_letter().await;
    let failed = notification("failed", "5.1.1");
    let (local, domain) = path.split_once('@').unwrap();
    let signature = other.split_once('@').unwrap().0.rsplit_once('-').unwrap().1;
    let forged = format!("{}-{signature}@{domain}", local.rsplit_once('-').unwrap().0);
    for foreign in [forged, format!("{local}@example.dk"), format!("ingen-svar@{domain}"), ADDRESS.to_owned()] {
        assert_eq!(post.suite.return_path_gets(&foreign, &failed).await.unwrap(), Ignored, "{foreign}");
    }
    for nonsense in ["Hej\r\n\r\nJeg er på ferie.", "\u{0}", &failed.replace("multipart/report", "multipart/mixed")] {
        assert_eq!(post.suite.return_path_gets(&path, nonsense).await.unwrap(), Ignored, "{nonsense}");
    }
    let empty = ReportDeliveryStatusRequest::default();
    assert_eq!(
        post.suite.mail_is_reported(empty).await.refused("INVALID_FIELDS").fields,
        ["return_path", "notification"]
    );
    assert_eq!((post.state(&subscription).await, post.told().await), (ACTIVE, 0));
}

async fn n5_delays_and_our_own_faults_are_noted_only(post: Post) {
    let subscription = post.subscribes().await;
    let path = post.is_told_of_a_letter().await;
    for (action, status) in [
        ("delayed", "4.4.1"),
        ("delayed", "5.1.1"),
        ("delivered", "2.0.0"),
        ("relayed", "2.0.0"),
        ("failed", "4.4.7"),
        ("failed", "5.7.1"),
        ("failed", "5.2.2"),
    ] {
        let said = notification(action, status);
        assert_eq!(post.suite.return_path_gets(&path, &said).await.unwrap(), Noted, "{action} {status}");
    }
    assert_eq!((post.state(&subscription).await, post.told().await), (ACTIVE, 0));
}

async fn n5_an_email_from_a_former_address_leaves_the_one_in_force(post: Post) {
    let subscription = post.subscribes().await;
    let path = post.is_told_of_a_letter().await;
    let changed = post.karen.changes_address(&subscription, "karen.ny@example.dk").await.unwrap();
    let subscription = post.enters_code(&changed).await;
    for _ in 0..2 {
        assert_eq!(post.suite.return_path_gets(&path, &notification("failed", "5.1.1")).await.unwrap(), Failed);
        assert_eq!((post.state(&subscription).await, post.told().await), (ACTIVE, 0));
    }
    post.suite.advance(A_WHILE).await;
    let again = post.server.takes();
    assert_eq!(again.len(), 1, "the letter is told of at the address in force");
    assert_eq!(again[0].recipients, ["TO:<karen.ny@example.dk>"]);
    let path = post.is_told_of_a_letter().await;
    assert_eq!(post.suite.return_path_gets(&path, &notification("failed", "5.1.1")).await.unwrap(), Failed);
    assert_eq!((post.state(&subscription).await, post.told().await), (GIVEN_UP, 1));
}

async fn n2_a_code_that_comes_back_is_told(post: Post) {
    let started = post.karen.asks_for_mail_about_own_post_at(ADDRESS).await.unwrap();
    let path = post.return_path();
    assert_eq!(post.suite.return_path_gets(&path, &notification("failed", "5.1.1")).await.unwrap(), Failed);
    assert_eq!((post.state(&started).await, post.told().await), (GIVEN_UP, 1));
    // Of a new address the old one stays in force.
    let subscription = post.subscribes().await;
    post.suite.advance(A_WHILE).await;
    post.server.takes();
    post.karen.changes_address(&subscription, "karen.ny@example.dk").await.unwrap();
    let path = post.return_path();
    assert_eq!(post.suite.return_path_gets(&path, &notification("failed", "5.1.1")).await.unwrap(), Failed);
    let seen = post.karen.sees_subscription(&subscription.name).await.unwrap();
    assert_eq!((seen.email_address.as_str(), seen.pending_email_address.as_str()), (ADDRESS, ""));
    assert_eq!((post.state(&subscription).await, post.told().await), (ACTIVE, 2));
}

async fn m7_a_letter_that_comes_back_is_told_to_its_forwarder(post: Post) {
    let letter = post.suite.authority().delivers(&post.karen.person, Letter::about("Nyt")).await.unwrap().message;
    let to = Target::EmailAddress("mette@example.dk".to_owned());
    post.karen.forwards(&letter, to).await.unwrap();
    post.suite.settle().await;
    let path = post.return_path();
    let told = async || {
        let subjects = post.karen.subjects(&post.karen.mailbox).await.unwrap();
        subjects.iter().filter(|subject| subject.starts_with("Et brev kunne ikke videresendes")).count()
    };
    assert_eq!(post.suite.return_path_gets(&path, &notification("delayed", "4.4.1")).await.unwrap(), Noted);
    assert_eq!(told().await, 0);
    for _ in 0..2 {
        assert_eq!(post.suite.return_path_gets(&path, &notification("failed", "5.2.2")).await.unwrap(), Failed);
        assert_eq!(told().await, 1);
    }
}

async fn n9_each_email_has_a_return_path_of_its_own(post: Post) {
    post.subscribes().await;
    let (one, other) = (post.is_told_of_a_letter().await, post.is_told_of_a_letter().await);
    assert_ne!(one, other);
    for path in [one, other] {
        assert!(path.starts_with("retur-") && path.ends_with("@digitalpost.example"), "{path}");
    }
}
