//! The statements as they are written in the stores, to see that none was left out.

use crate::schema::{files, services};
use std::collections::BTreeSet;

/// What only SQLite's form of a statement says.
const SQLITE_ONLY: [&str; 3] = ["json_each", "unhex(", "instr("];
/// What verify-activity alone asks: a command that goes through all logs, and not a call.
const OF_A_COMMAND: &str = "activity/check.rs";

/// The texts in stores that name one of `tables` and that `seen` does not know.
pub(crate) fn about(tables: &BTreeSet<String>, seen: impl Fn(&str) -> bool) -> Vec<String> {
    let is_store = |file: &std::path::Path| {
        let is_source = file.extension().is_some_and(|extension| extension == "rs");
        is_source && file.to_str().unwrap().contains("/src/store/") && !file.ends_with(OF_A_COMMAND)
    };
    let texts = files(&services(), &is_store).into_iter().flat_map(|file| {
        let text = std::fs::read_to_string(&file).unwrap();
        literals(&text)
    });
    let mentions = |text: &String| {
        let words: Vec<&str> = text.split_whitespace().collect();
        words.windows(2).any(|pair| ["FROM", "JOIN", "UPDATE", "INTO"].contains(&pair[0]) && tables.contains(pair[1]))
    };
    let ours: Vec<String> = texts.filter(mentions).collect();
    assert!(ours.len() > 20, "the stores hold statements about {tables:?}");
    let both = |text: &String| !SQLITE_ONLY.iter().any(|word| text.contains(word));
    ours.into_iter().filter(both).filter(|text| !seen(text)).collect()
}

/// The string literals of a source, each as the compiler reads it.
fn literals(source: &str) -> Vec<String> {
    let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n").replace("'\"'", "");
    let (mut found, mut letters) = (Vec::new(), code.chars().peekable());
    while letters.by_ref().any(|letter| letter == '"') {
        let mut text = String::new();
        while let Some(letter) = letters.next_if(|letter| *letter != '"') {
            match letter {
                // The next line goes on where its words begin.
                '\\' if letters.next_if_eq(&'\n').is_some() => {
                    while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
                }
                '\\' => text.extend(letters.next()),
                letter => text.push(letter),
            }
        }
        letters.next();
        found.push(text.trim().to_owned());
    }
    found
}
