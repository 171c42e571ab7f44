//! Exemptions on the wire, as caseworkers record, end and list them.

use crate::domain::exemption::{Application, Contact, Desk, ExemptionReason, Ruling};
use crate::error::Error;
use crate::grpc::convert::exemption as convert;
use crate::usecase::list_exemptions::Cursor;
use crate::usecase::{Parts, end_exemption, list_exemptions, record_exemption};
use api::mailbox::v1 as proto;
use kernel::{CprNumber, ExemptionId, PageSize, Timestamp, reference, resource};
use prost::Message as _;
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;
use uuid::Uuid;

/// The longest case reference, in characters.
const MAX_REFERENCE: usize = 64;

pub(super) async fn record(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::RecordExemptionRequest,
) -> Result<proto::RecordExemptionResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let cpr = fields.required("cpr_number", &request.cpr_number, CprNumber::parse);
    let decision = fields.take("decision", convert::decision_in(request.decision));
    let reasons = reasons(&mut fields, &request.reasons);
    let application = application(&mut fields, &request);
    let desk = desk(&mut fields, call, &request.case_reference)?;
    let (cpr, decision, reasons, application, desk) = fields.all((cpr, decision, reasons, application, desk))?;
    let repeatable = parts.repeatable(call, "RecordExemption", &request_id, &request.encode_to_vec());
    let ruling = Ruling { decision, reasons, application, desk };
    let exemption = record_exemption::run(parts, cpr, ruling, repeatable).await?;
    Ok(proto::RecordExemptionResponse { exemption: Some(convert::for_caseworker(exemption)) })
}

pub(super) async fn end(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::EndExemptionRequest,
) -> Result<proto::EndExemptionResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let name = fields.required("name", &request.name, resource::parse_exemption);
    let desk = desk(&mut fields, call, &request.case_reference)?;
    let (name, desk) = fields.all((name, desk))?;
    let repeatable = parts.repeatable(call, "EndExemption", &request_id, &request.encode_to_vec());
    let exemption = end_exemption::at_desk(parts, name, desk, repeatable).await?;
    Ok(proto::EndExemptionResponse { exemption: Some(convert::for_caseworker(exemption)) })
}

pub(super) async fn list(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::ListExemptionsRequest,
) -> Result<proto::ListExemptionsResponse, Refusal> {
    let mut fields = Fields::new();
    let person = fields.required("parent", &request.parent, resource::parse_person);
    let size = fields.take("page_size", PageSize::parse(request.page_size));
    let (person, size) = fields.all((person, size))?;
    let context = format!("ListExemptions/{}/{person}", call.principal());
    let cursor = read_token(parts, &context, &request.page_token)?;
    let (page, next) = list_exemptions::run(parts, person, cursor, size).await?;
    let token = |(time, id): Cursor| {
        let bytes = [&time.as_micros().to_be_bytes()[..], id.as_uuid().as_bytes()].concat();
        parts.keys.page_tokens.seal(&context, &bytes, &*parts.random)
    };
    let exemptions = page.into_iter().map(convert::for_caseworker).collect();
    Ok(proto::ListExemptionsResponse { exemptions, next_page_token: next.map(token).unwrap_or_default() })
}

fn read_token(parts: &Parts, context: &str, token: &str) -> Result<Option<Cursor>, Error> {
    if token.is_empty() {
        return Ok(None);
    }
    let bytes = parts.keys.page_tokens.open(context, token).map_err(|_| Error::PageToken)?;
    let (micros, id) = bytes.split_first_chunk::<8>().ok_or(Error::PageToken)?;
    let id = Uuid::from_slice(id).map_err(|_| Error::PageToken)?;
    Ok(Some((Timestamp::from_micros(i64::from_be_bytes(*micros)), ExemptionId::from(id))))
}

/// Known ones, none twice.
fn reasons(fields: &mut Fields, stated: &[i32]) -> Option<Vec<ExemptionReason>> {
    let before = fields.count();
    let mut reasons = Vec::new();
    // One more than there are is enough to find one that is unknown or stands twice.
    for reason in stated.iter().take(ExemptionReason::ALL.len() + 1) {
        match fields.take("reasons", convert::reason_in(*reason)) {
            Some(reason) if reasons.contains(&reason) => fields.refuse("reasons", "must not name a reason twice"),
            reason => reasons.extend(reason),
        }
    }
    (fields.count() == before).then_some(reasons)
}

/// How the application came in; who made contact goes with being excused and with nothing else (X2).
fn application(fields: &mut Fields, request: &proto::RecordExemptionRequest) -> Option<Application> {
    let contact = fields.take("contacted_by", convert::contact_in(request.contacted_by))?;
    let attending = |fields: &mut Fields, application, contact: Option<Contact>| {
        if contact.is_some() {
            fields.refuse("contacted_by", "must not be stated unless the citizen is excused from attending");
        }
        Some(application)
    };
    match proto::ApplicationKind::try_from(request.application_kind) {
        Ok(proto::ApplicationKind::InPerson) => attending(fields, Application::InPerson, contact),
        Ok(proto::ApplicationKind::PowerOfAttorney) => attending(fields, Application::PowerOfAttorney, contact),
        Ok(proto::ApplicationKind::ExcusedFromAttending) => {
            fields.present("contacted_by", contact).map(Application::Excused)
        }
        Ok(proto::ApplicationKind::Unspecified) => fields.take("application_kind", Err("is required")),
        Err(_) => fields.take("application_kind", Err("is not a known kind")),
    }
}

/// Who writes the record: the caseworker of the token.
fn desk(fields: &mut Fields, call: &Call, case_reference: &str) -> Result<Option<Desk>, Refusal> {
    let caseworker = call.caseworker()?;
    let case_reference =
        fields.required("case_reference", case_reference, |text| reference::parse(text, MAX_REFERENCE));
    Ok(case_reference.map(|case_reference| Desk {
        caseworker: caseworker.employee_id.clone(),
        municipality: caseworker.municipality.clone(),
        case_reference,
    }))
}
