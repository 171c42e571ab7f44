//! Alerts and dashboards name metrics that there are; each alert is told of in the runbook.

use crate::root;
use runtime::metrics::{ALL, Kind};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Prometheus's own.
const OF_OTHERS: [&str; 1] = ["up"];
const KEYWORDS: [&str; 5] = ["and", "or", "unless", "offset", "bool"];
const AGGREGATIONS: [&str; 6] = ["sum", "max", "min", "avg", "count", "topk"];

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap()
}

/// The rules as pairs of a name and an expression, which stands in one line.
fn alerts() -> Vec<(String, String)> {
    let text = read("deploy/monitoring/alerts.yaml");
    let after = |key: &str| -> Vec<String> {
        text.lines()
            .filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix(key))
            .map(str::to_owned)
            .collect()
    };
    let (names, expressions) = (after("alert: "), after("expr: "));
    assert_eq!(names.len(), expressions.len());
    names.into_iter().zip(expressions).collect()
}

fn dashboard() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(&read("deploy/monitoring/dashboard.json")).unwrap();
    let targets = dashboard["panels"].as_array().unwrap().iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

/// The words of an expression that can only be metrics: no functions, no labels, no keywords, no numbers.
fn named(expression: &str) -> BTreeSet<String> {
    let mut plain = String::new();
    let mut depth = 0;
    for letter in expression.chars() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    let mut rest = plain.as_str();
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_alphanumeric()) {
        let word = &rest[start..];
        let end = word.find(|letter| !is_word(letter)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        rest = after;
        let after = after.trim_start();
        if ["by", "without", "on", "ignoring"].contains(&word) {
            rest = after.split_once(')').map_or("", |(_, rest)| rest);
        } else if !after.starts_with('(')
            && !word.starts_with(|first: char| first.is_ascii_digit())
            && !KEYWORDS.contains(&word)
            && !AGGREGATIONS.contains(&word)
        {
            found.insert(word.to_owned());
        }
    }
    found
}

/// What Prometheus is given for a metric.
fn series() -> BTreeSet<String> {
    let ours = ALL.iter().flat_map(|(kind, name, _)| match kind {
        Kind::Histogram => ["_bucket", "_sum", "_count"].iter().map(|end| format!("{name}{end}")).collect(),
        _ => vec![(*name).to_owned()],
    });
    ours.chain(OF_OTHERS.map(str::to_owned)).collect()
}

#[test]
fn alerts_and_dashboards_name_metrics_that_there_are() {
    let expressions: Vec<String> = alerts().into_iter().map(|(_, expression)| expression).chain(dashboard()).collect();
    assert!(expressions.len() > 20, "they are found");
    let named: BTreeSet<String> = expressions.iter().flat_map(|expression| named(expression)).collect();
    let unknown: Vec<_> = named.difference(&series()).cloned().collect();
    assert!(unknown.is_empty(), "{unknown:?} are no metrics");
}

#[test]
fn metrics_are_found_in_expressions() {
    let words = named(
        "histogram_quantile(0.99, sum by (job, le) (rate(a_b{x=\"y\"}[5m]))) > 1 and c_d offset 5m >= 0.9 * max(e)",
    );
    assert_eq!(words.into_iter().collect::<Vec<_>>(), ["a_b", "c_d", "e"]);
}

#[test]
fn the_runbook_tells_what_to_do_about_each_alert() {
    let runbook = read("deploy/README.md");
    let missing: Vec<_> =
        alerts().into_iter().map(|(name, _)| name).filter(|name| !runbook.contains(&format!("| `{name}` |"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() && !path.ends_with("tests") => sources(&path, found),
            path if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            _ => {}
        }
    }
}

#[test]
fn every_metric_that_is_set_is_described_and_the_other_way_round() {
    let mut files = Vec::new();
    for folder in ["shared", "services"] {
        sources(&root().join(folder), &mut files);
    }
    let mut set = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        for (macro_name, kind) in
            [("counter!(\"", Kind::Counter), ("gauge!(\"", Kind::Gauge), ("histogram!(\"", Kind::Histogram)]
        {
            let names = text.split(macro_name).skip(1).filter_map(|rest| rest.split('"').next());
            set.extend(names.map(|name| (name.to_owned(), format!("{kind:?}"))));
        }
    }
    let described: BTreeSet<_> = ALL.iter().map(|(kind, name, _)| ((*name).to_owned(), format!("{kind:?}"))).collect();
    assert_eq!(set, described);
}
