//! What comes in from outside: no version with a known advisory, as far as `.cargo/advisory-floors.toml` knows them.

use crate::root;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Advisories {
    floors: BTreeMap<String, Vec<String>>,
    refused: BTreeMap<String, String>,
    excused: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
}

fn read<T: for<'de> Deserialize<'de>>(file: &str) -> T {
    toml::from_str(&std::fs::read_to_string(root().join(file)).unwrap()).unwrap()
}

/// Major, minor and patch.
fn parts(version: &str) -> [u64; 3] {
    let plain = version.split(['-', '+']).next().unwrap();
    let parts: Vec<u64> = plain.split('.').map(|part| part.parse().unwrap()).collect();
    parts.try_into().unwrap()
}

/// What `version` may be exchanged for without a break: the major version, or below 1.0.0 the minor one.
fn line(version: [u64; 3]) -> [u64; 2] {
    match version {
        [0, minor, _] => [0, minor],
        [major, ..] => [major, 0],
    }
}

/// Whether a version is at the floor of its line, or of a line above all floors.
fn is_above(version: &str, floors: &[String]) -> bool {
    let (version, floors) = (parts(version), floors.iter().map(|floor| parts(floor)));
    match floors.clone().find(|floor| line(*floor) == line(version)) {
        Some(floor) => version >= floor,
        None => floors.max().is_some_and(|highest| version >= highest),
    }
}

fn faults(packages: &[Package], known: &Advisories) -> Vec<String> {
    let fault = |package: &Package| {
        let Package { name, version } = package;
        if let Some(floors) = known.floors.get(name).filter(|floors| !is_above(version, floors)) {
            return Some(format!("{name} {version} is below {}", floors.join(" and ")));
        }
        let why = known.refused.get(name).filter(|_| !known.excused.contains_key(name))?;
        Some(format!("{name} {version} is not to come in: {why}"))
    };
    packages.iter().filter_map(fault).collect()
}

#[test]
fn no_dependency_has_an_advisory_that_is_known_here() {
    let (lock, known): (Lock, Advisories) = (read("Cargo.lock"), read(".cargo/advisory-floors.toml"));
    assert!(lock.package.len() > 100 && known.floors.len() > 10);
    assert_eq!(faults(&lock.package, &known), Vec::<String>::new());
    for name in known.excused.keys() {
        assert!(lock.package.iter().any(|package| package.name == *name), "{name} is excused and not there any more");
    }
}

#[test]
fn planted_versions_are_found() {
    let known: Advisories = read(".cargo/advisory-floors.toml");
    let package = |(name, version): (&str, &str)| Package { name: name.to_owned(), version: version.to_owned() };
    let planted = [
        ("h2", "0.4.15"),
        ("h2", "0.3.99"),
        ("rand", "0.9.2"),
        ("rand", "0.7.3"),
        ("time", "0.3.46"),
        ("paste", "1.0.15"),
    ];
    let fine = [
        ("h2", "0.4.16"),
        ("h2", "1.0.0"),
        ("rand", "0.8.6"),
        ("rand", "0.10.1"),
        ("time", "0.3.47"),
        ("rsa", "0.9.10"),
    ];
    assert_eq!(faults(&planted.map(package), &known).len(), planted.len());
    assert_eq!(faults(&fine.map(package), &known), Vec::<String>::new());
}
