//! Each scenario, small, on both engines: it runs to its end, makes the calls it was asked for, and none of them fails. Time
//! is not looked at.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::process::Command;

/// What a scenario prints; it fails when a single call does.
fn load(arguments: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_load")).args(arguments.split(' ')).output().unwrap();
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{errors}");
    out.into_owned()
}

/// Two rounds of fifty calls on each side, for each engine and each number of callers.
const SMALL: &str = "--callers 2,8 --calls 50 --rounds 2";

#[test]
fn checks_are_measured_beside_their_raw_limit() {
    let out = load(&format!("checks --accesses 200 --sessions 20 {SMALL}"));
    assert_eq!(out.matches("(100 and 100 calls, no error)").count(), 4, "{out}");
}

#[test]
fn delegated_lists_are_measured_beside_the_owners() {
    let out = load(&format!("delegated --accesses 20 --mailboxes 2 --letters 3 {SMALL}"));
    assert_eq!(out.matches("(100 and 100 calls, no error)").count(), 4, "{out}");
}

#[test]
fn a_register_and_a_mailing_are_streamed_in() {
    let out = load("register --persons 300 --letters 600 --streams 2");
    for told in ["Sqlite: 300 persons", "Sqlite: 600 letters", "Postgres: 300 persons", "Postgres: 600 letters"] {
        assert!(out.contains(told), "{out}");
    }
    assert!(out.contains("300 of cpr_lookup, 300 of person") && out.contains("600 of message"), "{out}");
}

#[test]
fn acts_on_post_are_measured_beside_their_raw_limit() {
    let out = load(&format!("post --mailboxes 2 --letters 3 {SMALL}"));
    assert_eq!(out.matches("(100 and 100 calls, no error)").count(), 16, "{out}");
}

#[test]
fn owed_e_mails_are_sent_beside_lettre_alone() {
    let out = load("mail --subscriptions 60 --parallel 8 --rounds 2");
    for told in ["Sqlite: 60 e-mails, 8 at once", "Postgres: 60 e-mails, 8 at once"] {
        assert!(out.contains(told), "{out}");
    }
    assert_eq!(out.matches("(2 rounds)").count(), 2, "{out}");
}

#[test]
fn lists_are_answered_before_and_beside_a_mailing() {
    let out = load("mailing --mailboxes 100 --letters 200 --streams 2 --read 2 --rate 5 --seconds 1");
    assert_eq!(out.matches("200 letters to 100 mailboxes").count(), 2, "{out}");
    assert_eq!(out.matches("calls, no error").count(), 4, "{out}");
}
