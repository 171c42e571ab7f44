//! E-mails that are owed, decided on, rendered, handed to a fast mail server and noted, beside lettre alone handing the same bytes
//! to the same server over as many connections.

use crate::arguments::{Mail, engines};
use crate::register::{extract, in_parts};
use crate::report::median;
use crate::sink::{DEAD, Sink, Taken};
use crate::stage::Stage;
use crate::subscribers::{Subscribers, registered};
use anyhow::{Context as _, ensure};
use engines::Engine;
use kernel::ServiceName;
use lettre::address::Envelope;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use notification_service::config::{MailConfig, Security, Transport};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Streams of the extract at once.
const STREAMS: u32 = 4;

pub(crate) async fn run(sizes: &Mail) -> anyhow::Result<()> {
    ensure!(sizes.dead < sizes.subscriptions, "somebody's mail does not stall");
    for engine in engines(sizes.engine) {
        one(sizes, engine).await?;
    }
    Ok(())
}

async fn one(sizes: &Mail, engine: Engine) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let sink = Sink::start(folder.path()).await?;
    let mut stage = Stage::start_with_mail(engine, config(&sink, sizes.parallel)).await?;
    let suite = stage.processes.suite().clone();
    in_parts(STREAMS, sizes.subscriptions, |part| extract(suite.clone(), part)).await?;
    let accesses = stage.fill_accesses_to(&registered(&stage).await?).await?;
    stage.processes.terminate(ServiceName::Notification)?;
    let subscribers = Subscribers::fill(&stage, &accesses, sizes.dead).await?;
    let number = usize::try_from(sizes.subscriptions - sizes.dead)?;
    let (mut by_suite, mut by_lettre) = (Vec::new(), Vec::new());
    for round in 1..=sizes.rounds {
        subscribers.are_owed().await?;
        stage.vacuum(ServiceName::Notification).await?;
        stage.processes.start_again(ServiceName::Notification).await?;
        let taken = sink.takes(number).await;
        subscribers.are_sent(i64::try_from(round * number)?).await?;
        by_suite.push(rate(&taken, Instant::now()));
        ensure!(distinct(&taken) == number, "each is sent once");
        stage.processes.terminate(ServiceName::Notification)?;
        by_lettre.push(alone(&sink, sizes.parallel, taken).await?);
    }
    let (suite, lettre) = (median(by_suite), median(by_lettre));
    println!(
        "{engine:?}: {number} e-mails, {} at once: {suite:.0}/s  lettre alone {lettre:.0}/s  ratio {:.2}  ({} rounds{})",
        sizes.parallel,
        suite / lettre,
        sizes.rounds,
        if sizes.dead == 0 { String::new() } else { format!(", behind {} to {DEAD}", sizes.dead) },
    );
    Ok(())
}

/// How e-mail leaves for it.
pub(crate) fn config(sink: &Sink, parallel: u16) -> MailConfig {
    MailConfig {
        transport: Transport::Smtp,
        host: "localhost".to_owned(),
        port: sink.port,
        security: Security::Starttls,
        authority_file: Some(sink.authority_file.clone()),
        parallel,
        ..MailConfig::default()
    }
}

/// How many of them a second, from the first that was taken until `end`.
#[expect(clippy::cast_precision_loss, reason = "fewer e-mails than a float counts exactly")]
fn rate(taken: &[Taken], end: Instant) -> f64 {
    let first = taken.iter().map(|taken| taken.at).min().unwrap_or(end);
    taken.len() as f64 / end.duration_since(first).max(Duration::from_micros(1)).as_secs_f64()
}

/// How many recipients there are.
fn distinct(taken: &[Taken]) -> usize {
    taken.iter().map(|taken| &taken.recipient).collect::<BTreeSet<_>>().len()
}

/// The same bytes to the same recipients, by lettre's own transport; how many a second.
async fn alone(sink: &Sink, parallel: u16, taken: Vec<Taken>) -> anyhow::Result<f64> {
    let authority = Certificate::from_pem(&std::fs::read(&sink.authority_file)?)?;
    let tls = TlsParameters::builder("localhost".to_owned())
        .certificate_store(CertificateStore::None)
        .add_root_certificate(authority)
        .build_rustls()?;
    let transport: AsyncSmtpTransport<Tokio1Executor> =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("localhost")
            .port(sink.port)
            .tls(Tls::Required(tls))
            .pool_config(PoolConfig::new().max_size(u32::from(parallel)))
            .build();
    let number = taken.len();
    let emails: Vec<(Envelope, Vec<u8>)> = taken.into_iter().map(email).collect::<anyhow::Result<_>>()?;
    let (emails, next) = (Arc::new(emails), Arc::new(AtomicUsize::new(0)));
    let sending = (0..parallel).map(|_| {
        let (transport, emails, next) = (transport.clone(), emails.clone(), next.clone());
        tokio::spawn(async move {
            while let Some((envelope, message)) = emails.get(next.fetch_add(1, Ordering::Relaxed)) {
                transport.send_raw(envelope, message).await?;
            }
            anyhow::Ok(())
        })
    });
    for sent in futures::future::join_all(sending).await {
        sent??;
    }
    let taken = sink.takes(number).await;
    ensure!(taken.len() == number && distinct(&taken) == number, "lettre sends each once");
    Ok(rate(&taken, Instant::now()))
}

fn email(taken: Taken) -> anyhow::Result<(Envelope, Vec<u8>)> {
    let recipient = taken.recipient.split(['<', '>']).nth(1).context("a recipient")?.parse::<Address>()?;
    let sender = "retur@digitalpost.example".parse()?;
    Ok((Envelope::new(Some(sender), vec![recipient])?, taken.message))
}
