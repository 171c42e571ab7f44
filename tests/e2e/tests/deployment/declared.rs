//! The structs and enums of a configuration, as they stand in the sources.

use std::collections::BTreeMap;
use std::path::Path;

/// A key of a section.
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) meaning: String,
}

/// What is declared in some files.
#[derive(Default)]
pub(crate) struct Declared {
    pub(crate) sections: BTreeMap<String, Vec<Field>>,
    /// The words of each enum, as a file has them.
    pub(crate) words: BTreeMap<String, Vec<String>>,
}

impl Declared {
    pub(crate) fn read(&mut self, file: &Path) {
        let text = std::fs::read_to_string(file).unwrap();
        let (mut inside, mut meaning, mut attributes) = (None::<(String, bool)>, String::new(), String::new());
        let mut rename_all = String::new();
        for line in text.lines() {
            let trimmed = line.trim();
            if let Some(words) = trimmed.strip_prefix("///") {
                meaning = format!("{meaning} {}", words.trim());
            } else if trimmed.starts_with("#[") {
                attributes.push_str(trimmed);
            } else if let Some((name, is_enum)) = opened(line) {
                rename_all = quoted(&attributes, "rename_all").unwrap_or_default();
                inside = Some((name, is_enum));
                (meaning, attributes) = (String::new(), String::new());
            } else if line == "}" {
                inside = None;
            } else {
                if let Some((name, is_enum)) = &inside {
                    if *is_enum {
                        let word = quoted(&attributes, "rename").unwrap_or_else(|| cased(trimmed, &rename_all));
                        self.words.entry(name.clone()).or_default().push(word);
                    } else if let Some((field, kind)) =
                        trimmed.strip_prefix("pub ").and_then(|field| field.split_once(": "))
                    {
                        let (name, kind) = (name.clone(), kind.trim_end_matches(',').to_owned());
                        let field = Field {
                            name: field.to_owned(),
                            kind,
                            meaning: std::mem::take(&mut meaning).trim().to_owned(),
                        };
                        self.sections.entry(name).or_default().push(field);
                    }
                }
                (meaning, attributes) = (String::new(), String::new());
            }
        }
    }
}

/// The name of the struct or enum that a line begins.
fn opened(line: &str) -> Option<(String, bool)> {
    let (rest, is_enum) = match line.strip_prefix("pub struct ") {
        Some(rest) => (rest, false),
        None => (line.strip_prefix("pub enum ")?, true),
    };
    Some((rest.strip_suffix(" {")?.split('<').next()?.to_owned(), is_enum))
}

fn quoted(attributes: &str, key: &str) -> Option<String> {
    Some(attributes.split_once(&format!("{key} = \""))?.1.split('"').next()?.to_owned())
}

/// A variant as serde writes it.
fn cased(variant: &str, rename_all: &str) -> String {
    let variant = variant.trim_end_matches(',');
    let mut word = String::new();
    for (at, letter) in variant.char_indices() {
        if at > 0 && letter.is_uppercase() && rename_all == "snake_case" {
            word.push('_');
        }
        if rename_all.is_empty() { word.push(letter) } else { word.push(letter.to_ascii_lowercase()) }
    }
    word
}
