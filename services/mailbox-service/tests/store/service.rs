//! The record that a message was served.

use super::world::{KAREN, World, by, letter};
use api::mailbox::v1 as proto;
use engines::on_both;
use kernel::{MailboxId, resource};
use sql::args;

on_both! { World: m8_the_database_refuses_to_change_a_record, r12_a_repeated_acknowledgement_is_one }

async fn served(world: &World) -> proto::ServiceRecord {
    world.karen_and_niels().await;
    let delivery = proto::Delivery { legal_notification: true, ..letter(KAREN, 1, "Retten") };
    let name = world.deliver_as("municipality", delivery).await.expect("delivered").message;
    acknowledge(world, &name, "r1").await.expect("served")
}

async fn acknowledge(world: &World, name: &str, id: &str) -> Result<proto::ServiceRecord, tonic::Status> {
    let request = proto::AcknowledgeServiceRequest { name: name.to_owned(), request_id: id.to_owned() };
    let answer = world.mailbox().acknowledge_service(by(&format!("{KAREN}@borger_dk"), request)).await?;
    Ok(answer.into_inner().service_record.expect("a record"))
}

async fn m8_the_database_refuses_to_change_a_record(world: World) {
    let record = served(&world).await;
    let mailbox: MailboxId = resource::parse_person(&record.served_for).expect("the owner");
    for sql in [
        "UPDATE service_record SET capacity = 'reader' WHERE mailbox = $1",
        "DELETE FROM service_record WHERE mailbox = $1",
    ] {
        let changed =
            world.parts.db.write(move |tx| Box::pin(async move { tx.execute(sql, args![mailbox]).await })).await;
        assert!(changed.is_err(), "{sql}");
    }
    let again = acknowledge(&world, &record.message, "").await.expect("the same");
    assert!(again == record);
}

async fn r12_a_repeated_acknowledgement_is_one(world: World) {
    let record = served(&world).await;
    let again = acknowledge(&world, &record.message, "r1").await.expect("the same");
    assert!(again == record);
    let other = world.deliver(KAREN, 2, "Skat").await;
    let refused = acknowledge(&world, &other, "r1").await.err().expect("the id is another's");
    assert_eq!(super::world::reason(&refused), "REQUEST_ID_REUSED");
}
