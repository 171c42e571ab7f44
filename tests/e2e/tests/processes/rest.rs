//! What somebody finds who takes the disk, or a copy of the databases.

use api::mailbox::v1::forward_message_request::Target;
use api::mailbox::v1::{ForwardMessageRequest, PersonRegistration};
use harness::actor::register::registration;
use harness::{Engine, Letter, Person, Processes, Until, at_rest};
use kernel::Portal;

mod what_lies_at_rest_shows_no_person_and_no_letter {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        what_lies_at_rest_shows_nothing(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        what_lies_at_rest_shows_nothing(Engine::Postgres).await;
    }
}

/// What is told to the suite, and to nobody who reads its disks.
const SECRETS: [&str; 21] = [
    "6101501731",
    "610150-1731",
    "7203751732",
    "Kanariana",
    "Fuglesang",
    "Spurveline",
    "Gråspurv",
    "Nattergalevej",
    "Solsorteskat",
    "Hemmelighedsfuld",
    "Regnspoven",
    "solsortebilag",
    "Indholdsfortegnelsen",
    "Krondyrmappe",
    "Mejsekommentar",
    "mejse@example",
    "drossel@example",
    "Gulspurvebrev",
    "Bogfinkeord",
    "Kanariana Fuglesang",
    "Spurveline Gråspurv",
];

async fn what_lies_at_rest_shows_nothing(engine: Engine) {
    let processes = Processes::start(engine).await.unwrap();
    tell_all(&processes).await;
    let stored = processes.stored().await.unwrap();
    let found = at_rest::find(&stored, &SECRETS);
    assert!(found.is_empty(), "{found:#?}");
    // The very bytes of the file, and its hash, by which a known document could be recognised.
    for bytes in [file(), crypto::sha256(&file()).to_vec()] {
        assert_eq!(at_rest::find_bytes(&stored, &bytes), Vec::<&str>::new());
    }
    for database in ["access", "mailbox", "notification"] {
        assert!(stored.iter().any(|stored| stored.name.contains(database)), "{database} was looked into");
    }
    assert!(!at_rest::find(&stored, &["application/pdf"]).is_empty(), "the search does search");
}

/// Tells the suite every secret, by every way there is.
async fn tell_all(processes: &Processes) {
    let suite = processes.suite().clone();
    let karen = Person::new("Kanariana", "Fuglesang", SECRETS[0]);
    let niels = Person::new("Spurveline", "Gråspurv", SECRETS[2]);
    let at = |person: &Person| PersonRegistration {
        postal_address: "Nattergalevej 7, 5000 Odense C".to_owned(),
        ..registration(person)
    };
    for person in [&karen, &niels] {
        suite.register().registers(at(person)).await.unwrap();
    }
    let (karen, niels) = (suite.citizen(karen).await, suite.citizen(niels).await);
    let letter = Letter {
        subject: "Solsorteskat".to_owned(),
        body: "Kære Kanariana Fuglesang, Hemmelighedsfuld hilsen. Regnspoven".to_owned(),
        files: vec![("solsortebilag.pdf".to_owned(), file())],
    };
    let receipt = suite.authority().delivers(&karen.person, letter).await.unwrap();
    let private = Letter { body: "Bogfinkeord".to_owned(), ..Letter::about("Gulspurvebrev") };
    suite.company(Portal::EBoks).delivers(&karen.person, private).await.unwrap();
    let access = niels.is_given_access_by(&karen).await;
    let started = niels.switches_on_mail(&access, "drossel@example.dk").await.unwrap();
    niels.sees_subscription(&started.name).await.unwrap();
    let folder = karen.makes_folder(&karen.mailbox, "Krondyrmappe").await.unwrap();
    karen.moves(&receipt.message, &folder.name).await.unwrap();
    assert_eq!(karen.finds(&karen.mailbox, "hemmelighedsfuld").await.unwrap(), ["Solsorteskat"]);
    karen.adds_recipient(&niels.person).await.unwrap();
    for target in [Target::EmailAddress("mejse@example.dk".to_owned()), Target::Person(niels.person.particulars())] {
        let request = ForwardMessageRequest {
            name: receipt.message.clone(),
            target: Some(target),
            comment: "Mejsekommentar".to_owned(),
            request_id: String::new(),
        };
        karen.forwards_as(request).await.unwrap();
    }
    // What goes wrong is kept too, for a while.
    let stranger = Person::new("Spurveline", "Fuglesang", SECRETS[2]);
    assert!(karen.adds_recipient(&stranger).await.is_err());
    assert!(karen.gives_access(&niels.mistaken_for(stranger), Until::Never).await.is_err());
}

fn file() -> Vec<u8> {
    b"%PDF-1.7\nIndholdsfortegnelsen over Regnspoven\n%%EOF\n".to_vec()
}
