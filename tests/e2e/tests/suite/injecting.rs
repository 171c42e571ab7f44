//! Names, addresses and texts that want to be more than that: none of them becomes a header, a recipient or a command.

use api::mailbox::v1::ForwardMessageRequest;
use api::mailbox::v1::forward_message_request::Target;
use harness::actor::register::registration;
use harness::scripted::Taken;
use harness::{Engine, Letter, Person, ScriptedServer, Suite, size};
use std::collections::BTreeSet;
use std::time::Duration;

mod n6_m7_nothing_that_people_write_becomes_more_than_that {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        nothing_is_injected(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        nothing_is_injected(Engine::Postgres).await;
    }
}

/// What may end a line, a header, an address or a word, for somebody.
const ENDS: [&str; 24] = [
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\u{2028}",
    "\u{85}",
    "%0d%0a",
    "\\r\\n",
    "=?utf-8?q?=0d=0a?=",
    "\r\n\r\n",
    "\r\n.\r\n",
    ",",
    ";",
    ">",
    "<",
    "\"",
    "(",
    ":",
    " ",
    "\t",
    "\u{b}",
    "|",
    "'",
    "\u{202e}",
];
/// What is to come through.
const SMUGGLED: [&str; 10] = [
    "Bcc: x@example.org",
    "To: x@example.org",
    "RCPT TO:<x@example.org>",
    "DATA",
    "x@example.org",
    "Subject: x",
    "Content-Type: text/html",
    "MAIL FROM:<x@example.org>",
    ".",
    "QUIT",
];
/// The headers that our e-mails have.
const HEADERS: [&str; 10] = [
    "Auto-Submitted",
    "Content-Type",
    "Date",
    "From",
    "List-Unsubscribe",
    "MIME-Version",
    "Message-ID",
    "Reply-To",
    "Subject",
    "To",
];
/// Longer than letters are gathered.
const A_WHILE: Duration = Duration::from_secs(15);

/// `plain` with something smuggled in before, within or after it.
fn payload(number: usize, plain: &str) -> String {
    let end = ENDS[number % ENDS.len()].repeat(1 + number / (3 * ENDS.len() * SMUGGLED.len()));
    let smuggled = SMUGGLED[number / ENDS.len() % SMUGGLED.len()];
    let (first, rest) = plain.split_at(1);
    match number / (ENDS.len() * SMUGGLED.len()) % 3 {
        0 => format!("{smuggled}{end}{plain}"),
        1 => format!("{first}{end}{smuggled}{rest}"),
        _ => format!("{plain}{end}{smuggled}"),
    }
}

/// How many payloads came as far as an e-mail: too few would show nothing.
#[derive(Default, Debug)]
struct Seen {
    names: usize,
    addresses: usize,
    texts: usize,
    emails: usize,
}

async fn nothing_is_injected(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start(folder.path()).await.unwrap();
    let suite = Suite::start_with_mail(engine, server.config(), folder.path()).await;
    let (payloads, mut seen) = (size(48, 5_000), Seen::default());
    // Spread over all of them, whatever the size.
    for at in 0..payloads {
        one(&suite, &server, at * 5_000 / payloads, &mut seen).await;
    }
    println!("{payloads} payloads: {seen:?}");
    assert_eq!(server.strange(), Vec::<String>::new(), "no command that is none");
    assert!(seen.names > 0 && seen.addresses > 0 && seen.texts > 0 && seen.emails >= 2 * payloads, "{seen:?}");
}

/// A person with a hostile name and address gets e-mail about a letter with a hostile subject and file, and forwards it with
/// a hostile comment.
async fn one(suite: &Suite, server: &ScriptedServer, number: usize, seen: &mut Seen) {
    let plain = Person::of_crowd(u32::try_from(number).unwrap());
    let hostile = Person { last_name: payload(number, &plain.last_name), ..plain.clone() };
    let takes_name = suite.register().registers(registration(&hostile)).await.is_ok();
    seen.names += usize::from(takes_name);
    let citizen = suite.citizen(if takes_name { hostile } else { plain }).await;

    let good = format!("p{number}@example.dk");
    let wanted = payload(number, &good);
    let (address, started) = match citizen.asks_for_mail_about_own_post_at(&wanted).await {
        Ok(started) => {
            seen.addresses += 1;
            (started.pending_email_address.clone(), started)
        }
        Err(refused) => {
            assert_eq!(refused.reason, "INVALID_FIELDS", "{wanted:?}");
            let started = citizen.asks_for_mail_about_own_post_at(&good).await.unwrap();
            (good.clone(), started)
        }
    };
    let code =
        expect(server, &[&address], seen).pop().and_then(|taken| harness::mail::parse(&taken.message).unwrap().code());
    citizen.enters_code(&started, &code.unwrap()).await.unwrap();

    let mut letter = Letter::about(&payload(number, "Skat")).with_pdf(&format!("{}.pdf", payload(number, "skat")));
    letter.body = payload(number, "Hej");
    let delivered = match suite.authority().delivers(&citizen.person, letter).await {
        Ok(delivered) => {
            seen.texts += 1;
            delivered
        }
        Err(_) => suite.authority().delivers(&citizen.person, Letter::about("Skat").with_pdf("a.pdf")).await.unwrap(),
    };
    suite.advance(A_WHILE).await;
    expect(server, &[&address], seen);

    let forward = |comment: String| ForwardMessageRequest {
        name: delivered.message.clone(),
        target: Some(Target::EmailAddress(address.clone())),
        comment,
        request_id: String::new(),
    };
    if citizen.forwards_as(forward(payload(number, "Se her"))).await.is_err() {
        citizen.forwards_as(forward("Se her".to_owned())).await.unwrap();
    }
    suite.settle().await;
    expect(server, &[&address], seen);
}

/// What the server took: one message for each address, with that one recipient and the headers that ours have, once each.
fn expect(server: &ScriptedServer, addresses: &[&str], seen: &mut Seen) -> Vec<Taken> {
    let taken = server.takes();
    let recipients: Vec<&String> = taken.iter().flat_map(|taken| &taken.recipients).collect();
    let wanted: Vec<String> = addresses.iter().map(|address| format!("TO:<{address}>")).collect();
    assert_eq!(recipients, wanted.iter().collect::<Vec<_>>());
    assert_eq!(taken.len(), addresses.len());
    for taken in &taken {
        assert!(taken.sender.starts_with("FROM:<retur-"), "{}", taken.sender);
        let message = String::from_utf8(taken.message.clone()).expect("ASCII");
        let (headers, _) = message.split_once("\r\n\r\n").expect("a body");
        let lines = headers.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
        let names: Vec<&str> = lines.map(|line| line.split(':').next().unwrap()).collect();
        let once: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(once.len(), names.len(), "each header once: {headers}");
        assert!(once.iter().all(|name| HEADERS.contains(name)), "{headers}");
    }
    seen.emails += taken.len();
    taken
}
