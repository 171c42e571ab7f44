//! An owner gives access: the reader reads, is told of new post by e-mail, and is shut out again; and an offer that is declined.

use super::left::{Left, NEW_POST, STOPPED, WITH_A_CODE};
use super::stage::Stage;
use api::access::v1::{AccessState, EndReason};
use harness::{Letter, Refusable as _, Until};

/// The letters about an access that was given.
pub(crate) const GAVE: &str = "Du har givet læseadgang til din Digital Post";
pub(crate) const GOT: &str = "Du har fået læseadgang til en andens Digital Post";
pub(crate) const APPROVED: &str = "Den læseadgang, du har givet, er godkendt";
/// The letters about any end.
pub(crate) const ENDED_FOR_OWNER: &str = "Læseadgang til din Digital Post er ophørt";
pub(crate) const ENDED_FOR_READER: &str = "Din læseadgang til en andens Digital Post er ophørt";

pub(crate) async fn is_given_and_removed_by_the_owner(stage: &Stage) -> Left {
    let route = stage.route();
    let (owner, reader) = (route.citizen().await, route.citizen().await);
    let offered = route.does(&owner, async |owner| owner.gives_access(&reader, Until::Never).await).await.unwrap();
    route.has_letters(&owner, 1).await;
    route.has_letters(&reader, 1).await;
    let shown = route.does(&reader, async |reader| reader.received_accesses().await).await.unwrap().accesses;
    assert_eq!((shown.len(), shown[0].status_text_da.as_str()), (1, "Mangler din godkendelse"));
    assert!(shown[0].name == offered.name && shown[0].expiry == offered.expiry);
    let access = route.does(&reader, async |reader| reader.approves(&shown[0]).await).await.unwrap();
    let seen = route.does(&owner, async |owner| owner.sees_access(&access.name).await).await.unwrap();
    assert_eq!(seen.state(), AccessState::Active);

    let letter = Letter::about("Afgørelse").with_pdf("afgørelse.pdf");
    let pdf = letter.files[0].1.clone();
    let message = route.delivers(&owner, letter).await;
    let open = route.does(&reader, async |reader| reader.open_mailboxes().await).await.unwrap();
    assert_eq!(open.iter().map(|open| &open.mailbox).collect::<Vec<_>>(), [&reader.mailbox, &owner.mailbox]);
    let listed = route.does(&reader, async |reader| reader.lists(&owner.mailbox).await).await.unwrap();
    assert_eq!(listed.iter().filter(|letter| letter.name == message).count(), 1);
    let opened = route.does(&reader, async |reader| reader.opens(&message).await).await.unwrap();
    let file = &opened.files[0].name;
    let downloaded = route.does(&reader, async |reader| reader.downloads(file, 0).await).await.unwrap();
    assert!(downloaded.1 == pdf, "byte by byte");
    let makes = route.does(&reader, async |reader| reader.makes_folder(&owner.mailbox, "Kommunen").await);
    let folder = makes.await.unwrap().name;
    route.does(&reader, async |reader| reader.moves(&message, &folder).await).await.unwrap();
    route.does(&reader, async |reader| reader.marks(&message, false).await).await.unwrap();
    let moved = route.does(&owner, async |owner| owner.lists_folder(&owner.mailbox, &folder).await).await.unwrap();
    assert_eq!((moved.len(), moved[0].name.as_str(), moved[0].read), (1, message.as_str(), false));
    route.does(&reader, async |reader| reader.deletes(&message).await).await.refused("ACT_NOT_ALLOWED");

    // Of the letters so far none is new post to the address.
    route.has_letters(&owner, 3).await;
    let address = format!("{}@example.dk", reader.person.cpr_number);
    let started = route.does(&reader, async |reader| reader.switches_on_mail(&access, &address).await).await.unwrap();
    let code = route.mail(&address, 1).await.code().unwrap();
    route.does(&reader, async |reader| reader.enters_code(&started, &code).await).await.unwrap();
    route.delivers(&owner, Letter::about("Rykker")).await;
    let told = route.mail(&address, 2).await;
    assert!(told.text.contains(&owner.person.full_name()) && !told.text.contains("Rykker"), "{}", told.text);
    assert_eq!(told.letters(), Some(1));

    route.does(&owner, async |owner| owner.removes(&access).await).await.unwrap();
    route.has_ended(&reader, &owner.mailbox, "REMOVED_BY_OWNER").await;
    route.mail(&address, 3).await;
    route.delivers(&owner, Letter::about("Kun til ejeren")).await;
    let letters = vec!["Afgørelse", APPROVED, GAVE, ENDED_FOR_OWNER, "Kun til ejeren", "Rykker"];
    Left::of(&owner, &letters)
        .and(&reader, &[GOT, ENDED_FOR_READER])
        .with_access(&access, EndReason::RemovedByOwner)
        .with_emails(&address, &[WITH_A_CODE, NEW_POST, STOPPED])
}

pub(crate) async fn is_given_and_declined(stage: &Stage) -> Left {
    let route = stage.route();
    let (owner, reader) = (route.citizen().await, route.citizen().await);
    let offered = route.does(&owner, async |owner| owner.gives_access(&reader, Until::Never).await).await.unwrap();
    let looks = route.does(&reader, async |reader| reader.lists(&owner.mailbox).await);
    looks.await.refused("ACCESS_NOT_ACTIVE");
    route.does(&reader, async |reader| reader.declines(&offered).await).await.unwrap();
    route.has_ended(&reader, &owner.mailbox, "DECLINED").await;
    Left::of(&owner, &[GAVE, ENDED_FOR_OWNER])
        .and(&reader, &[GOT, ENDED_FOR_READER])
        .with_access(&offered, EndReason::Declined)
}
