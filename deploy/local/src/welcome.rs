//! What `cargo run` says once all is up: what there is, and the first three calls to paste.

use crate::layout::Layout;
use crate::people::{HANDFUL, KAREN, NIELS};
use crate::ports::Ports;
use kernel::{Clock as _, Date, ServiceName, SystemClock, SystemRandom};
use std::fmt::Write as _;
use std::time::Duration;

/// The text, without colours, so that it can be pasted from.
pub(crate) fn text(layout: &Layout, ports: &Ports) -> String {
    let mut text = String::from("all three serve.\n\n");
    for &service in ServiceName::ALL {
        let (url, metrics) = (ports.url(service), ports.metrics(service));
        add(&mut text, &format!("  {:<21} {url}   metrics http://{metrics}/metrics", service.as_str()));
    }
    let authority = layout.authority().certificate;
    add(&mut text, &format!("  {:<21} {}", "trust this authority", authority.display()));
    add(&mut text, &format!("  {:<21} {}/*.eml", "e-mails land in", layout.mail().display()));
    add(&mut text, &format!("  {:<21} {}/", "logs", layout.log_folder().display()));
    add(&mut text, "\n  Test citizens (the numbers belong to nobody):");
    for person in HANDFUL {
        add(&mut text, &format!("    {}  {}", person.cpr, person.full_name()));
    }
    add(&mut text, "\n  The first three calls, to be pasted into another terminal at the top of the workspace:\n");
    add(&mut text, &calls(layout, ports));
    add(
        &mut text,
        "  More tokens: cargo run -- token --help     The whole story: cargo run -- demo     Stop: Ctrl-C\n",
    );
    text
}

/// Karen gives Niels read access, Niels sees it, the municipality writes to Karen.
fn calls(layout: &Layout, ports: &Ports) -> String {
    let data = data_option(layout);
    let token = |what: &str| format!("$(cargo run -q -- token {what}{data})");
    let in_a_year = Date::in_denmark(SystemClock.now().plus(Duration::from_hours(24 * 365)));
    let give = format!(
        r#"{{"reader":{{"first_name":"{}","last_name":"{}","cpr_number":"{}"}},"scope":"ACCESS_SCOPE_PUBLIC_POST","expiry":{{"expires_on":"{in_a_year}"}}}}"#,
        NIELS.first, NIELS.last, NIELS.cpr,
    );
    // One letter: pasted twice, the second answer is the first receipt again.
    let uuid = kernel::id::new_uuid(SystemClock.now(), &SystemRandom);
    let deliver = format!(
        r#"{{"delivery":{{"message_uuid":"{uuid}","cpr_number":"{}","subject":"Indkaldelse til samtale","body_text":"Kære Karen. Vi ses på tirsdag."}}}}"#,
        KAREN.cpr,
    );
    let mut text = String::new();
    add(&mut text, &format!("export KAREN={}", token(&format!("citizen --cpr {}", KAREN.cpr))));
    add(&mut text, &format!("export NIELS={}", token(&format!("citizen --cpr {}", NIELS.cpr))));
    add(&mut text, &format!("export KOMMUNE={}\n", token("sender")));
    let call = |who: &str, body: &str, service: ServiceName, method: &str| {
        format!(
            "grpcurl -cacert '{}' -H \"authorization: Bearer ${who}\" \\\n    -d '{body}' \\\n    {} {method}\n",
            layout.authority().certificate.display(),
            ports.authority(service),
        )
    };
    let access = "digitalpost.access.v1.ReadAccessService";
    add(&mut text, &call("KAREN", &give, ServiceName::Access, &format!("{access}/GiveAccess")));
    add(&mut text, &call("NIELS", "{}", ServiceName::Access, &format!("{access}/ListReceivedAccesses")));
    let delivery = "digitalpost.mailbox.v1.DeliveryService/DeliverMessage";
    add(&mut text, &call("KOMMUNE", &deliver, ServiceName::Mailbox, delivery));
    text
}

/// The option with which `token` finds this suite's keys.
fn data_option(layout: &Layout) -> String {
    if layout.root() == crate::cargo::workspace().join(crate::DATA_FOLDER) {
        String::new()
    } else {
        format!(" --data '{}'", layout.root().display())
    }
}

fn add(text: &mut String, line: &str) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "{line}");
}
