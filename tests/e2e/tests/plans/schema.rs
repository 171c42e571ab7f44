//! What the steps of the schemas say about partitions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub(crate) struct Schema {
    /// The tables that are divided by mailbox.
    pub(crate) partitioned: BTreeSet<String>,
    /// The table of each partition.
    partitions: BTreeMap<String, String>,
}

impl Schema {
    pub(crate) fn read() -> Self {
        let (mut partitioned, mut partitions) = (BTreeSet::new(), BTreeMap::new());
        for file in files(&services(), &|file| file.extension().is_some_and(|kind| kind == "sql")) {
            let text = std::fs::read_to_string(&file).unwrap();
            let mut table = "";
            for line in text.lines() {
                let words: Vec<&str> = line.split_whitespace().collect();
                match words.as_slice() {
                    ["CREATE", "TABLE", partition, "PARTITION", "OF", of, ..] => {
                        partitions.insert((*partition).to_owned(), (*of).to_owned());
                    }
                    ["CREATE", "TABLE", name, ..] => table = name,
                    [")", "PARTITION", "BY", "HASH", "(mailbox);"] => {
                        partitioned.insert(table.to_owned());
                    }
                    _ => {}
                }
            }
        }
        let divided: BTreeSet<String> = partitions.values().cloned().collect();
        assert!(partitioned.len() > 2 && divided == partitioned, "divided otherwise than by mailbox: {divided:?}");
        Self { partitioned, partitions }
    }

    /// The table that a relation is a part of, or is.
    pub(crate) fn table_of<'r>(&'r self, relation: &'r str) -> &'r str {
        self.partitions.get(relation).map_or(relation, String::as_str)
    }
}

pub(crate) fn services() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../services")
}

/// The files below a folder that are `wanted`.
pub(crate) fn files(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, wanted));
        } else if wanted(&path) {
            found.push(path);
        }
    }
    found
}
