//! What holds for the files of the repository themselves.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// What the README promises: the story told by itself, and every test.
const COMMANDS: [&str; 2] = ["cargo run -- demo", "cargo test --workspace"];
/// The most lines of a source file.
const MAX_LINES: usize = 300;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every file that is, or is about to be, in the repository, with its text; binary files have none.
fn files() -> Vec<(PathBuf, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(listed.status.success(), "git lists the files of the repository");
    let names = String::from_utf8(listed.stdout).unwrap();
    let paths = names.split('\0').filter(|name| !name.is_empty()).map(|name| root().join(name));
    paths.filter_map(|path| Some((path.clone(), std::fs::read_to_string(path).ok()?))).collect()
}

#[test]
fn there_is_one_provider_of_cryptography_for_tls() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    assert!(lock.contains("name = \"ring\""));
    for other in ["aws-lc-rs", "aws-lc-sys", "openssl-sys", "native-tls"] {
        assert!(
            !lock.contains(&format!("name = \"{other}\"")),
            "{other} has come into the tree: see Cargo.toml for how to keep it out"
        );
    }
}

#[test]
fn no_number_of_a_real_person_stands_anywhere() {
    let mut found = Vec::new();
    for (path, text) in files() {
        for (number, line) in text.lines().enumerate() {
            found.extend(real_cpr_numbers(line).map(|at| format!("{}:{}:{at}", path.display(), number + 1)));
        }
    }
    assert!(found.is_empty(), "could be the CPR number of a real person; raise the day by 60:\n{}", found.join("\n"));
}

/// The columns at which ten digits stand that could be a living person's number.
fn real_cpr_numbers(line: &str) -> impl Iterator<Item = usize> {
    let bytes = line.as_bytes();
    let is_word = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (0..bytes.len()).filter(move |&at| {
        let hyphen = usize::from(bytes.get(at + 6) == Some(&b'-'));
        let digits = [bytes.get(at..at + 6), bytes.get(at + 6 + hyphen..at + 10 + hyphen)];
        let [Some(date), Some(serial)] = digits else { return false };
        let apart = !is_word(at + 10 + hyphen) && (at == 0 || !is_word(at - 1));
        apart && [date, serial].concat().iter().all(u8::is_ascii_digit) && is_date(date)
    })
}

fn is_date(digits: &[u8]) -> bool {
    let two = |at: usize| (digits[at] - b'0') * 10 + (digits[at + 1] - b'0');
    (1..=31).contains(&two(0)) && (1..=12).contains(&two(2))
}

#[test]
fn the_check_for_numbers_sees_them() {
    // Put together here, so that they do not stand in this file.
    for real in [
        format!("a {}{} b", "010180", "1234"),
        format!("{}-{}", "311299", "0001"),
        format!("\"{}{}\"", "290200", "4321"),
    ] {
        assert_eq!(real_cpr_numbers(&real).count(), 1, "{real}");
    }
    for other in ["6101801234", "610180-1234", "1700000000", "12345678901", "x0101801234", "0101801234_"] {
        assert_eq!(real_cpr_numbers(other).count(), 0, "{other}");
    }
}

#[test]
fn source_files_are_small() {
    let long = |(path, text): &(PathBuf, String)| {
        let source =
            path.extension().is_some_and(|extension| ["rs", "py", "sql"].iter().any(|known| extension == *known));
        (source && text.lines().count() > MAX_LINES)
            .then(|| format!("{}: {} lines", path.display(), text.lines().count()))
    };
    let long: Vec<String> = files().iter().filter_map(long).collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn nothing_is_left_to_be_done_later() {
    let words = ["TO\u{44}O", "FIX\u{4d}E", "X\u{58}X", "unimpl\u{65}mented!(", "tod\u{6f}!("];
    let left = |(path, text): &(PathBuf, String)| {
        let source = path.extension().is_some_and(|extension| extension == "rs" || extension == "proto");
        let word = words.iter().find(|word| source && text.contains(**word))?;
        Some(format!("{}: {word}", path.display()))
    };
    let left: Vec<String> = files().iter().filter_map(left).collect();
    assert!(left.is_empty(), "{}", left.join("\n"));
}

#[test]
fn the_commands_of_the_readme_are_run_by_ci() {
    for file in ["README.md", ".ci/run"] {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        for command in COMMANDS {
            let is_command = |line: &str| line.split("  #").next().is_some_and(|line| line.trim() == command);
            assert!(text.lines().any(is_command), "{file} has a line `{command}`");
        }
    }
}
