//! What lies in the database of an exemption.

use super::world::{KAREN, World, by};
use api::mailbox::v1 as proto;
use engines::on_both;

on_both! { World: x2_what_the_caseworker_wrote_is_sealed, x2_a_repeated_record_is_one_record,
r13_the_log_tells_of_exemption_and_of_no_employee }

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

async fn r13_the_log_tells_of_exemption_and_of_no_employee(world: World) {
    world.karen_and_niels().await;
    let first = record(&world).await;
    let end = proto::EndExemptionRequest {
        name: first.name,
        case_reference: "sagsnummer-4712".to_owned(),
        request_id: String::new(),
    };
    world.registry().end_exemption(by("caseworker", end)).await.expect("ended");
    let again = proto::RecordExemptionRequest { request_id: String::new(), ..application() };
    world.registry().record_exemption(by("caseworker", again)).await.expect("recorded");
    let karen = format!("{KAREN}@digital_post_app");
    let own = proto::EndOwnExemptionRequest { name: "mailboxes/me".to_owned(), request_id: String::new() };
    world.mailbox().end_own_exemption(by(&karen, own)).await.expect("ended");
    // A refused application does nothing to the mailbox.
    let decision = proto::ExemptionDecision::Refused.into();
    let refusal = proto::RecordExemptionRequest { decision, request_id: String::new(), ..application() };
    world.registry().record_exemption(by("caseworker", refusal)).await.expect("recorded");
    let request = proto::ListActivityRequest { parent: "mailboxes/me".to_owned(), ..Default::default() };
    let mut log = world.mailbox().list_activity(by(&karen, request)).await.expect("the log").into_inner().activities;
    log.reverse();
    let seen: Vec<_> = log.iter().map(|entry| (entry.kind(), entry.actor_display_name.as_str())).collect();
    let [begun, ended] = [proto::ActivityKind::ExemptionGranted, proto::ActivityKind::ExemptionEnded];
    let desk = "Kommune 0461";
    assert_eq!(seen, [(begun, desk), (ended, desk), (begun, desk), (ended, "Karen Nørgaard")]);
}
