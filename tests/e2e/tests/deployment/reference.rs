//! `deploy/configuration.md` lists every key with its meaning and its default. It is made of the code:
//!
//!     DIGITALPOST_TEST_WRITE=1 cargo test -p e2e --test deployment

use crate::declared::Declared;
use crate::root;
use identity::IssuerConfig;
use mailbox_service::objects::BucketConfig;
use mailbox_service::scanner::ScannerConfig;
use rpc::ClientConfig;
use rpc::server::TlsConfig;
use runtime::Config;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const PAGE: &str = "deploy/configuration.md";
const HEADING: &str = "\
# Every key of the configuration

Made of the code by `DIGITALPOST_TEST_WRITE=1 cargo test -p e2e --test deployment`, and compared with it by every other run.

A service reads a TOML file (`--config`, or `DIGITALPOST_CONFIG`), and then the environment, which wins: `database.url` is
`DIGITALPOST_DATABASE__URL`. A key that is not in this list is refused. `x[].y` stands in a list: `[[x]]`. Where a section is optional, so
are its keys; *required* ones must be there if the section is.
";

/// Those in which sections of one service are declared.
const OWN: [(&str, &[&str]); 3] = [
    ("access-service", &["config.rs"]),
    ("mailbox-service", &["config.rs", "scanner.rs", "objects/bucket.rs"]),
    ("notification-service", &["config.rs"]),
];

/// The files in which the sections of all services are declared.
const SHARED: [&str; 7] = [
    "shared/runtime/src/config.rs",
    "shared/runtime/src/telemetry.rs",
    "shared/rpc/src/server.rs",
    "shared/rpc/src/client.rs",
    "shared/sql/src/config.rs",
    "shared/identity/src/config.rs",
    "shared/identity/src/service_token.rs",
];

/// What an optional section has by itself, and `null` in the place of what must be given.
fn optional() -> BTreeMap<&'static str, Value> {
    let of = |given: Value, defaults: Value| {
        let Value::Object(mut all) = defaults else { panic!("a section is an object") };
        for key in given.as_object().unwrap().keys() {
            all.insert(key.clone(), json!("required"));
        }
        Value::Object(all)
    };
    let client = json!({ "url": "" });
    let tls = json!({ "certificate_file": "", "key_file": "" });
    let issuer = json!({ "issuer": "", "algorithms": [], "kinds": [] });
    let scanner = json!({ "address": "" });
    BTreeMap::from([
        ("BucketConfig", json!(BucketConfig::default())),
        ("ScannerConfig", of(scanner.clone(), json!(serde_json::from_value::<ScannerConfig>(scanner).unwrap()))),
        ("ClientConfig", of(client.clone(), json!(serde_json::from_value::<ClientConfig>(client).unwrap()))),
        ("TlsConfig", of(tls.clone(), json!(serde_json::from_value::<TlsConfig>(tls).unwrap()))),
        ("IssuerConfig", of(issuer.clone(), json!(serde_json::from_value::<IssuerConfig>(issuer).unwrap()))),
    ])
}

struct Page {
    declared: Declared,
    optional: BTreeMap<&'static str, Value>,
    keys: Vec<String>,
    text: String,
}

impl Page {
    /// Whether a key is listed; what is optional as a whole is so by its own keys.
    fn has(&self, key: &str) -> bool {
        let within = [format!("{key}."), format!("{key}[].")];
        self.keys.iter().any(|known| known == key || within.iter().any(|section| known.starts_with(section)))
    }

    fn table(&mut self, title: &str, struct_name: &str, prefix: &str, defaults: &Value) {
        write!(self.text, "\n## {title}\n\n| key | default | meaning |\n|---|---|---|\n").unwrap();
        self.rows(struct_name, prefix, defaults);
    }

    fn rows(&mut self, section: &str, prefix: &str, defaults: &Value) {
        let fields = self.declared.sections.remove(section).unwrap_or_else(|| panic!("{section} is declared"));
        for field in &fields {
            if field.kind == "S" {
                continue;
            }
            let inner = field.kind.trim_start_matches("Option<").trim_start_matches("Vec<").trim_end_matches('>');
            let (inner, list) =
                (inner.rsplit("::").next().unwrap(), if field.kind.starts_with("Vec<") { "[]" } else { "" });
            let key = format!("{prefix}{}", field.name);
            let default = defaults.get(&field.name).cloned().unwrap_or(Value::Null);
            if self.declared.sections.contains_key(inner) {
                let own = self.optional.get(inner).cloned().unwrap_or(default);
                self.rows(inner, &format!("{key}{list}."), &own);
                continue;
            }
            let words = self.declared.words.get(inner).map(|words| format!(" One of: {}.", words.join(", ")));
            let meaning = format!("{}{}", field.meaning, words.unwrap_or_default()).replace('|', "\\|");
            writeln!(self.text, "| `{key}` | {} | {meaning} |", shown(&default)).unwrap();
            self.keys.push(key);
        }
        // Other sections may be of this kind too.
        self.declared.sections.insert(section.to_owned(), fields);
    }
}

fn shown(default: &Value) -> String {
    match default {
        Value::Null => "none".to_owned(),
        Value::String(text) if text == "required" => "*required*".to_owned(),
        other => format!("`{other}`"),
    }
}

/// The keys of a value that are no sections.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(inner) => {
            for (key, value) in inner {
                leaves(value, &if at.is_empty() { key.clone() } else { format!("{at}.{key}") }, found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

fn page() -> Page {
    let mut declared = Declared::default();
    for file in SHARED {
        declared.read(&root().join(file));
    }
    let mut page = Page { declared, optional: optional(), keys: Vec::new(), text: HEADING.to_owned() };
    page.table("Of all services", "Config", "", &json!(Config::<Value>::default()));
    let defaults = [
        json!(access_service::config::ServiceConfig::default()),
        json!(mailbox_service::config::ServiceConfig::default()),
        json!(notification_service::config::ServiceConfig::default()),
    ];
    for ((service, files), defaults) in OWN.into_iter().zip(defaults) {
        page.declared.sections.remove("ServiceConfig");
        for file in files {
            page.declared.read(&root().join(format!("services/{service}/src/{file}")));
        }
        page.table(&format!("Of {service}"), "ServiceConfig", "service.", &defaults);
        let mut missing = Vec::new();
        leaves(&defaults, "service", &mut missing);
        missing.retain(|key| !page.has(key));
        assert!(missing.is_empty(), "{service}: {missing:?} are not declared where they are looked for");
    }
    page
}

#[test]
fn every_key_is_listed_with_its_default() {
    let page = page();
    let mut all = Vec::new();
    leaves(&json!(Config::<Value>::default()), "", &mut all);
    all.retain(|key| key != "service" && !page.has(key));
    assert!(all.is_empty(), "{all:?} are not declared where they are looked for");
    let without: Vec<_> = page.text.lines().filter(|line| line.ends_with("|  |")).collect();
    assert!(without.is_empty(), "without a meaning: {without:?}");

    let file = root().join(PAGE);
    if std::env::var_os("DIGITALPOST_TEST_WRITE").is_some() {
        std::fs::write(&file, &page.text).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == page.text,
        "{PAGE} is not of this code: DIGITALPOST_TEST_WRITE=1 cargo test -p e2e --test deployment"
    );
}
