//! Letters gathered into e-mails: one for a burst, and none forgotten (N9); and what such an e-mail says (N6, N7).

use api::notification::v1::{LedgerKind, LedgerState};
use harness::{Citizen, Letter, Suite, on_both, size};
use std::time::Duration;

on_both! {
    Suite: n9_a_burst_of_letters_is_one_email_that_counts_them,
    n9_a_letter_after_the_window_is_told_of_by_another_email,
    n9_after_an_hour_without_a_mail_server_everything_owed_goes_out,
    n9_two_emails_of_one_access_that_are_due_together_both_go_out,
    n9_a_letter_owed_while_the_address_changes_is_told_of_at_the_new_one,
    n9_whatever_happens_every_letter_is_told_of_once,
    n9_an_hour_without_the_other_services_loses_nothing,
    n6_the_email_says_whose_mailbox_and_how_many_in_danish_and_english,
    n6_no_link_but_the_portals_is_in_it,
    n7_the_owner_is_told_of_their_own_new_post,
    n3_what_is_owed_when_it_is_switched_off_is_never_sent,
}

const ADDRESS: &str = "niels@example.dk";
/// Longer than letters are gathered for one e-mail.
const A_WHILE: Duration = Duration::from_mins(2);
const HOUR: Duration = Duration::from_hours(1);

/// Karen, whose post Niels is told of at [`ADDRESS`], and Niels with the subscription.
async fn subscribed(suite: &Suite) -> (Citizen, Citizen, api::notification::v1::Subscription) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    suite.advance(A_WHILE).await;
    let subscription = niels.is_mailed_at(&access, ADDRESS).await;
    suite.advance(A_WHILE).await;
    (karen, niels, subscription)
}

async fn deliver(suite: &Suite, to: &Citizen, letters: usize) {
    for number in 0..letters {
        suite.authority().delivers(&to.person, Letter::about(&format!("Brev {number}"))).await.unwrap();
    }
}

/// How many letters each e-mail about new post counts.
fn told(suite: &Suite) -> Vec<usize> {
    suite.mails().iter().filter_map(harness::Mail::letters).collect()
}

async fn n9_a_burst_of_letters_is_one_email_that_counts_them(suite: Suite) {
    let (karen, ..) = subscribed(&suite).await;
    for _ in 0..4 {
        deliver(&suite, &karen, 2).await;
        suite.advance(Duration::from_secs(2)).await;
    }
    assert!(told(&suite).is_empty(), "they are still gathered");
    suite.advance(Duration::from_secs(2)).await;
    assert_eq!(told(&suite), [8], "ten seconds after the first");
}

async fn n9_a_letter_after_the_window_is_told_of_by_another_email(suite: Suite) {
    let (karen, ..) = subscribed(&suite).await;
    deliver(&suite, &karen, 3).await;
    suite.advance(Duration::from_secs(10)).await;
    deliver(&suite, &karen, 1).await;
    suite.advance(Duration::from_secs(10)).await;
    assert_eq!(told(&suite), [3, 1]);
}

async fn n9_after_an_hour_without_a_mail_server_everything_owed_goes_out(suite: Suite) {
    let (karen, ..) = subscribed(&suite).await;
    suite.mail_goes_away();
    for minutes in [1, 9, 20, 30] {
        deliver(&suite, &karen, 2).await;
        suite.advance(Duration::from_mins(minutes)).await;
    }
    let operator = suite.operator();
    assert!(operator.counts(LedgerState::Owed, LedgerKind::NewPost).await > 1);
    suite.mail_comes_back();
    // No pause between two tries is longer.
    suite.advance(Duration::from_mins(30)).await;
    assert_eq!(told(&suite).iter().sum::<usize>(), 8);
    assert_eq!(operator.sums_up().await.oldest_owed_time, None);
}

async fn n9_two_emails_of_one_access_that_are_due_together_both_go_out(suite: Suite) {
    let (karen, ..) = subscribed(&suite).await;
    suite.mail_goes_away();
    deliver(&suite, &karen, 1).await;
    suite.advance(Duration::from_secs(10)).await;
    // The first was tried and is settled; the second is gathered beside it.
    deliver(&suite, &karen, 2).await;
    assert_eq!(suite.operator().counts(LedgerState::Owed, LedgerKind::NewPost).await, 2);
    suite.mail_comes_back();
    suite.advance(Duration::from_secs(30)).await;
    let mut told = told(&suite);
    told.sort_unstable();
    assert_eq!(told, [1, 2]);
}

async fn n9_a_letter_owed_while_the_address_changes_is_told_of_at_the_new_one(suite: Suite) {
    const NEW: &str = "niels.ny@example.dk";
    let (karen, niels, subscription) = subscribed(&suite).await;
    let changed = niels.changes_address(&subscription, NEW).await.unwrap();
    let code = suite.mails_to(NEW)[0].code().unwrap();
    // One was tried at the old address in vain, another is still gathered.
    suite.mail_goes_away();
    deliver(&suite, &karen, 1).await;
    suite.advance(Duration::from_secs(10)).await;
    deliver(&suite, &karen, 2).await;
    niels.enters_code(&changed, &code).await.unwrap();
    suite.mail_comes_back();
    suite.advance(A_WHILE).await;
    let at = |address| suite.mails_to(address).iter().filter_map(harness::Mail::letters).sum::<usize>();
    assert_eq!((at(ADDRESS), at(NEW)), (0, 3));
}

/// What may happen to the mail.
async fn happens(suite: &Suite, karen: &Citizen, chance: usize, is_away: &mut bool, delivered: &mut usize) {
    match chance {
        0 if *is_away => {
            suite.mail_comes_back();
            *is_away = false;
        }
        0 => {
            suite.mail_goes_away();
            *is_away = true;
        }
        1..=4 => {
            deliver(suite, karen, chance).await;
            *delivered += chance;
        }
        5 => suite.advance(Duration::from_mins(20)).await,
        _ => suite.advance(Duration::from_secs(3)).await,
    }
}

async fn n9_whatever_happens_every_letter_is_told_of_once(suite: Suite) {
    let (karen, ..) = subscribed(&suite).await;
    let (mut is_away, mut delivered, mut chance) = (false, 0, 2_026_usize);
    for _ in 0..size(60, 2_000) {
        // A linear congruential generator: the same story on each run.
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        happens(&suite, &karen, (chance >> 33) % 9, &mut is_away, &mut delivered).await;
    }
    if is_away {
        suite.mail_comes_back();
    }
    suite.advance(HOUR).await;
    assert!(delivered > 20);
    assert_eq!(told(&suite).iter().sum::<usize>(), delivered);
    let operator = suite.operator();
    assert_eq!(operator.sums_up().await.oldest_owed_time, None);
    let sent = operator.counts(LedgerState::Sent, LedgerKind::NewPost).await;
    assert_eq!(usize::try_from(sent), Ok(told(&suite).len()), "an e-mail each, and none twice");
}

async fn n9_an_hour_without_the_other_services_loses_nothing(suite: Suite) {
    let (karen, ..) = subscribed(&suite).await;
    deliver(&suite, &karen, 2).await;
    suite.stop(kernel::ServiceName::Access);
    suite.advance(HOUR).await;
    assert!(told(&suite).is_empty(), "nobody can say whether the access is active");
    let owed = suite.operator().finds(LedgerState::Owed).await;
    assert_eq!((owed.len(), owed[0].letter_count, owed[0].attempt_count), (1, 2, 0));
}

async fn n6_the_email_says_whose_mailbox_and_how_many_in_danish_and_english(suite: Suite) {
    let (karen, ..) = subscribed(&suite).await;
    deliver(&suite, &karen, 3).await;
    suite.advance(A_WHILE).await;
    deliver(&suite, &karen, 1).await;
    suite.advance(A_WHILE).await;
    let mails: Vec<_> = suite.mails_to(ADDRESS).into_iter().filter(|mail| mail.letters().is_some()).collect();
    let name = karen.person.full_name();
    let (many, one) = (&mails[0].text, &mails[1].text);
    assert!(many.contains(&format!("Der er 3 nye breve i Digital Post til {name}.")), "{many}");
    assert!(many.contains(&format!("There are 3 new letters in the Digital Post of {name}.")), "{many}");
    assert!(one.contains(&format!("Der er 1 nyt brev i Digital Post til {name}.")), "{one}");
    assert!(one.contains(&format!("There is 1 new letter in the Digital Post of {name}.")), "{one}");
}

async fn n6_no_link_but_the_portals_is_in_it(suite: Suite) {
    const PORTAL: &str = "https://www.borger.dk";
    let (karen, ..) = subscribed(&suite).await;
    deliver(&suite, &karen, 1).await;
    suite.advance(A_WHILE).await;
    let mail = suite.mails_to(ADDRESS).pop().unwrap();
    assert_eq!(mail.header("List-Unsubscribe"), format!("<{PORTAL}>"));
    let raw = mail.raw.replace("=\r\n", "").replace("=\n", "");
    let links: Vec<&str> = raw.split("http").skip(1).collect();
    assert!(links.len() >= 3, "two parts and a header");
    for link in links {
        let rest = link.strip_prefix("s://www.borger.dk").unwrap_or_else(|| panic!("http{link}"));
        let next = rest.chars().next().unwrap();
        assert!(!next.is_alphanumeric() && !['/', '?', '#', '.', '-'].contains(&next), "http{link}");
    }
}

async fn n7_the_owner_is_told_of_their_own_new_post(suite: Suite) {
    const OWN: &str = "karen@example.dk";
    let (karen, _, _) = subscribed(&suite).await;
    let own = karen.is_mailed_about_own_post_at(OWN).await;
    suite.advance(A_WHILE).await;
    let before = suite.mails_to(OWN).len();
    deliver(&suite, &karen, 2).await;
    suite.advance(A_WHILE).await;
    let mails = suite.mails_to(OWN);
    assert_eq!((mails.len(), mails.last().unwrap().letters()), (before + 1, Some(2)));
    assert!(mails.last().unwrap().text.contains(&karen.person.full_name()));
    karen.switches_off_mail(&own).await.unwrap();
    deliver(&suite, &karen, 1).await;
    suite.advance(A_WHILE).await;
    assert_eq!(suite.mails_to(OWN).len(), before + 1);
}

async fn n3_what_is_owed_when_it_is_switched_off_is_never_sent(suite: Suite) {
    let (karen, niels, subscription) = subscribed(&suite).await;
    suite.mail_goes_away();
    deliver(&suite, &karen, 1).await;
    suite.advance(Duration::from_secs(10)).await;
    deliver(&suite, &karen, 1).await;
    // mailbox-service, which knows the owner's name, is not there: stopping waits for nobody.
    suite.stop(kernel::ServiceName::Mailbox);
    let ended = niels.switches_off_mail(&subscription).await.unwrap();
    assert_eq!(ended.owner_display_name, "");
    suite.mail_comes_back();
    suite.advance(HOUR).await;
    assert!(told(&suite).is_empty());
    assert_eq!(suite.operator().counts(LedgerState::Dropped, LedgerKind::NewPost).await, 2);
}
