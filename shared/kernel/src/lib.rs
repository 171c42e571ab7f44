//! The words every part of the suite speaks: CPR numbers, names, ids, times, callers.
//!
//! Pure values and rules. Nothing here knows a runtime, a database or a wire format, and nothing here
//! prints personal data: [`CprNumber`], [`PersonName`] and [`EmailAddress`] show themselves as
//! `[redacted]` in `Debug` and have no `Display`.
//!
//! Parsing happens once, at the edge of a service; behind the edge these types are the proof that it did.

pub mod attendance;
pub mod caller;
pub mod clock;
pub mod cpr;
pub mod cvr;
pub mod date;
pub mod email;
pub mod hex;
pub mod id;
pub mod limit;
pub mod name;
pub mod page;
pub mod particulars;
pub mod random;
pub mod reference;
pub mod resource;
pub mod text;

pub use attendance::{Attendance, Identification, Presence};
pub use caller::{
    Caller, Caseworker, Citizen, Operator, Portal, RegisterSystem, Sector, SenderSystem, Service, ServiceName, User,
};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use cpr::CprNumber;
pub use cvr::CvrNumber;
pub use date::Date;
pub use email::EmailAddress;
pub use hex::hex;
pub use id::{
    AccessId, ActivityId, EventId, ExemptionId, FileId, FolderId, ForwardId, LedgerEntryId, MailboxId, MessageId,
    PersonId, RecipientId, ReplyId, SubscriptionId, UploadId,
};
pub use name::PersonName;
pub use page::PageSize;
pub use particulars::Particulars;
pub use random::{Random, SystemRandom};
