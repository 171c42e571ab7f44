//! Telling the suite all that nobody else may learn: by every way there is, and known again wherever it shows.

use api::mailbox::v1::forward_message_request::Target;
use api::mailbox::v1::{ForwardMessageRequest, PersonRegistration, SendMessageRequest};
use harness::actor::citizen_writing::written_to;
use harness::actor::register::registration;
use harness::{Letter, Mail, Person, Processes, Suite, Until, contact_point};
use kernel::Portal;
use std::time::{Duration, Instant};

/// What is told to the suite, and to nobody who reads its disks or its logs.
pub(crate) const SECRETS: [&str; 24] = [
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
    "Dompapsag",
    "Rødkælkesvar",
    "Viberede",
    "Kanariana Fuglesang",
    "Spurveline Gråspurv",
];

/// Where e-mail about new post goes.
pub(crate) const READER: &str = "drossel@example.dk";
/// Where a letter is forwarded to.
pub(crate) const FRIEND: &str = "mejse@example.dk";

/// How long an e-mail may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Who owns what was told.
pub(crate) fn owner() -> Person {
    Person::new("Kanariana", "Fuglesang", SECRETS[0])
}

/// Who reads it.
pub(crate) fn reader() -> Person {
    Person::new("Spurveline", "Gråspurv", SECRETS[2])
}

/// Tells the suite every secret; the code that came by e-mail.
pub(crate) async fn tell_all(processes: &Processes) -> String {
    let suite = processes.suite().clone();
    let at = |person: &Person| PersonRegistration {
        postal_address: "Nattergalevej 7, 5000 Odense C".to_owned(),
        ..registration(person)
    };
    for person in [owner(), reader()] {
        suite.register().registers(at(&person)).await.unwrap();
    }
    let (karen, niels) = (suite.citizen(owner()).await, suite.citizen(reader()).await);
    let access = niels.is_given_access_by(&karen).await;
    let started = niels.switches_on_mail(&access, READER).await.unwrap();
    niels.sees_subscription(&started.name).await.unwrap();
    let code = mail(&suite, READER, |mail| mail.code().is_some()).await.code().unwrap();
    niels.enters_code(&started, &code).await.unwrap();

    let letter = Letter {
        subject: "Solsorteskat".to_owned(),
        body: "Kære Kanariana Fuglesang, Hemmelighedsfuld hilsen. Regnspoven".to_owned(),
        files: vec![("solsortebilag.pdf".to_owned(), file())],
    };
    let receipt = suite.authority().delivers(&karen.person, letter).await.unwrap();
    mail(&suite, READER, |mail| mail.letters().is_some()).await;
    let private = Letter { body: "Bogfinkeord".to_owned(), ..Letter::about("Gulspurvebrev") };
    suite.company(Portal::EBoks).delivers(&karen.person, private).await.unwrap();
    let folder = karen.makes_folder(&karen.mailbox, "Krondyrmappe").await.unwrap();
    karen.moves(&receipt.message, &folder.name).await.unwrap();
    assert_eq!(karen.finds(&karen.mailbox, "hemmelighedsfuld").await.unwrap(), ["Solsorteskat"]);
    assert!(karen.finds(&karen.mailbox, "Viberede").await.unwrap().is_empty());
    karen.adds_recipient(&niels.person).await.unwrap();
    for target in [Target::EmailAddress(FRIEND.to_owned()), Target::Person(niels.person.particulars())] {
        let request = ForwardMessageRequest {
            name: receipt.message.clone(),
            target: Some(target),
            comment: "Mejsekommentar".to_owned(),
            request_id: String::new(),
        };
        karen.forwards_as(request).await.unwrap();
    }
    suite.authority().sets_contact_points(vec![contact_point("byg", "Byggesager")]).await.unwrap();
    let written = written_to("authorities/29189668/contactPoints/byg", "Dompapsag");
    karen.writes(SendMessageRequest { body_text: "Rødkælkesvar".to_owned(), ..written }).await.unwrap();
    // What goes wrong is kept too, for a while.
    let stranger = Person::new("Spurveline", "Fuglesang", SECRETS[2]);
    assert!(karen.adds_recipient(&stranger).await.is_err());
    assert!(karen.gives_access(&niels.mistaken_for(stranger), Until::Never).await.is_err());
    mail(&suite, FRIEND, |_| true).await;
    code
}

/// The file that comes with the letter.
pub(crate) fn file() -> Vec<u8> {
    b"%PDF-1.7\nIndholdsfortegnelsen over Regnspoven\n%%EOF\n".to_vec()
}

async fn mail(suite: &Suite, address: &str, wanted: impl Fn(&Mail) -> bool) -> Mail {
    let began = Instant::now();
    loop {
        if let Some(mail) = suite.mails_to(address).into_iter().find(&wanted) {
            return mail;
        }
        assert!(began.elapsed() < PATIENCE, "no e-mail comes to {address}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
