//! The enums of the wire and ours. Each match names every value: a new one does not build until it has its place.

use crate::domain::access::Party;
use crate::domain::rights::{Act, Capacity};
use crate::domain::scope::PostKind;
use crate::domain::{EndReason, Scope, State};
use api::access::v1 as wire;
use api::core::v1 as core;
use kernel::Portal;

pub(crate) const fn scope(scope: Scope) -> wire::AccessScope {
    match scope {
        Scope::PublicPost => wire::AccessScope::PublicPost,
        Scope::PrivatePostRead => wire::AccessScope::PrivatePostRead,
        Scope::PrivatePostEdit => wire::AccessScope::PrivatePostEdit,
    }
}

pub(crate) const fn scope_in(scope: wire::AccessScope) -> Option<Scope> {
    match scope {
        wire::AccessScope::Unspecified => None,
        wire::AccessScope::PublicPost => Some(Scope::PublicPost),
        wire::AccessScope::PrivatePostRead => Some(Scope::PrivatePostRead),
        wire::AccessScope::PrivatePostEdit => Some(Scope::PrivatePostEdit),
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
        Capacity::PrivateReader => core::Capacity::PrivateReader,
        Capacity::PrivateEditor => core::Capacity::PrivateEditor,
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
