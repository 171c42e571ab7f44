//! The words and rules of mailboxes. Pure: no storage, no wire.

pub mod acting;
pub mod activity;
pub mod activity_check;
pub mod contact_point;
pub mod delivery;
pub mod exemption;
pub mod file;
pub mod file_type;
pub mod folder;
pub mod forward;
pub mod message;
pub mod notice;
pub mod outcome;
pub mod person;
pub mod post;
pub mod recipient;
pub mod recipients;
pub mod search;
pub mod service;
pub mod settings;
pub mod watch;
pub mod writing;
