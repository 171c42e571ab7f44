//! What lies in the database of an exemption.

use super::world::{KAREN, World, by};
use api::mailbox::v1 as proto;
use engines::on_both;

on_both! { World: x2_what_the_caseworker_wrote_is_sealed, x2_a_repeated_record_is_one_record }

fn application() -> proto::RecordExemptionRequest {
    proto::RecordExemptionRequest {
        cpr_number: KAREN.to_owned(),
        decision: proto::ExemptionDecision::Granted.into(),
        reasons: vec![proto::ExemptionReason::CognitiveImpairment.into()],
        application_kind: proto::ApplicationKind::ExcusedFromAttending.into(),
        contacted_by: proto::ContactedBy::CareStaff.into(),
        case_reference: "sagsnummer-4711".to_owned(),
        request_id: "r1".to_owned(),
    }
}

async fn record(world: &World) -> proto::Exemption {
    let recorded = world.registry().record_exemption(by("caseworker", application())).await;
    recorded.expect("recorded").into_inner().exemption.expect("an exemption")
}

async fn x2_what_the_caseworker_wrote_is_sealed(world: World) {
    world.karen_and_niels().await;
    let exemption = record(&world).await;
    let end = proto::EndExemptionRequest {
        name: exemption.name,
        case_reference: "sagsnummer-4712".to_owned(),
        request_id: String::new(),
    };
    world.registry().end_exemption(by("caseworker", end)).await.expect("ended");
    let stored = world.parts.db.read(|tx| {
        Box::pin(async move {
            tx.one("SELECT record, end_record FROM exemption", vec![], |row| {
                Ok([row.get::<Vec<u8>>("record")?, row.get::<Vec<u8>>("end_record")?])
            })
            .await
        })
    });
    for bytes in stored.await.expect("a row") {
        let text = String::from_utf8_lossy(&bytes);
        for word in ["impairment", "excused", "sagsnummer", "medarbejder", "0461", "reasons"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}

async fn x2_a_repeated_record_is_one_record(world: World) {
    world.karen_and_niels().await;
    let first = record(&world).await;
    assert!(record(&world).await == first);
    let request = proto::ListExemptionsRequest {
        parent: first.name.split("/exemptions").next().expect("a person").to_owned(),
        ..Default::default()
    };
    let listed = world.registry().list_exemptions(by("caseworker", request)).await.expect("a list").into_inner();
    assert!(listed.exemptions == [first]);
}
