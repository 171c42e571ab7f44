//! The API of the suite, generated from `proto/`, with what its options say: [`method`] tells who may call an RPC,
//! [`reason`] what belongs to an error reason. Messages have no `Debug`: they carry CPR numbers and letters.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Who may see whose post.
pub mod access {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("digitalpost.access.v1");
    }
}

/// Words that all packages use, and the option that says who may call an RPC.
pub mod core {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("digitalpost.core.v1");
    }
}

/// Why a call was refused.
pub mod error {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("digitalpost.error.v1");
    }
}

/// Events between the processes.
pub mod event {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("digitalpost.event.v1");
    }
}

/// The mailboxes.
pub mod mailbox {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("digitalpost.mailbox.v1");
    }
}

/// E-mail about new post.
pub mod notification {
    /// Version 1.
    pub mod v1 {
        tonic::include_proto!("digitalpost.notification.v1");
    }
}

/// The descriptors of all of the above, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// An RPC and who may call it: its option `digitalpost.core.v1.callers`.
#[derive(Debug)]
pub struct Method {
    /// `/package.Service/Method`.
    pub path: &'static str,
    kinds: &'static [i32],
    /// Which services may call it, if the kind SERVICE may.
    pub services: &'static [&'static str],
    /// Whether a service must bring the token of the citizen it acts for.
    pub for_user: bool,
    /// Whether either side is a stream.
    pub streams: bool,
}

impl Method {
    /// Whether callers of this kind may call it.
    pub fn admits(&self, kind: core::v1::CallerKind) -> bool {
        self.kinds.contains(&(kind as i32))
    }
}

/// What belongs to an error reason: its option `digitalpost.error.v1.info`.
#[derive(Debug)]
pub struct ReasonInfo {
    number: i32,
    /// The name on the wire.
    pub name: &'static str,
    /// The status code it always comes with.
    pub code: tonic::Code,
    /// The metadata it always carries.
    pub metadata: &'static [&'static str],
    /// What a portal may show, in Danish.
    pub da: &'static str,
    /// What a portal may show, in English.
    pub en: &'static str,
}

impl ReasonInfo {
    /// What stands for a reason that this build doesn't know: an error of ours.
    pub const fn unspecified() -> Self {
        Self {
            number: 0,
            name: "UNSPECIFIED",
            code: tonic::Code::Internal,
            metadata: &[],
            da: "Der opstod en fejl. Prøv igen senere.",
            en: "Something went wrong. Please try again later.",
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/methods.rs"));
include!(concat!(env!("OUT_DIR"), "/reasons.rs"));

/// The RPC at `path`, if it is one of ours.
pub fn method(path: &str) -> Option<&'static Method> {
    static BY_PATH: LazyLock<HashMap<&str, &Method>> =
        LazyLock::new(|| METHODS.iter().map(|method| (method.path, method)).collect());
    BY_PATH.get(path).copied()
}

/// What belongs to `reason`; nothing for the unspecified one.
pub fn reason(reason: error::v1::ErrorReason) -> Option<&'static ReasonInfo> {
    REASONS.iter().find(|info| info.number == reason as i32)
}
