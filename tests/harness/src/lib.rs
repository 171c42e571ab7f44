//! What the tests stand on: the three services in one process with a clock that the test
//! drives, the same as shipped binaries, and people who act.

pub mod actor;
mod at_rest;
pub mod callers;
pub mod canary;
pub mod collector;
pub mod dkim;
pub mod filling;
pub mod finding;
pub mod foreign;
pub mod mail;
pub mod nobody;
pub mod person;
pub mod ports;
pub mod processes;
mod python;
pub mod refused;
pub mod s3;
pub mod scripted;
pub mod size;
pub mod smtp;
pub mod suite;

pub use actor::{
    Authority, Caseworker, Citizen, ExemptionDesk, Gatekeeper, Letter, Operator, Register, Until, contact_point,
};
pub use collector::Collector;
pub use dkim::DkimKey;
pub use engines::{DrivenDatabase, Engine, on_both, postgres};
pub use foreign::{ForeignCall, ForeignCalls, ForeignClient};
pub use mail::Mail;
pub use person::Person;
pub use processes::{Processes, Sessions, Settings};
pub use refused::{Refusable, Refused};
pub use s3::S3Server;
pub use scripted::ScriptedServer;
pub use size::size;
pub use smtp::SmtpServer;
pub use suite::{Suite, TwoSuites};
