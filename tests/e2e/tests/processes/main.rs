//! The binaries that ship: killed with signal 9 in the middle of the story and started again, and stopped in order. No
//! clock is driven here.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod acting;
mod canary;
mod commands;
mod end;
mod files;
mod kill;
mod mails;
mod redriving;
mod rest;
mod rotation;
mod telling;
mod traces;
