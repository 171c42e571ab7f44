//! People and systems who act: the verbs that the tests speak. Every verb is one call through the real gRPC surface.

pub mod authority;
pub mod caseworker;
mod caseworker_mail;
pub mod citizen;
pub mod citizen_access;
mod citizen_folders;
pub mod citizen_forward;
pub mod citizen_log;
pub mod citizen_mail;
pub mod citizen_post;
mod citizen_search;
pub mod citizen_service;
pub mod citizen_watch;
pub mod citizen_writing;
pub mod exemption_desk;
pub mod fetching;
pub mod gatekeeper;
pub mod mail_filter;
pub mod operator;
pub mod receipts;
pub mod register;
pub mod writing;

pub use authority::{Authority, Letter};
pub use caseworker::Caseworker;
pub use citizen::Citizen;
pub use citizen_access::Until;
pub use exemption_desk::ExemptionDesk;
pub use gatekeeper::Gatekeeper;
pub use operator::Operator;
pub use register::Register;
pub use writing::contact_point;
