//! What is done at the municipality's desk, and what a citizen writes to an authority.

use super::given::{APPROVED, ENDED_FOR_OWNER, ENDED_FOR_READER, GAVE, GOT};
use super::left::Left;
use super::stage::Stage;
use api::access::v1::{AccessParty, EndReason};
use api::mailbox::v1::SendMessageRequest;
use harness::actor::authority::pdf;
use harness::actor::citizen_writing::written_to;
use harness::{Letter, Suite, Until};

/// Where citizens write to; it is set before the stories begin.
pub(crate) const CONTACT_POINT: &str = "byg";

pub(crate) async fn is_given_and_removed_at_the_desk(stage: &Stage) -> Left {
    let route = stage.route();
    let (owner, reader, desk) = (route.citizen().await, route.citizen().await, route.caseworker());
    let creates = route.records(&desk, async |desk| desk.creates_access(&owner, &reader, Until::Never).await);
    let offered = creates.await.unwrap().access.unwrap();
    let shown = route.does(&reader, async |reader| reader.sees_access(&offered.name).await).await.unwrap();
    let access = route.does(&reader, async |reader| reader.approves(&shown).await).await.unwrap();
    let message = route.delivers(&owner, Letter::about("Afgørelse")).await;
    route.does(&reader, async |reader| reader.opens(&message).await).await.unwrap();
    let removes = route.records(&desk, async |desk| desk.removes(&access, AccessParty::Owner).await);
    let ended = removes.await.unwrap();
    let records: Vec<_> = ended.records.iter().map(|record| record.act.as_str()).collect();
    assert_eq!(records, ["CreateAccessForCitizen", "RemoveAccessForCitizen"]);
    route.has_ended(&reader, &owner.mailbox, "REMOVED_BY_MUNICIPALITY").await;
    Left::of(&owner, &["Afgørelse", APPROVED, GAVE, ENDED_FOR_OWNER])
        .and(&reader, &[GOT, ENDED_FOR_READER])
        .with_access(&access, EndReason::RemovedByMunicipality)
}

pub(crate) async fn is_written_to_an_authority(stage: &Stage) -> Left {
    let route = stage.route();
    let (citizen, point) = (route.citizen().await, format!("authorities/29189668/contactPoints/{CONTACT_POINT}"));
    let subject = format!("Fra {}", citizen.person.full_name());
    let content = pdf(&subject);
    let uploads = route.does(&citizen, async |citizen| citizen.uploads("bilag.pdf", &content).await);
    let uploaded = vec![uploads.await.unwrap().name];
    let letter = SendMessageRequest { uploads: uploaded, ..written_to(&point, &subject) };
    let writes = async |suite: &Suite, request_id: &str| {
        let letter = SendMessageRequest { request_id: request_id.to_owned(), ..letter.clone() };
        citizen.through(suite).writes(letter).await
    };
    let written = route.step(writes).await.unwrap();
    let waiting = route.step(async |suite, _| suite.authority().waiting_post().await).await.unwrap();
    let waiting: Vec<_> = waiting.into_iter().filter(|letter| letter.subject == subject).collect();
    assert_eq!(waiting.len(), 1, "it waits once");
    let file = &waiting[0].files[0].name;
    let downloaded = route.step(async |suite, _| suite.authority().downloads(file, 0).await).await.unwrap();
    assert!(downloaded.1 == content, "byte by byte");
    let name = waiting[0].name.as_str();
    route.step(async |suite, _| suite.authority().acknowledges(&[name]).await).await.unwrap();
    let left = route.step(async |suite, _| suite.authority().waiting_post().await).await.unwrap();
    assert!(left.iter().all(|letter| letter.name != name), "it is fetched");
    let seen = route.does(&citizen, async |citizen| citizen.opens(&written.name).await).await.unwrap();
    assert_eq!(seen.files.len(), 1);
    Left::of(&citizen, &[&subject])
}
