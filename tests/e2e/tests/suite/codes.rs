//! Codes that confirm addresses: how they are tried, and how often they are made (N8).

use api::notification::v1::start_subscription_request::Target;
use api::notification::v1::{
    Channel, ConfirmSubscriptionRequest, StartSubscriptionRequest, Subscription, SubscriptionState,
};
use futures::future::join_all;
use harness::{Citizen, Person, Refusable as _, Refused, Suite, on_both, size};
use kernel::{Clock as _, Timestamp};
use std::time::Duration;
use tonic::Status;

on_both! {
    Suite: n8_of_two_hundred_wrong_codes_at_once_five_are_looked_at,
    n8_of_two_hundred_right_codes_at_once_one_is_taken,
    n8_the_answer_is_the_same_whichever_way_a_code_is_wrong,
    n8_limits_of_an_hour_and_a_day_hold_over_driven_days,
    n8_stopping_and_starting_again_brings_no_more_codes,
    n8_an_address_gets_five_codes_a_day_over_all_accounts,
    n8_of_many_accounts_at_once_five_get_a_code_to_one_address,
    n8_a_person_gets_ten_codes_a_day,
    n8_no_code_goes_out_that_has_expired_meanwhile,
    n8_a_code_goes_out_while_the_other_services_are_away,
}

const ADDRESS: &str = "niels@example.dk";
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// As many calls as a server lets in at once, twice.
const CROWD: usize = 100;

/// E-mail about the citizen's own post.
fn own(address: &str) -> StartSubscriptionRequest {
    StartSubscriptionRequest {
        target: Some(Target::OwnMailbox(true)),
        channel: Channel::Email.into(),
        email_address: address.to_owned(),
        ..StartSubscriptionRequest::default()
    }
}

/// A citizen whose address waits for its code, and the code.
async fn one_who_waits(suite: &Suite) -> (Citizen, Subscription, String) {
    let niels = suite.citizen(Person::niels()).await;
    let started = niels.starts_subscription(own(ADDRESS)).await.unwrap();
    let code = suite.mails_to(ADDRESS).pop().unwrap().code().unwrap();
    (niels, started, code)
}

/// One try, as it is answered on the wire.
async fn tries(citizen: &Citizen, suite: &Suite, name: &str, code: String) -> Result<(), Status> {
    let request = ConfirmSubscriptionRequest { name: name.to_owned(), code, ..ConfirmSubscriptionRequest::default() };
    suite.clients().subscriptions().confirm_subscription(citizen.request(request)).await.map(drop)
}

/// The codes that follow `code`.
fn wrong(code: &str) -> impl Iterator<Item = String> {
    let code: usize = code.parse().unwrap();
    (1..).map(move |step| format!("{:06}", (code + step) % 1_000_000))
}

async fn n8_of_two_hundred_wrong_codes_at_once_five_are_looked_at(suite: Suite) {
    let (niels, started, code) = one_who_waits(&suite).await;
    let codes: Vec<String> = wrong(&code).take(2 * CROWD).collect();
    for crowd in codes.chunks(CROWD) {
        let tried = join_all(crowd.iter().map(|code| tries(&niels, &suite, &started.name, code.clone()))).await;
        for refused in tried {
            assert_eq!(Refused::from(refused.unwrap_err()).reason, "CODE_REFUSED");
        }
    }
    niels.enters_code(&started, &code).await.refused("CODE_REFUSED");
    // Four leave one for the right code: no fewer than five are looked at.
    suite.advance(MINUTE).await;
    niels.asks_for_a_new_code(&started).await.unwrap();
    let code = suite.mails_to(ADDRESS).pop().unwrap().code().unwrap();
    join_all(wrong(&code).take(4).map(|code| tries(&niels, &suite, &started.name, code))).await;
    niels.enters_code(&started, &code).await.unwrap();
}

async fn n8_of_two_hundred_right_codes_at_once_one_is_taken(suite: Suite) {
    let (niels, started, code) = one_who_waits(&suite).await;
    let mut taken = 0;
    for _ in 0..2 {
        let tried = join_all((0..CROWD).map(|_| tries(&niels, &suite, &started.name, code.clone()))).await;
        taken += tried.iter().filter(|tried| tried.is_ok()).count();
        for refused in tried.into_iter().filter_map(Result::err) {
            assert_eq!(Refused::from(refused).reason, "CODE_REFUSED");
        }
    }
    assert_eq!(taken, 1);
}

async fn n8_the_answer_is_the_same_whichever_way_a_code_is_wrong(suite: Suite) {
    let (niels, started, code) = one_who_waits(&suite).await;
    let answer = async |code: &str| {
        let refused = tries(&niels, &suite, &started.name, code.to_owned()).await.unwrap_err();
        (refused.code(), refused.message().to_owned(), refused.details().to_vec())
    };
    let wrong_one = answer(&wrong(&code).next().unwrap()).await;
    assert_eq!(wrong_one.0, tonic::Code::FailedPrecondition);
    suite.advance(Duration::from_mins(10)).await;
    assert_eq!(answer(&code).await, wrong_one, "expired");
    niels.asks_for_a_new_code(&started).await.unwrap();
    let newer = suite.mails_to(ADDRESS).pop().unwrap().code().unwrap();
    if newer != code {
        assert_eq!(answer(&code).await, wrong_one, "there is a newer one");
    }
    for code in wrong(&newer).take(5) {
        answer(&code).await;
    }
    assert_eq!(answer(&newer).await, wrong_one, "too many tries");
    suite.advance(MINUTE).await;
    niels.asks_for_a_new_code(&started).await.unwrap();
    let newest = suite.mails_to(ADDRESS).pop().unwrap().code().unwrap();
    niels.enters_code(&started, &newest).await.unwrap();
    assert_eq!(answer(&newest).await, wrong_one, "used, and no address waits");
}

/// How many of `moments` lie within `window` before each of them, at the most.
fn most_within(moments: &[Timestamp], window: Duration) -> usize {
    let within = |last: &Timestamp| moments.iter().filter(|at| *at <= last && last.since(**at) < window).count();
    moments.iter().map(within).max().unwrap_or_default()
}

async fn n8_limits_of_an_hour_and_a_day_hold_over_driven_days(suite: Suite) {
    let (niels, started, _) = one_who_waits(&suite).await;
    let mut made = vec![suite.clock().now()];
    let (days, step) = (size(2, 30), Duration::from_mins(13));
    let end = made[0].plus(DAY * u32::try_from(days).unwrap());
    while suite.clock().now() < end {
        suite.clock().advance(step);
        match niels.asks_for_a_new_code(&started).await {
            Ok(_) => made.push(suite.clock().now()),
            Err(refused) => {
                assert_eq!(refused.reason, "TOO_MANY_CODES");
                let wait = refused.retry_after.unwrap();
                // What is promised is kept: not before, and then.
                suite.clock().advance(wait.saturating_sub(Duration::from_millis(1)));
                niels.asks_for_a_new_code(&started).await.refused("TOO_MANY_CODES");
                suite.clock().advance(Duration::from_millis(1));
                niels.asks_for_a_new_code(&started).await.unwrap();
                made.push(suite.clock().now());
            }
        }
    }
    assert_eq!((most_within(&made, HOUR), most_within(&made, DAY)), (3, 5));
    assert!(made.len() >= 5 * days, "{} codes in {days} days", made.len());
    assert_eq!(suite.mails_to(ADDRESS).len(), made.len());
}

async fn n8_stopping_and_starting_again_brings_no_more_codes(suite: Suite) {
    let niels = suite.citizen(Person::niels()).await;
    for address in ["a@example.dk", "b@example.dk", "c@example.dk"] {
        let started = niels.starts_subscription(own(address)).await.unwrap();
        niels.switches_off_mail(&started).await.unwrap();
    }
    let refused = niels.starts_subscription(own("d@example.dk")).await.refused("TOO_MANY_CODES");
    assert_eq!(refused.retry_after, Some(HOUR));
    assert!(suite.mails_to("d@example.dk").is_empty());
}

async fn n8_an_address_gets_five_codes_a_day_over_all_accounts(suite: Suite) {
    for number in 0..5 {
        let one = suite.citizen(Person::of_crowd(number)).await;
        // Domains are written in any case.
        let address = if number % 2 == 0 { "offer@example.dk" } else { "offer@EXAMPLE.dk" };
        one.starts_subscription(own(address)).await.unwrap();
        suite.clock().advance(HOUR);
    }
    // A day after the first, of which five hours have passed.
    let left = 19 * HOUR;
    let sixth = suite.citizen(Person::of_crowd(5)).await;
    let refused = sixth.starts_subscription(own("offer@example.dk")).await.refused("TOO_MANY_CODES");
    assert_eq!(refused.retry_after, Some(left));
    assert_eq!(suite.mails().len(), 5);
    suite.advance(left).await;
    sixth.starts_subscription(own("offer@example.dk")).await.unwrap();
}

async fn n8_of_many_accounts_at_once_five_get_a_code_to_one_address(suite: Suite) {
    let crowd = join_all((0..12).map(|number| suite.citizen(Person::of_crowd(number)))).await;
    let started = join_all(crowd.iter().map(|one| one.starts_subscription(own("offer@example.dk")))).await;
    assert_eq!(started.iter().filter(|started| started.is_ok()).count(), 5);
    for refused in started.into_iter().filter_map(Result::err) {
        assert_eq!(refused.reason, "TOO_MANY_CODES");
    }
    assert_eq!(suite.mails().len(), 5);
}

async fn n8_a_person_gets_ten_codes_a_day(suite: Suite) {
    let niels = suite.citizen(Person::niels()).await;
    let mut accesses = Vec::new();
    for number in 0..11 {
        let owner = suite.citizen(Person::of_crowd(number)).await;
        accesses.push(niels.is_given_access_by(&owner).await);
    }
    let addresses: Vec<String> = (0..11).map(|number| format!("niels+{number}@example.dk")).collect();
    let starts = accesses.iter().zip(&addresses).map(|(access, address)| niels.switches_on_mail(access, address));
    let started = join_all(starts).await;
    assert_eq!(started.iter().filter(|started| started.is_ok()).count(), 10, "at once");
    let refused = started.into_iter().find_map(Result::err).unwrap();
    assert_eq!((refused.reason.as_str(), refused.retry_after), ("TOO_MANY_CODES", Some(DAY)));
    assert_eq!(suite.mails().len(), 10);
}

async fn n8_no_code_goes_out_that_has_expired_meanwhile(suite: Suite) {
    let niels = suite.citizen(Person::niels()).await;
    let ole = suite.citizen(Person::ole()).await;
    suite.mail_goes_away();
    niels.starts_subscription(own(ADDRESS)).await.unwrap();
    // The server is away for an hour; towards its end another code is asked for.
    suite.advance(Duration::from_mins(55)).await;
    let live = ole.starts_subscription(own("ole@example.dk")).await.unwrap();
    suite.advance(Duration::from_mins(5)).await;
    suite.mail_comes_back();
    suite.advance(Duration::from_mins(4)).await;
    assert!(suite.mails_to(ADDRESS).is_empty(), "it expired fifty minutes ago");
    let code = suite.mails_to("ole@example.dk").pop().unwrap().code().unwrap();
    assert_eq!(ole.enters_code(&live, &code).await.unwrap().state(), SubscriptionState::Active);
}

async fn n8_a_code_goes_out_while_the_other_services_are_away(suite: Suite) {
    let (niels, started, _) = one_who_waits(&suite).await;
    suite.advance(MINUTE).await;
    suite.stop(kernel::ServiceName::Access);
    niels.asks_for_a_new_code(&started).await.unwrap();
    assert_eq!(suite.mails_to(ADDRESS).len(), 2);
}
