//! Exemptions as the wire writes and reads them.

use crate::domain::exemption::{Application, Contact, Decision, Desk, EndedBy, Exemption, ExemptionReason};
use api::mailbox::v1 as proto;
use kernel::resource;
use rpc::convert::to_proto;

/// As caseworkers see it.
pub(crate) fn for_caseworker(exemption: Exemption) -> proto::Exemption {
    let ruling = exemption.ruling;
    let (application_kind, contacted_by) = application(ruling.application);
    let end_time = exemption.end.as_ref().map(|end| to_proto(end.time));
    let (end, desk) = match exemption.end.map(|end| end.by) {
        None => (proto::ExemptionEnd::Unspecified, None),
        Some(EndedBy::Citizen) => (proto::ExemptionEnd::ByCitizen, None),
        Some(EndedBy::Caseworker(desk)) => (proto::ExemptionEnd::ByCaseworker, Some(desk)),
        Some(EndedBy::AccessCreated) => (proto::ExemptionEnd::ByAccessCreated, None),
    };
    let none = Desk { caseworker: String::new(), municipality: String::new(), case_reference: String::new() };
    let ended_at = desk.unwrap_or(none);
    proto::Exemption {
        name: resource::exemption(exemption.person, exemption.id),
        decision: decision(ruling.decision).into(),
        reasons: ruling.reasons.into_iter().map(|of| reason(of).into()).collect(),
        application_kind: application_kind.into(),
        contacted_by: contacted_by.into(),
        case_reference: ruling.desk.case_reference,
        caseworker_id: ruling.desk.caseworker,
        municipality_code: ruling.desk.municipality,
        decide_time: Some(to_proto(exemption.decide_time)),
        end_time,
        end: end.into(),
        end_case_reference: ended_at.case_reference,
        end_caseworker_id: ended_at.caseworker,
        end_municipality_code: ended_at.municipality,
    }
}

/// As the citizen sees it: without the caseworkers' ids.
pub(crate) fn for_citizen(exemption: Exemption) -> proto::Exemption {
    let (caseworker_id, end_caseworker_id) = (String::new(), String::new());
    proto::Exemption { caseworker_id, end_caseworker_id, ..for_caseworker(exemption) }
}

fn decision(decision: Decision) -> proto::ExemptionDecision {
    match decision {
        Decision::Granted => proto::ExemptionDecision::Granted,
        Decision::Refused => proto::ExemptionDecision::Refused,
    }
}

/// The decision, where one is stated.
pub(crate) fn decision_in(stated: i32) -> Result<Decision, &'static str> {
    match proto::ExemptionDecision::try_from(stated) {
        Ok(proto::ExemptionDecision::Granted) => Ok(Decision::Granted),
        Ok(proto::ExemptionDecision::Refused) => Ok(Decision::Refused),
        Ok(proto::ExemptionDecision::Unspecified) => Err("is required"),
        Err(_) => Err("is not a known decision"),
    }
}

fn application(of: Application) -> (proto::ApplicationKind, proto::ContactedBy) {
    let (kind, contact) = match of {
        Application::InPerson => (proto::ApplicationKind::InPerson, None),
        Application::PowerOfAttorney => (proto::ApplicationKind::PowerOfAttorney, None),
        Application::Excused(contact) => (proto::ApplicationKind::ExcusedFromAttending, Some(contact)),
    };
    let contact = match contact {
        None => proto::ContactedBy::Unspecified,
        Some(Contact::Citizen) => proto::ContactedBy::Citizen,
        Some(Contact::Relative) => proto::ContactedBy::Relative,
        Some(Contact::CareStaff) => proto::ContactedBy::CareStaff,
        Some(Contact::Other) => proto::ContactedBy::Other,
    };
    (kind, contact)
}

/// Who made contact; none where it is not stated.
pub(crate) fn contact_in(stated: i32) -> Result<Option<Contact>, &'static str> {
    match proto::ContactedBy::try_from(stated) {
        Ok(proto::ContactedBy::Unspecified) => Ok(None),
        Ok(proto::ContactedBy::Citizen) => Ok(Some(Contact::Citizen)),
        Ok(proto::ContactedBy::Relative) => Ok(Some(Contact::Relative)),
        Ok(proto::ContactedBy::CareStaff) => Ok(Some(Contact::CareStaff)),
        Ok(proto::ContactedBy::Other) => Ok(Some(Contact::Other)),
        Err(_) => Err("is not a known value"),
    }
}

fn reason(of: ExemptionReason) -> proto::ExemptionReason {
    match of {
        ExemptionReason::CognitiveImpairment => proto::ExemptionReason::CognitiveImpairment,
        ExemptionReason::OtherImpairment => proto::ExemptionReason::OtherImpairment,
        ExemptionReason::NoComputerAtHome => proto::ExemptionReason::NoComputerAtHome,
        ExemptionReason::NoFixedResidence => proto::ExemptionReason::NoFixedResidence,
        ExemptionReason::LeftDenmark => proto::ExemptionReason::LeftDenmark,
        ExemptionReason::LanguageBarrier => proto::ExemptionReason::LanguageBarrier,
        ExemptionReason::PracticalEidDifficulty => proto::ExemptionReason::PracticalEidDifficulty,
        ExemptionReason::NoConnectionOf512Kbit => proto::ExemptionReason::NoConnectionOf512Kbit,
    }
}

/// One of the eight reasons.
pub(crate) fn reason_in(stated: i32) -> Result<ExemptionReason, &'static str> {
    let mut all = ExemptionReason::ALL.into_iter();
    all.find(|of| i32::from(reason(*of)) == stated).ok_or("is not one of the reasons")
}
