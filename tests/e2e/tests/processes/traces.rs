//! Traces, as a collector gets them.

use api::mailbox::v1::GetMailboxRequest;
use harness::collector::Collected;
use harness::{Citizen, Collector, Engine, Letter, Mail, Processes, Settings};
use kernel::{ServiceName, hex};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const ADDRESS: &str = "spurv@example.dk";
/// What nobody may find in a trace, beside numbers and names.
const SECRETS: [&str; 9] =
    ["Solsorteskat", "Regnspoven", "regning.pdf", "spurv", "example.dk", "borger", "Bearer", "eyJ", "mailboxes/"];
/// A caller's trace.
const CALLER: (&str, &str) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");

mod a_letter_and_its_email_are_one_trace {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        one_trace(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        one_trace(Engine::Postgres).await;
    }
}

/// All that is done is told to the collector there.
fn traced(url: String) -> Settings {
    Settings { traces: Some(url), ..Settings::default() }
}

async fn one_trace(engine: Engine) {
    let collector = Collector::start().await.unwrap();
    let mut processes = Processes::start_with(engine, 1, traced(collector.url.clone())).await.unwrap();
    let suite = processes.suite().clone();
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let started = niels.switches_on_mail(&access, ADDRESS).await.unwrap();
    let code = email(&suite, Mail::code).await;
    niels.enters_code(&started, &code).await.unwrap();
    let letter = Letter { body: "Regnspoven".to_owned(), ..Letter::about("Solsorteskat").with_pdf("regning.pdf") };
    suite.authority().delivers(&karen.person, letter).await.unwrap();
    email(&suite, Mail::letters).await;
    let traced = format!("00-{}-{}-01", CALLER.0, CALLER.1);
    sees_mailbox(&karen, &traced).await;
    for nonsense in [&karen.person.cpr_number, "00-Solsorteskat-spurv-01", &traced.replace("0af7", "spurv")] {
        sees_mailbox(&karen, nonsense).await;
    }
    let mut twice = karen.request(GetMailboxRequest { name: karen.mailbox.clone() });
    for span in [CALLER.1, "00f067aa0ba902b7"] {
        twice.metadata_mut().append("traceparent", format!("00-{}-{span}-01", CALLER.0).parse().unwrap());
    }
    suite.clients().mailbox().get_mailbox(twice).await.unwrap();
    // What is left in the queues goes out in the end.
    for &service in ServiceName::ALL {
        assert!(processes.terminate(service).unwrap().success());
    }

    let spans = collector.spans();
    let delivered = only(&spans, |span| span.span.name.ends_with("/DeliverMessage"));
    let of_trace = |span: &&Collected| span.span.trace_id == delivered.span.trace_id;
    let trace: Vec<Collected> = spans.iter().filter(of_trace).cloned().collect();
    let steps: BTreeSet<(&str, &str)> =
        trace.iter().map(|span| (span.service.as_str(), span.span.name.rsplit('/').next().unwrap())).collect();
    for step in [
        ("mailbox-service", "DeliverMessage"),
        ("mailbox-service", "hand over"),
        ("notification-service", "ReceiveEvents"),
        ("notification-service", "PublicPostArrived"),
        ("notification-service", "ask about subscribers"),
        ("access-service", "CheckAccessActive"),
        ("mailbox-service", "BatchGetPersons"),
        ("notification-service", "send e-mail"),
    ] {
        assert!(steps.contains(&step), "{step:?} is not among {steps:?}");
    }
    let sent = only(&spans, |span| span.attribute("kind") == Some("new_post"));
    assert_eq!((sent.attribute("outcome"), &sent.span.trace_id), (Some("sent"), &delivered.span.trace_id));
    // There are others, of notices.
    let arrived = only(&trace, |span| span.span.name == "PublicPostArrived");
    assert_eq!(sent.span.parent_span_id, arrived.span.span_id);
    assert_eq!(arrived.span.parent_span_id, delivered.span.span_id);

    let seen: Vec<&Collected> = spans.iter().filter(|span| span.span.name.ends_with("/GetMailbox")).collect();
    let followed =
        |span: &&&Collected| hex(&span.span.trace_id) == CALLER.0 && hex(&span.span.parent_span_id) == CALLER.1;
    assert_eq!((seen.len(), seen.iter().filter(followed).count()), (5, 1), "one call had a trace");

    let bytes = collector.bytes();
    let secrets = SECRETS.into_iter().map(str::to_owned);
    let persons = [&karen, &niels].map(|citizen| citizen.person.clone());
    let names = persons.iter().flat_map(|person| [person.first_name.clone(), person.last_name.clone()]);
    for word in secrets.chain(names).chain(persons.iter().map(|person| person.cpr_number.clone())) {
        assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "a trace tells {word:?}");
    }
    // Six digits stand in many an id; by themselves they are a code or a birthday.
    let short = persons.iter().map(|person| person.cpr_number[..6].to_owned()).chain([code]);
    let shown = format!("{spans:?}");
    let words: BTreeSet<&str> = shown.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    for digits in short {
        assert!(!words.contains(digits.as_str()), "a trace tells {digits}");
    }
    assert!(words.contains("PublicPostArrived"), "the search does search");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_away_hurts_no_call_and_no_end() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    // It takes connections and never says a word.
    let mut processes = Processes::start_with(Engine::Sqlite, 1, traced(format!("http://{address}"))).await.unwrap();
    let suite = processes.suite().clone();
    let (karen, _) = suite.karen_and_niels().await;
    suite.authority().delivers(&karen.person, Letter::about("Skat")).await.unwrap();
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), 1);
    for &service in ServiceName::ALL {
        assert!(processes.terminate(service).unwrap().success());
        let log = processes.log(service).unwrap();
        // access-service had nothing to tell.
        let tells = service == ServiceName::Access || log.contains("BatchSpanProcessor");
        assert!(tells, "{service} says that spans are lost: {log}");
    }
}

/// Looks at a mailbox, as a call of the trace `traceparent`.
async fn sees_mailbox(karen: &Citizen, traceparent: &str) {
    let mut request = karen.request(GetMailboxRequest { name: karen.mailbox.clone() });
    request.metadata_mut().insert("traceparent", traceparent.parse().unwrap());
    karen.suite().clients().mailbox().get_mailbox(request).await.unwrap();
}

fn only(spans: &[Collected], which: impl Fn(&Collected) -> bool) -> &Collected {
    let found: Vec<&Collected> = spans.iter().filter(|span| which(span)).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0]
}

/// What is looked for in an e-mail to Niels, once it has come.
async fn email<T>(suite: &harness::Suite, look_for: impl Fn(&Mail) -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = suite.mails_to(ADDRESS).iter().find_map(&look_for) {
            return found;
        }
        assert!(began.elapsed() < Duration::from_mins(1), "no such e-mail comes");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
