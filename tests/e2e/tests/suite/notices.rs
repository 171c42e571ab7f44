//! The letters that the parties find in their Digital Post: in full, in Danish and below it in English, each once.

use api::access::v1::AccessParty;
use api::mailbox::v1::PostMessage;
use harness::actor::citizen_access::offer;
use harness::suite::answer;
use harness::{Citizen, Person, Suite, Until, on_both};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

on_both! {
    Suite: a4_the_letters_about_an_offer,
    a5_the_letter_about_an_approval,
    a7_the_letters_about_a_request,
    a21_the_letters_about_an_end,
    a21_the_dead_get_no_letters_and_the_other_party_does,
    a4_a21_every_letter_comes_once_however_the_handing_over_breaks_off,
}

/// The letters since the last look, as subject and text.
async fn news(citizen: &Citizen) -> Vec<(String, String)> {
    let read = |letter: PostMessage| (letter.summary.unwrap().subject, letter.body_text);
    citizen.opens_new_post().await.unwrap().into_iter().map(read).collect()
}

/// A letter with this subject and these paragraphs, Danish ones first.
fn letter(subject: &str, paragraphs: &[&str]) -> (String, String) {
    (subject.to_owned(), paragraphs.join("\n\n"))
}

async fn a4_the_letters_about_an_offer(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    karen.gives_access(&niels, Until::Day("2027-03-31")).await.unwrap();
    let to_giver = letter(
        "Du har givet læseadgang til din Digital Post / You have given read access to your Digital Post",
        &[
            "Du har givet Niels Peter Skov Jensen læseadgang til din Digital Post fra offentlige myndigheder.",
            "Læseadgangen gælder til og med den 31. marts 2027.",
            "Adgangen gælder først, når Niels Peter Skov Jensen har godkendt den. Du kan altid fjerne den igen på borger.dk.",
            "You have given Niels Peter Skov Jensen read access to your Digital Post from public authorities.",
            "The read access lasts to the end of 31 March 2027.",
            "It takes effect when Niels Peter Skov Jensen has approved it. You can remove it at any time on borger.dk.",
        ],
    );
    assert_eq!(news(&karen).await, [to_giver]);
    let to_receiver = letter(
        "Du har fået læseadgang til en andens Digital Post / You have been given read access to another's Digital Post",
        &[
            "Karen Nørgaard har givet dig læseadgang til sin Digital Post fra offentlige myndigheder.",
            "Læseadgangen gælder til og med den 31. marts 2027.",
            "Adgangen mangler din godkendelse og gælder først, når du har godkendt den på borger.dk.",
            "Karen Nørgaard has given you read access to their Digital Post from public authorities.",
            "The read access lasts to the end of 31 March 2027.",
            "It is awaiting your approval and takes effect when you have approved it on borger.dk.",
        ],
    );
    assert_eq!(news(&niels).await, [to_receiver]);
}

async fn a5_the_letter_about_an_approval(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Never).await.unwrap();
    news(&karen).await;
    news(&niels).await;
    niels.approves(&offered).await.unwrap();
    let to_giver = letter(
        "Den læseadgang, du har givet, er godkendt / The read access you gave has been approved",
        &[
            "Niels Peter Skov Jensen har godkendt læseadgangen til din Digital Post fra offentlige myndigheder.",
            "Læseadgangen udløber aldrig.",
            "Du kan altid fjerne den igen på borger.dk.",
            "Niels Peter Skov Jensen has approved the read access to your Digital Post from public authorities.",
            "The read access never expires.",
            "You can remove it at any time on borger.dk.",
        ],
    );
    assert_eq!(news(&karen).await, [to_giver]);
    assert!(news(&niels).await.is_empty(), "who approved knows");
}

async fn a7_the_letters_about_a_request(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let requested = niels.asks_for_access(&karen, Until::Never).await.unwrap();
    let to_asked = letter(
        "Anmodning om læseadgang til din Digital Post / Request for read access to your Digital Post",
        &[
            "Niels Peter Skov Jensen har anmodet om læseadgang til din Digital Post fra offentlige myndigheder.",
            "Læseadgangen udløber aldrig.",
            "Anmodningen mangler din godkendelse. Niels Peter Skov Jensen har ingen adgang, før du har godkendt den på borger.dk.",
            "Niels Peter Skov Jensen has asked for read access to your Digital Post from public authorities.",
            "The read access never expires.",
            "The request is awaiting your approval. Niels Peter Skov Jensen has no access until you have approved it on borger.dk.",
        ],
    );
    assert_eq!(news(&karen).await, [to_asked]);
    assert!(news(&niels).await.is_empty(), "who asked knows");
    karen.approves(&requested).await.unwrap();
    let to_requester = letter(
        "Din anmodning om læseadgang er godkendt / Your request for read access has been approved",
        &[
            "Din anmodning til Karen Nørgaard om læseadgang til Digital Post fra offentlige myndigheder er godkendt.",
            "Læseadgangen udløber aldrig.",
            "Skift postkasse for at se posten.",
            "Your request to Karen Nørgaard for read access to their Digital Post from public authorities has been approved.",
            "The read access never expires.",
            "Switch mailbox to see the post.",
        ],
    );
    assert_eq!(news(&niels).await, [to_requester]);
    assert!(news(&karen).await.is_empty());
}

/// Owner and reader have been told of the end in these words, once, and of nothing else.
async fn both_are_told(karen: &Citizen, niels: &Citizen, to_owner: [&str; 2], to_reader: [&str; 2]) {
    let for_owner = letter(
        "Læseadgang til din Digital Post er ophørt / Read access to your Digital Post has ended",
        &[
            "Læseadgangen til din Digital Post fra offentlige myndigheder for Niels Peter Skov Jensen er ophørt.",
            to_owner[0],
            "The read access of Niels Peter Skov Jensen to your Digital Post from public authorities has ended.",
            to_owner[1],
        ],
    );
    assert_eq!(news(karen).await, [for_owner]);
    let for_reader = letter(
        "Din læseadgang til en andens Digital Post er ophørt / Your read access to another's Digital Post has ended",
        &[
            "Din læseadgang til Digital Post fra offentlige myndigheder hos Karen Nørgaard er ophørt.",
            to_reader[0],
            "Your read access to the Digital Post from public authorities of Karen Nørgaard has ended.",
            to_reader[1],
        ],
    );
    assert_eq!(news(niels).await, [for_reader]);
}

async fn a21_the_letters_about_an_end(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let fresh = async |approved: bool| {
        let mut access = karen.gives_access(&niels, Until::Never).await.unwrap();
        if approved {
            access = niels.approves(&access).await.unwrap();
        }
        news(&karen).await;
        news(&niels).await;
        access
    };
    let both = async |words| both_are_told(&karen, &niels, words, words).await;
    let (own, others) = (
        ["Du har selv fjernet den.", "You have removed it yourself."],
        ["Den er fjernet af den anden part.", "It was removed by the other party."],
    );

    karen.withdraws(&fresh(false).await).await.unwrap();
    both(["Den blev trukket tilbage, før den var godkendt.", "It was withdrawn before it had been approved."]).await;
    niels.declines(&fresh(false).await).await.unwrap();
    both(["Den blev afvist.", "It was declined."]).await;
    karen.removes(&fresh(true).await).await.unwrap();
    both_are_told(&karen, &niels, own, others).await;
    niels.removes(&fresh(true).await).await.unwrap();
    both_are_told(&karen, &niels, others, own).await;
    let desk = [
        "Den er fjernet af kommunen.\n\nDet er sket i Borgerservice.",
        "It was removed by the municipality.\n\nIt was done at the municipality.",
    ];
    suite.caseworker().removes(&fresh(true).await, AccessParty::Owner).await.unwrap();
    both(desk).await;
    fresh(false).await;
    suite.advance(Duration::from_hours(24 * 60)).await;
    both([
        "Den er bortfaldet, fordi den ikke blev godkendt i tide.",
        "It has lapsed because it was not approved in time.",
    ])
    .await;
    let last_day = fresh(true).await;
    karen.changes_expiry(&last_day, Until::Day("2027-01-21")).await.unwrap();
    news(&niels).await;
    suite.advance(Duration::from_hours(24)).await;
    both(["Den er udløbet.", "It has expired."]).await;
}

async fn a21_the_dead_get_no_letters_and_the_other_party_does(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let ole = suite.citizen(Person::ole()).await;
    let access = niels.is_given_access_by(&karen).await;
    let offered = niels.gives_access(&ole, Until::Never).await.unwrap();
    news(&karen).await;
    news(&ole).await;
    suite.register().reports_death_of(&niels.person).await.unwrap();
    suite.settle().await;
    let closed = "Den er ophørt, fordi en af postkasserne er lukket.";
    for (citizen, access) in [(&karen, access), (&ole, offered)] {
        let [(_, text)] = &news(citizen).await[..] else { panic!("told once") };
        assert!(text.contains(closed) && text.contains("It has ended because one of the mailboxes is closed."));
        let seen = citizen.sees_access(&access.name).await.unwrap();
        assert_eq!(seen.status_text_da, "Ophørt, fordi en postkasse er lukket");
    }
    assert!(karen.given_accesses().await.unwrap().accesses.is_empty());
    assert!(ole.received_accesses().await.unwrap().accesses.is_empty());
}

/// Goes on with `work` until it has been looked at `polls` times, and then drops it. Whether it came to its end.
async fn broken_off_after(polls: usize, work: impl Future<Output = ()>) -> bool {
    let mut work = pin!(work);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        work.as_mut().poll(context).map(|()| true)
    })
    .await
}

async fn a4_a21_every_letter_comes_once_however_the_handing_over_breaks_off(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let mut polls = 0;
    loop {
        // Not by the verb, which lets the services go on.
        let request = karen.request(offer(&niels.person, Until::Never));
        let offered = answer(suite.clients().read_access().give_access(request).await).unwrap().access.unwrap();
        let finished = broken_off_after(polls, suite.settle()).await;
        // What was claimed and not finished is anybody's again after a while.
        suite.advance(Duration::from_mins(2)).await;
        assert_eq!((news(&karen).await.len(), news(&niels).await.len()), (1, 1), "broken off after {polls}");
        karen.withdraws(&offered).await.unwrap();
        assert_eq!((news(&karen).await.len(), news(&niels).await.len()), (1, 1));
        if finished {
            break;
        }
        polls += 1 + polls / 10;
    }
    assert!(polls > 10, "{polls}: it was broken off at many places");
}
