//! Each rule of a finished issue has an end-to-end test that carries its id: the list of tests reads as the list of
//! rules.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    finished: Vec<u32>,
    rules: BTreeMap<String, Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    issue: u32,
    text: String,
}

/// How many rules there are in each chapter.
const CHAPTERS: [(char, usize); 6] = [('P', 10), ('X', 6), ('A', 29), ('R', 14), ('N', 9), ('M', 9)];

fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rules() -> Rules {
    toml::from_str(&std::fs::read_to_string(tests_folder().join("rules.toml")).unwrap()).unwrap()
}

/// The tests that run through the gRPC surface: every `async fn` in a file of the folder `suite` that takes the suite. What lies
/// deeper is a part of one of them.
fn end_to_end_tests() -> Vec<String> {
    let mut tests = Vec::new();
    for entry in std::fs::read_dir(tests_folder().join("e2e/tests/suite")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let functions = text.lines().filter_map(|line| line.strip_prefix("async fn "));
        tests.extend(functions.filter_map(|rest| {
            let (name, arguments) = rest.split_once('(')?;
            arguments.contains("Suite)").then(|| name.to_owned())
        }));
    }
    tests
}

/// The ids at the beginning of a test's name, as in `a1_a29_...`.
fn ids(test: &str) -> impl Iterator<Item = String> {
    test.split('_').map(str::to_uppercase).take_while(|word| {
        let mut chars = word.chars();
        chars.next().is_some_and(|c| CHAPTERS.iter().any(|(chapter, _)| *chapter == c))
            && chars.as_str().parse::<u8>().is_ok()
    })
}

#[test]
fn every_rule_has_its_line() {
    let known: BTreeSet<String> = rules().rules.into_keys().collect();
    let numbered = |(chapter, count): (char, usize)| (1..=count).map(move |number| format!("{chapter}{number}"));
    assert_eq!(known, CHAPTERS.into_iter().flat_map(numbered).collect());
    for (id, rule) in rules().rules {
        assert!(rule.text.len() > 20 && (2..=5).contains(&rule.issue), "{id} has its text and its issue");
    }
}

#[test]
fn every_rule_of_a_finished_issue_has_a_test() {
    let tested: BTreeSet<String> = end_to_end_tests().iter().flat_map(|test| ids(test)).collect();
    let Rules { finished, rules } = rules();
    let untested = rules.iter().filter(|(id, rule)| finished.contains(&rule.issue) && !tested.contains(*id));
    let untested: Vec<String> = untested.map(|(id, rule)| format!("{id}: {}", rule.text)).collect();
    assert!(untested.is_empty(), "no end-to-end test is named after\n{}", untested.join("\n"));
}

#[test]
fn no_test_carries_an_id_that_is_none() {
    let known = rules().rules;
    for test in end_to_end_tests() {
        for id in ids(&test) {
            assert!(known.contains_key(&id), "{test}: there is no rule {id}");
        }
    }
}

#[test]
fn ids_are_read_from_the_front_of_a_name() {
    assert_eq!(ids("a1_a29_what_is_shown").collect::<Vec<_>>(), ["A1", "A29"]);
    assert_eq!(ids("a_reader_of_m1_post").count(), 0);
    assert_eq!(ids("mailbox_9").count(), 0);
}
