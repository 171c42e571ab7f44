//! The program from outside: its tokens, and its guard.

use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_digitalpost");

#[test]
fn a_token_is_all_that_stands_on_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(PROGRAM);
    command.args(["token", "citizen", "--cpr", "610180-1234", "--data"]).arg(folder.path());
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    assert_eq!((text.lines().count(), text.trim_end().split('.').count()), (1, 3), "{text}");
}

#[test]
fn a_number_that_is_none_gets_no_token() {
    let output = Command::new(PROGRAM).args(["token", "citizen", "--cpr", "9913801234"]).output().unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
}

#[test]
fn the_guard_kills_what_is_still_noted_when_its_input_ends() {
    let sleep = || Command::new("sleep").arg("60").spawn().unwrap();
    let (mut left, mut ended) = (sleep(), sleep());
    let mut guard = Command::new(PROGRAM).arg("guard").stdin(Stdio::piped()).spawn().unwrap();
    let mut notes = guard.stdin.take().unwrap();
    write!(notes, "+{}\n+{}\n-{}\n", left.id(), ended.id(), ended.id()).unwrap();
    drop(notes);
    assert!(guard.wait().unwrap().success());
    assert_eq!(left.wait().unwrap().signal(), Some(9));
    assert!(ended.try_wait().unwrap().is_none(), "what ended in order is left alone");
    ended.kill().unwrap();
    ended.wait().unwrap();
}
