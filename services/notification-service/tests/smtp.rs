//! The mail server's answers, and what the mailer makes of them: over real sockets, against a server that answers as
//! it is told. STARTTLS and authentication against a real mail server are tested end to end.

use kernel::EmailAddress;
use notification_service::config::{MailConfig, Security, Transport};
use notification_service::email::Rendered;
use notification_service::mailer::{Fault, Mailer, SendError, Smtp};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

/// Answers each verb with success, except the one it is told about.
#[derive(Default)]
struct Script {
    verb: &'static str,
    answer: &'static str,
    connections: AtomicUsize,
    messages: Mutex<Vec<String>>,
}

/// Hangs up instead of answering.
const HANG_UP: &str = "";

/// A server that answers as usual, but for `verb`; and how it is reached.
async fn server(verb: &'static str, answer: &'static str) -> (MailConfig, Arc<Script>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let port = listener.local_addr().expect("an address").port();
    let script = Arc::new(Script { verb, answer, ..Script::default() });
    let told = script.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            told.connections.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(talk(stream, told.clone()));
        }
    });
    let config = MailConfig {
        transport: Transport::Smtp,
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::None,
        ..MailConfig::default()
    };
    (config, script)
}

fn mailer(config: &MailConfig) -> Smtp {
    Smtp::open(config, "ingen-svar@digitalpost.example".parse().expect("an address")).expect("a mailer")
}

async fn talk(stream: TcpStream, script: Arc<Script>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let answer = |verb: &str, usual: &'static str| if verb == script.verb { script.answer } else { usual };
    let mut next = answer("greeting", "220 ready");
    loop {
        if next == HANG_UP {
            return None;
        }
        write.write_all(format!("{next}\r\n").as_bytes()).await.ok()?;
        let line = lines.next_line().await.ok()??;
        let verb = line.split([' ', ':']).next()?.to_uppercase();
        next = match verb.as_str() {
            "DATA" if script.verb != "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut message = String::new();
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    message.push_str(&line);
                    message.push('\n');
                }
                script.messages.lock().expect("messages").push(message);
                answer("message", "250 2.0.0 taken")
            }
            verb => answer(verb, "250 fine"),
        };
    }
}

fn email() -> Rendered {
    let recipient = EmailAddress::parse("niels@example.dk").expect("an address");
    Rendered { recipient, message: b"Subject: a\r\n\r\n.dot\r\nend\r\n".to_vec() }
}

#[tokio::test]
async fn e_mails_go_over_one_connection_as_they_are() {
    let (config, script) = server("", "").await;
    let mailer = mailer(&config);
    for _ in 0..3 {
        mailer.send(Uuid::nil(), &email()).await.expect("taken");
    }
    assert_eq!(script.connections.load(Ordering::SeqCst), 1);
    let messages = script.messages.lock().expect("messages").clone();
    // The dot is doubled on the way, as SMTP asks for.
    assert_eq!(messages, vec!["Subject: a\n\n..dot\nend\n\n".to_owned(); 3]);
}

#[tokio::test]
async fn each_refusal_has_its_consequence() {
    for (verb, answer, fault, result) in [
        ("greeting", "421 4.3.2 later", Fault::Transient, "4.3.2"),
        ("greeting", "554 5.7.1 go away", Fault::Ours, "5.7.1"),
        ("greeting", HANG_UP, Fault::Transient, "connection"),
        ("EHLO", "550 who are you", Fault::Ours, "5.0.0"),
        ("MAIL", "451 4.7.1 greylisted", Fault::Transient, "4.7.1"),
        ("MAIL", "550 5.1.8 bad sender", Fault::Ours, "5.1.8"),
        ("RCPT", "450 4.2.1 busy", Fault::Transient, "4.2.1"),
        ("RCPT", "550 5.1.1 no such user", Fault::Recipient, "5.1.1"),
        ("RCPT", "550 no such user", Fault::Recipient, "5.0.0"),
        ("RCPT", "554 5.7.1 relay access denied", Fault::Ours, "5.7.1"),
        ("RCPT", HANG_UP, Fault::Transient, "connection"),
        ("DATA", "451 later", Fault::Transient, "4.0.0"),
        ("DATA", "554 5.5.1 no valid recipients", Fault::Ours, "5.5.1"),
        ("message", "452 4.3.1 disk full", Fault::Transient, "4.3.1"),
        ("message", "554 5.6.0 spam", Fault::Ours, "5.6.0"),
        ("message", HANG_UP, Fault::Transient, "connection"),
    ] {
        let (config, _) = server(verb, answer).await;
        let outcome = mailer(&config).send(Uuid::nil(), &email()).await;
        assert_eq!(outcome, Err(SendError::new(fault, result)), "{verb}: {answer}");
    }
}

#[tokio::test]
async fn nobody_there_is_tried_again() {
    let closed = TcpListener::bind("127.0.0.1:0").await.expect("a socket").local_addr().expect("an address");
    let (config, _) = server("", "").await;
    let outcome = mailer(&MailConfig { port: closed.port(), ..config }).send(Uuid::nil(), &email()).await;
    assert_eq!(outcome, Err(SendError::new(Fault::Transient, "connection")));
}

#[tokio::test]
async fn without_the_encryption_asked_for_nothing_is_told() {
    let (config, script) = server("", "").await;
    let mailer = mailer(&MailConfig { security: Security::Starttls, ..config });
    assert_eq!(mailer.send(Uuid::nil(), &email()).await, Err(SendError::new(Fault::Ours, "tls")));
    assert!(script.messages.lock().expect("messages").is_empty());
}
