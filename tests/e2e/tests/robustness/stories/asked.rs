//! A reader asks for access, reads, forwards a letter by e-mail, and ends it; and a guardian asks, for as long as it lasts.

use super::given::{ENDED_FOR_OWNER, ENDED_FOR_READER};
use super::left::{FORWARDED, Left};
use super::stage::Stage;
use api::access::v1::{AccessState, EndReason};
use api::core::v1::{AttendanceKind, Capacity};
use api::mailbox::v1::forward_message_request::Target;
use harness::actor::caseworker::stated;
use harness::actor::citizen_access::guardianship;
use harness::{Letter, Until};

const ASKED: &str = "Anmodning om læseadgang til din Digital Post";
const GRANTED: &str = "Din anmodning om læseadgang er godkendt";
const GRANTED_AT_THE_DESK: &str = "En læseadgang er godkendt i Borgerservice";

pub(crate) async fn is_asked_for_and_removed_by_the_reader(stage: &Stage) -> Left {
    let route = stage.route();
    let (owner, reader) = (route.citizen().await, route.citizen().await);
    let asked = route.does(&reader, async |reader| reader.asks_for_access(&owner, Until::Never).await).await.unwrap();
    let shown = route.does(&owner, async |owner| owner.sees_access(&asked.name).await).await.unwrap();
    assert_eq!(shown.state(), AccessState::Requested);
    let access = route.does(&owner, async |owner| owner.approves(&shown).await).await.unwrap();

    let letter = Letter::about("Årsopgørelse").with_pdf("årsopgørelse.pdf");
    let pdf = letter.files[0].1.clone();
    let message = route.delivers(&owner, letter).await;
    let address = format!("{}@example.dk", reader.person.cpr_number);
    let target = Target::EmailAddress(address.clone());
    route.does(&reader, async |reader| reader.forwards(&message, target.clone()).await).await.unwrap();
    let forwarded = route.mail(&address, 1).await;
    assert!(forwarded.text.contains(&format!("{} har videresendt", reader.person.full_name())), "{}", forwarded.text);
    assert!(forwarded.files() == [("årsopgørelse.pdf".to_owned(), pdf)], "byte by byte");

    route.does(&reader, async |reader| reader.removes(&access).await).await.unwrap();
    route.has_ended(&reader, &owner.mailbox, "REMOVED_BY_READER").await;
    Left::of(&owner, &[ASKED, ENDED_FOR_OWNER, "Årsopgørelse"])
        .and(&reader, &[GRANTED, ENDED_FOR_READER])
        .with_access(&access, EndReason::RemovedByReader)
        .with_emails(&address, &[FORWARDED])
}

/// The appointment is seen at the desk, in the owner's stead.
pub(crate) async fn is_asked_for_by_a_guardian(stage: &Stage) -> Left {
    let route = stage.route();
    let (owner, reader, desk) = (route.citizen().await, route.citizen().await, route.caseworker());
    let asks = async |reader: &harness::Citizen| {
        reader.asks_as_guardian(&owner, Until::Never, guardianship("2099-06-30")).await
    };
    let asked = route.does(&reader, asks).await.unwrap();
    let seen = stated(AttendanceKind::GuardianAppointmentSeen);
    let approved = route.records(&desk, async |desk| desk.approves(&asked, seen.clone()).await).await.unwrap();
    assert_eq!(approved.records.len(), 1);
    let open = route.does(&reader, async |reader| reader.open_mailboxes().await).await.unwrap();
    assert_eq!((open.len(), open[1].capacity()), (2, Capacity::Guardian));
    let message = route.delivers(&owner, Letter::about("Afgørelse")).await;
    route.does(&reader, async |reader| reader.opens(&message).await).await.unwrap();
    Left::of(&owner, &[ASKED, GRANTED_AT_THE_DESK, "Afgørelse"])
        .and(&reader, &[GRANTED])
        .with_access(&asked, EndReason::Unspecified)
}
