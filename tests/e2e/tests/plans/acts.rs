//! Everything that is done with letters, once.

use api::access::v1::AccessScope;
use api::mailbox::v1::forward_message_request::Target;
use api::mailbox::v1::{Delivery, SearchMessagesRequest};
use harness::{Authority, Citizen, Letter, Person, Suite, contact_point};
use kernel::{Clock as _, Portal};
use prost_types::Timestamp;
use std::time::Duration;

const A_DAY: Duration = Duration::from_hours(24);
const BYG: &str = "authorities/29189668/contactPoints/byg";

/// A row in every table that grows with letters.
pub(crate) async fn a_little(suite: &Suite) {
    let (owner, reader) = suite.karen_and_niels().await;
    let access = reader.is_given_access_by(&owner).await;
    reader.is_mailed_at(&access, "niels@example.dk").await;
    let letter = Letter::about("Skat").with_pdf("skat.pdf");
    let letter = suite.authority().delivers(&owner.person, letter).await.unwrap().message;
    owner.opens(&letter).await.unwrap();
}

pub(crate) async fn everything(suite: &Suite) {
    let (owner, reader) = (suite.citizen(Person::mette()).await, suite.citizen(Person::ole()).await);
    let odense = suite.authority();
    odense.sets_contact_points(vec![contact_point("byg", "Byggesager")]).await.unwrap();
    let access = reader.is_given_access_by(&owner).await;
    reader.is_mailed_at(&access, "ole@example.dk").await;
    let letter = delivers(suite, &odense, &owner, &reader).await;
    for who in [&owner, &reader] {
        reads(who, &owner.mailbox, &letter).await;
    }
    organises(&owner, &letter).await;
    sends_on(suite, &owner, &reader, &letter).await;
    writes(&owner, &odense).await;
    is_served(&owner, &reader, &odense).await;
    private(suite, &owner, &reader).await;
    removes(suite, &owner, &odense).await;
    owner.removes(&access).await.unwrap();
    suite.register().reports_death_of(&owner.person).await.unwrap();
    suite.settle().await;
}

/// Singly, as a mass mailing, and ahead; a letter with two files.
async fn delivers(suite: &Suite, odense: &Authority, owner: &Citizen, reader: &Citizen) -> String {
    let letter = Letter::about("Skat").with_pdf("skat.pdf").with_pdf("bilag.pdf");
    let letter = odense.delivers(&owner.person, letter).await.unwrap().message;
    let mut mailing = Vec::new();
    for number in 0..40 {
        let to = if number % 2 == 0 { owner } else { reader };
        mailing.push(odense.prepares(&to.person, Letter::about(&format!("Valg {number}"))).await.unwrap());
    }
    odense.sends_all(mailing).await.unwrap();
    let mut withdrawn = String::new();
    for to in [owner, reader, owner] {
        let delivery = odense.prepares(&to.person, Letter::about("Senere").with_pdf("senere.pdf")).await.unwrap();
        let seconds = suite.clock().now().plus(A_DAY).as_secs();
        let delivery = Delivery { visible_from: Some(Timestamp { seconds, nanos: 0 }), ..delivery };
        withdrawn = odense.sends(delivery).await.unwrap().message_uuid;
    }
    odense.withdraws(&withdrawn).await.unwrap();
    suite.advance(A_DAY).await;
    letter
}

async fn reads(who: &Citizen, mailbox: &str, letter: &str) {
    let mut watch = who.watches(mailbox, "").await.unwrap();
    who.lists(mailbox).await.unwrap();
    who.lists_folder(mailbox, &format!("{mailbox}/folders/inbox")).await.unwrap();
    let files = who.opens(letter).await.unwrap().files;
    who.downloads(&files[1].name, 0).await.unwrap();
    who.marks(letter, false).await.unwrap();
    watch.next().await.unwrap();
    who.finds(mailbox, "skat").await.unwrap();
    let (parent, folder) = (mailbox.to_owned(), format!("{mailbox}/folders/inbox"));
    let query = "skat".to_owned();
    who.searches(SearchMessagesRequest { parent, folder, query, ..SearchMessagesRequest::default() }).await.unwrap();
    who.reads_log(mailbox).await.unwrap();
    who.reads_log_of(letter).await.unwrap();
}

async fn organises(owner: &Citizen, letter: &str) {
    let own = owner.makes_folder(&owner.mailbox, "Bolig").await.unwrap();
    owner.moves(letter, &own.name).await.unwrap();
    owner.marks_all(&[letter], true).await.unwrap();
    owner.deletes(letter).await.unwrap();
    owner.restores(letter).await.unwrap();
    owner.renames_folder(&own, "Hus").await.unwrap();
    let own = owner.folder(&own.name).await.unwrap();
    owner.deletes_folder(&own).await.unwrap();
    owner.restores(letter).await.unwrap();
}

async fn sends_on(suite: &Suite, owner: &Citizen, reader: &Citizen, letter: &str) {
    owner.forwards(letter, Target::Person(reader.person.particulars())).await.unwrap();
    owner.forwards(letter, Target::EmailAddress("naboen@example.dk".to_owned())).await.unwrap();
    suite.settle().await;
}

async fn writes(owner: &Citizen, odense: &Authority) {
    owner.writes_with(BYG, "Carport", &["tegning.pdf"]).await.unwrap();
    let asked = odense.asks(&owner.person, "Tilbygning", BYG).await.unwrap().message;
    owner.replies(&asked).await.unwrap();
    let post = odense.has_post(2).await.unwrap();
    let names: Vec<&str> = post.iter().map(|reply| reply.name.as_str()).collect();
    odense.acknowledges(&names).await.unwrap();
}

async fn is_served(owner: &Citizen, reader: &Citizen, court: &Authority) {
    let summons = Letter::about("Indkaldelse til retten").with_pdf("indkaldelse.pdf");
    let summons = court.summons(&owner.person, summons).await.unwrap().message;
    reader.finds(&owner.mailbox, "retten").await.unwrap();
    reader.is_served(&summons).await.unwrap();
    reader.service_record(&summons).await.unwrap();
    let another = court.summons(&owner.person, Letter::about("Indkaldelse")).await.unwrap().message;
    owner.deletes(&another).await.unwrap();
}

async fn private(suite: &Suite, owner: &Citizen, reader: &Citizen) {
    let (owner, reader) = (owner.at(Portal::EBoks), reader.at(Portal::EBoks));
    owner.shares_private_post(&reader, AccessScope::PrivatePostEdit).await;
    let letter = suite.company(Portal::EBoks).delivers(&owner.person, Letter::about("Police")).await.unwrap().message;
    reader.opens(&letter).await.unwrap();
}

/// On demand, and after thirty days.
async fn removes(suite: &Suite, owner: &Citizen, odense: &Authority) {
    for at_once in [true, false] {
        let letter = odense.delivers(&owner.person, Letter::about("Kvittering").with_pdf("k.pdf")).await.unwrap();
        owner.deletes(&letter.message).await.unwrap();
        if at_once {
            owner.purges(&letter.message).await.unwrap();
        }
    }
    suite.advance(31 * A_DAY).await;
}
