//! The enums of the wire and ours. Each match names every value: a new one does not build until it has its place.

use crate::domain::desk::{DeskAct, Identification, Presence};
use crate::domain::party::Party;
use crate::domain::rights::{Act, Capacity};
use crate::domain::scope::{PostKind, PrivateRight};
use crate::domain::{EndReason, Scope, State};
use api::access::v1 as wire;
use api::core::v1 as core;
use kernel::Portal;

pub(crate) const fn scope(scope: Scope) -> wire::AccessScope {
    match scope {
        Scope::PublicPost => wire::AccessScope::PublicPost,
        Scope::PrivatePost { right: PrivateRight::Read, .. } => wire::AccessScope::PrivatePostRead,
        Scope::PrivatePost { right: PrivateRight::Edit, .. } => wire::AccessScope::PrivatePostEdit,
    }
}

/// A private scope is about the post of the portal through which it is named (rule A12).
pub(crate) const fn scope_in(scope: wire::AccessScope, portal: Portal) -> Option<Scope> {
    match scope {
        wire::AccessScope::Unspecified => None,
        wire::AccessScope::PublicPost => Some(Scope::PublicPost),
        wire::AccessScope::PrivatePostRead => Some(Scope::PrivatePost { portal, right: PrivateRight::Read }),
        wire::AccessScope::PrivatePostEdit => Some(Scope::PrivatePost { portal, right: PrivateRight::Edit }),
    }
}

pub(crate) const fn state(state: State) -> wire::AccessState {
    match state {
        State::Offered => wire::AccessState::Offered,
        State::Requested => wire::AccessState::Requested,
        State::Active => wire::AccessState::Active,
        State::Ended(_) => wire::AccessState::Ended,
    }
}

pub(crate) const fn end_reason(reason: EndReason) -> wire::EndReason {
    match reason {
        EndReason::Withdrawn => wire::EndReason::Withdrawn,
        EndReason::Declined => wire::EndReason::Declined,
        EndReason::Lapsed => wire::EndReason::Lapsed,
        EndReason::RemovedBy(Party::Owner) => wire::EndReason::RemovedByOwner,
        EndReason::RemovedBy(Party::Reader) => wire::EndReason::RemovedByReader,
        EndReason::RemovedByMunicipality => wire::EndReason::RemovedByMunicipality,
        EndReason::Expired => wire::EndReason::Expired,
        EndReason::ClosedMailbox => wire::EndReason::ClosedMailbox,
    }
}

pub(crate) const fn party_in(party: wire::AccessParty) -> Option<Party> {
    match party {
        wire::AccessParty::Unspecified => None,
        wire::AccessParty::Owner => Some(Party::Owner),
        wire::AccessParty::Reader => Some(Party::Reader),
    }
}

pub(crate) const fn portal(portal: Portal) -> core::Portal {
    match portal {
        Portal::BorgerDk => core::Portal::BorgerDk,
        Portal::DigitalPostApp => core::Portal::DigitalPostApp,
        Portal::EBoks => core::Portal::EBoks,
        Portal::MitDk => core::Portal::MitDk,
    }
}

pub(crate) const fn post_kind(kind: PostKind) -> core::PostKind {
    match kind {
        PostKind::Public => core::PostKind::Public,
        PostKind::Private => core::PostKind::Private,
    }
}

/// Unspecified means any.
pub(crate) const fn post_kind_in(kind: core::PostKind) -> Option<PostKind> {
    match kind {
        core::PostKind::Unspecified => None,
        core::PostKind::Public => Some(PostKind::Public),
        core::PostKind::Private => Some(PostKind::Private),
    }
}

pub(crate) const fn capacity(capacity: Capacity) -> core::Capacity {
    match capacity {
        Capacity::Owner => core::Capacity::Owner,
        Capacity::Reader => core::Capacity::Reader,
        Capacity::Guardian => core::Capacity::Guardian,
        Capacity::PrivateReader => core::Capacity::PrivateReader,
        Capacity::PrivateEditor => core::Capacity::PrivateEditor,
    }
}

pub(crate) const fn presence(presence: Presence) -> core::AttendanceKind {
    match presence {
        Presence::Attended => core::AttendanceKind::CitizenAttended,
        Presence::FormBrought => core::AttendanceKind::SignedFormBrought,
        Presence::Unable => core::AttendanceKind::UnableToAttendAndSign,
        Presence::AppointmentSeen => core::AttendanceKind::GuardianAppointmentSeen,
    }
}

pub(crate) const fn identification(identification: &Identification) -> core::IdentificationKind {
    match identification {
        Identification::Passport => core::IdentificationKind::Passport,
        Identification::DrivingLicence => core::IdentificationKind::DrivingLicence,
        Identification::OtherAgreed(_) => core::IdentificationKind::OtherAgreed,
    }
}

/// A caseworker's act as the name of its RPC.
pub(crate) const fn desk_act(act: DeskAct) -> &'static str {
    match act {
        DeskAct::Create => "CreateAccessForCitizen",
        DeskAct::Request => "RequestAccessForCitizen",
        DeskAct::Approve => "RecordApproval",
        DeskAct::ChangeExpiry => "ChangeExpiryForCitizen",
        DeskAct::Remove => "RemoveAccessForCitizen",
    }
}

/// Writes both directions of a mapping, so that they can't come apart.
macro_rules! acts {
    ($($name:ident)*) => {
        pub(crate) const fn act_in(act: core::Act) -> Option<Act> {
            match act {
                core::Act::Unspecified => None,
                $(core::Act::$name => Some(Act::$name),)*
            }
        }

        pub(crate) const fn act_out(act: Act) -> core::Act {
            match act {
                $(Act::$name => core::Act::$name,)*
            }
        }
    };
}

acts! {
    List Read Download Search CreateFolder RenameFolder DeleteFolder Move Mark Forward AcknowledgeService Delete Send Reply
    ChangeSettings ReadActivity Watch ManageRecipients ManageAccesses
}
