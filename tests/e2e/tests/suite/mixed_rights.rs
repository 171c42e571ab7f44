//! Readers with rights to both kinds of post: each letter by itself, as the right to its kind decides.

use access_service::domain::rights;
use api::access::v1::AccessScope;
use api::core::v1::Act;
use api::mailbox::v1::forward_message_request::Target;
use api::mailbox::v1::{MarkMessagesRequest, MessageOutcome};
use harness::{Citizen, Letter, Person, Refusable as _, Refused, Suite, on_both};
use kernel::Portal;
use rights::Capacity::{PrivateEditor, PrivateReader, Reader};

on_both! {
    Suite: r14_a11_every_act_on_both_kinds_of_post_by_every_right,
    r14_of_many_letters_each_is_decided_by_its_own_kind,
    r14_p4_what_the_portal_hides_stays_hidden_from_mixed_rights,
}

/// What becomes of an act on a letter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    /// Done, or refused for what the letter is.
    Yes,
    /// ACT_NOT_ALLOWED: the reader sees the letter, or may do such a thing to none.
    No,
    /// NOT_FOUND: as if there were no such letter.
    Nil,
}

/// What the readers have; each is two columns below, of a public and of a private letter.
const READERS: [&[rights::Capacity]; 5] =
    [&[Reader], &[PrivateReader], &[PrivateEditor], &[Reader, PrivateReader], &[Reader, PrivateEditor]];

#[rustfmt::skip]
const TABLE: [(rights::Act, Act, [Answer; 10]); 8] = {
    use Answer::{Nil, No, Yes};
    [ //                                                   read.      læsning    rediger.  read.+læs.  read.+red.
        (rights::Act::Read, Act::Read,                      [Yes, Nil, Nil, Yes, Nil, Yes, Yes, Yes, Yes, Yes]),
        (rights::Act::Download, Act::Download,              [Yes, Nil, Nil, Yes, Nil, Yes, Yes, Yes, Yes, Yes]),
        (rights::Act::Mark, Act::Mark,                      [Yes, Nil, No,  No,  Nil, Yes, Yes, No,  Yes, Yes]),
        (rights::Act::Move, Act::Move,                      [Yes, Nil, No,  No,  Nil, Yes, Yes, No,  Yes, Yes]),
        (rights::Act::Delete, Act::Delete,                  [No,  No,  No,  No,  No,  No,  No,  No,  No,  No]),
        (rights::Act::Forward, Act::Forward,                [Yes, Nil, No,  No,  No,  No,  Yes, No,  Yes, No]),
        (rights::Act::AcknowledgeService, Act::AcknowledgeService, [Yes, Nil, No, No, No, No, Yes, No, Yes, No]),
        (rights::Act::Reply, Act::Reply,                    [Yes, Nil, No,  No,  No,  No,  Yes, No,  Yes, No]),
    ]
};

/// The same from the rights matrix: an act that no right allows is refused before any letter is looked for; else the right
/// to the letter's kind decides, and without one there is no letter.
fn by_matrix(act: rights::Act, has: &[rights::Capacity], public: bool) -> Answer {
    let sees = has.iter().find(|capacity| (**capacity == Reader) == public);
    match sees {
        _ if !has.iter().any(|capacity| capacity.may(act)) => Answer::No,
        Some(capacity) if capacity.may(act) => Answer::Yes,
        Some(_) => Answer::No,
        None => Answer::Nil,
    }
}

/// Karen's e-Boks, which shows her public post too, with a letter of either kind, each with a file.
struct Desk {
    karen: Citizen,
    letters: [String; 2],
    files: [String; 2],
}

async fn desk(suite: &Suite) -> Desk {
    let karen = suite.citizen(Person::karen()).await;
    karen.shows_public_post(true, true).await.unwrap();
    let (authority, company) = (suite.authority(), suite.company(Portal::EBoks));
    let public = authority.delivers(&karen.person, Letter::about("Skat").with_pdf("skat.pdf")).await.unwrap();
    let private = company.delivers(&karen.person, Letter::about("Police").with_pdf("police.pdf")).await.unwrap();
    let (karen, letters) = (karen.at(Portal::EBoks), [public.message, private.message]);
    let mut files = Vec::new();
    for letter in &letters {
        files.push(karen.opens(letter).await.unwrap().files.remove(0).name);
    }
    Desk { karen, letters, files: files.try_into().unwrap() }
}

/// Somebody in e-Boks with these rights to Karen's post.
async fn reader(suite: &Suite, desk: &Desk, number: u32, has: &[rights::Capacity]) -> Citizen {
    let reader = suite.citizen(Person::of_crowd(number)).await;
    reader.shows_public_post(true, true).await.unwrap();
    for capacity in has {
        let scope = match capacity {
            PrivateReader => AccessScope::PrivatePostRead,
            PrivateEditor => AccessScope::PrivatePostEdit,
            _ => {
                reader.is_given_access_by(&desk.karen.at(Portal::BorgerDk)).await;
                continue;
            }
        };
        reader.at(Portal::EBoks).is_given_private_access_by(&desk.karen, scope).await;
    }
    reader.at(Portal::EBoks)
}

async fn does(reader: &Citizen, act: Act, letter: &str, file: &str) -> Result<(), Refused> {
    let archive = format!("{}/folders/archive", harness::actor::citizen_post::mailbox_of(letter));
    match act {
        Act::Read => reader.opens(letter).await.map(drop),
        Act::Download => reader.downloads(file, 0).await.map(drop),
        Act::Mark => reader.marks(letter, true).await,
        Act::Move => reader.moves(letter, &archive).await,
        Act::Delete => reader.deletes(letter).await,
        Act::Forward => reader.forwards(letter, Target::OwnMailbox(true)).await.map(drop),
        Act::AcknowledgeService => reader.is_served(letter).await.map(drop),
        Act::Reply => reader.replies(letter).await.map(drop),
        other => panic!("{other:?} is about no letter"),
    }
}

fn answer(act: Act, has: &[rights::Capacity], done: Result<(), Refused>) -> Answer {
    let Err(refused) = done else { return Answer::Yes };
    match refused.reason.as_str() {
        // The letters are neither for service nor to be answered: they were found, and looked at.
        "STATE_CONFLICT" | "REPLY_NOT_POSSIBLE" => Answer::Yes,
        "ACT_NOT_ALLOWED" => {
            let name = act.as_str_name().trim_start_matches("ACT_");
            assert_eq!(refused.metadata["act"], name, "{has:?}");
            Answer::No
        }
        "NOT_FOUND" => Answer::Nil,
        other => panic!("{other} for {act:?} by {has:?}"),
    }
}

async fn r14_a11_every_act_on_both_kinds_of_post_by_every_right(suite: Suite) {
    let desk = desk(&suite).await;
    let mut readers = Vec::new();
    for (number, has) in (0..).zip(READERS) {
        readers.push(reader(&suite, &desk, number, has).await);
    }
    for (right, act, row) in TABLE {
        for (column, expected) in row.into_iter().enumerate() {
            let (has, kind) = (READERS[column / 2], column % 2);
            assert_eq!(by_matrix(right, has, kind == 0), expected, "{act:?} by {has:?}, column {column}");
            let done = does(&readers[column / 2], act, &desk.letters[kind], &desk.files[kind]).await;
            assert_eq!(answer(act, has, done), expected, "{act:?} by {has:?}, column {column}");
        }
    }
}

/// The reason and the capacity of a letter's refusal; empty where it was done.
fn told(outcome: &MessageOutcome) -> (&str, String) {
    let Some(refusal) = &outcome.refusal else { return ("", String::new()) };
    let capacity = refusal.metadata.get("capacity").cloned().unwrap_or_default();
    (refusal.reason().as_str_name().trim_start_matches("ERROR_REASON_"), capacity)
}

async fn r14_of_many_letters_each_is_decided_by_its_own_kind(suite: Suite) {
    let desk = desk(&suite).await;
    let mixed = reader(&suite, &desk, 0, &[Reader, PrivateReader]).await;
    let public = reader(&suite, &desk, 1, &[Reader]).await;
    let made_up = format!("{}/messages/0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f", desk.karen.mailbox);
    let mark = MarkMessagesRequest {
        parent: desk.karen.mailbox.clone(),
        names: [&desk.letters[0], &desk.letters[1], &made_up].map(Clone::clone).to_vec(),
        read: false,
        request_id: "mark-1".to_owned(),
    };
    let marks = async |who: &Citizen| {
        let answered = suite.clients().mailbox().mark_messages(who.request(mark.clone())).await;
        answered.unwrap().into_inner().outcomes
    };
    // Repeated, it says what the first call said.
    for _ in 0..2 {
        let outcomes = marks(&mixed).await;
        let refused = ("ACT_NOT_ALLOWED", "PRIVATE_READER".to_owned());
        let expected = [("", String::new()), refused, ("NOT_FOUND", String::new())];
        assert_eq!(outcomes.iter().map(told).collect::<Vec<_>>(), expected);
    }
    let listed = desk.karen.lists("mailboxes/me").await.unwrap();
    let is_read = |name: &str| listed.iter().find(|letter| letter.name == name).unwrap().read;
    assert_eq!([is_read(&desk.letters[0]), is_read(&desk.letters[1])], [false, true]);
    // Who has no right to private post learns no more of the letter than of one that never was.
    let outcomes = marks(&public).await;
    assert!(outcomes[1].refusal.is_some() && outcomes[1].refusal == outcomes[2].refusal);
}

async fn r14_p4_what_the_portal_hides_stays_hidden_from_mixed_rights(suite: Suite) {
    let desk = desk(&suite).await;
    let mixed = reader(&suite, &desk, 0, &[Reader, PrivateReader]).await;
    desk.karen.shows_public_post(false, false).await.unwrap();
    mixed.marks(&desk.letters[1], true).await.refused("ACT_NOT_ALLOWED");
    mixed.opens(&desk.letters[0]).await.refused("NOT_FOUND");
    mixed.at(Portal::BorgerDk).marks(&desk.letters[1], true).await.refused("NOT_FOUND");
}
