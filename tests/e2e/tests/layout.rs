//! Who may import whom: the table of `shared/README.md`, held against what cargo and the sources say.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

const SHARED: [&str; 8] = ["api", "crypto", "events", "identity", "kernel", "rpc", "runtime", "sql"];
const SERVICES: [&str; 3] = ["access-service", "mailbox-service", "notification-service"];

const TESTS: [&str; 4] = ["engines", "harness", "e2e", "load"];

/// What each shared crate may import of ours.
const MAY_IMPORT: [(&str, &[&str]); 8] = [
    ("kernel", &[]),
    ("api", &[]),
    ("crypto", &["kernel"]),
    ("identity", &["kernel"]),
    ("sql", &["kernel"]),
    ("rpc", &["api", "identity", "kernel"]),
    ("events", &["api", "kernel", "rpc", "sql"]),
    ("runtime", &["api", "crypto", "events", "identity", "kernel", "rpc", "sql"]),
];

/// What may not be named in a room of a service, in code outside of tests.
const ROOMS: [(&str, &[&str]); 5] = [
    ("domain", &["sql", "api", "tonic", "rpc", "tokio", "sqlx", "prost_types"]),
    ("store", &["api", "tonic", "rpc", "prost_types"]),
    ("usecase", &["api", "tonic", "prost_types"]),
    ("error", &["api"]),
    ("job", &["tonic"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Our own crates, and which of our own crates each depends on: for what ships, or for its tests.
fn imports(for_tests: bool) -> BTreeMap<String, BTreeSet<String>> {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let packages = metadata["packages"].as_array().unwrap();
    let ours: BTreeSet<String> = packages.iter().map(name).collect();
    let imports = |package: &Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let wanted = dependencies.filter(|dependency| (dependency["kind"] == "dev") == for_tests);
        wanted.map(name).collect::<BTreeSet<_>>()
    };
    packages.iter().map(|package| (name(package), &imports(package) & &ours)).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file: without comments, and without the unit tests at its end.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Whether `code` names something of the crate `name`.
fn names(code: &str, name: &str) -> bool {
    let path = format!("{name}::");
    code.match_indices(&path)
        .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
}

#[test]
fn shared_crates_import_only_what_lies_below_them() {
    let imports = imports(false);
    for (name, allowed) in MAY_IMPORT {
        let allowed: BTreeSet<String> = allowed.iter().map(|&name| name.to_owned()).collect();
        let more: Vec<_> = imports[name].difference(&allowed).collect();
        assert!(more.is_empty(), "{name} imports {more:?}");
    }
    let listed: BTreeSet<&str> = MAY_IMPORT.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, BTreeSet::from(SHARED), "each shared crate has its line in the table");
}

#[test]
fn services_import_shared_crates_and_never_each_other() {
    for (imports, more) in [(imports(false), None), (imports(true), Some("engines"))] {
        for service in SERVICES {
            let allowed = |name: &str| SHARED.contains(&name) || Some(name) == more;
            let wrong: Vec<_> = imports[service].iter().filter(|name| !allowed(name)).collect();
            assert!(wrong.is_empty(), "{service} imports {wrong:?}");
        }
    }
}

#[test]
fn nothing_that_ships_imports_the_tests() {
    for (name, imports) in imports(false).into_iter().filter(|(name, _)| !TESTS.contains(&name.as_str())) {
        let tests: Vec<_> = imports.iter().filter(|import| TESTS.contains(&import.as_str())).collect();
        assert!(tests.is_empty(), "{name} imports {tests:?}");
    }
}

#[test]
fn each_room_of_a_service_names_only_what_belongs_in_it() {
    let mut wrong = Vec::new();
    for service in SERVICES {
        let src = root().join("services").join(service).join("src");
        for (room, kept_out) in ROOMS {
            let mut files = vec![src.join(format!("{room}.rs"))];
            if src.join(room).is_dir() {
                sources(&src.join(room), &mut files);
            }
            for file in files.iter().filter(|file| file.is_file()) {
                let code = code(file);
                let named = kept_out.iter().filter(|name| names(&code, name));
                wrong.extend(named.map(|name| format!("{} names {name}", file.display())));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_status_is_made_in_one_place() {
    let mut files = Vec::new();
    for service in SERVICES {
        sources(&root().join("services").join(service).join("src"), &mut files);
    }
    let made = |file: &PathBuf| {
        let code = code(file);
        let constructors =
            ["new(", "not_found(", "internal(", "invalid_argument(", "unimplemented(", "permission_denied("];
        constructors.iter().any(|name| code.contains(&format!("Status::{name}")))
    };
    let wrong: Vec<_> = files.iter().filter(|file| made(file)).collect();
    assert!(wrong.is_empty(), "a tonic::Status is made in rpc::refusal only, not in {wrong:?}");
}
