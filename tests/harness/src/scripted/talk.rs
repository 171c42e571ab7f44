//! One conversation of the server that does as it is told.

use super::{Act, Moment, ScriptedServer, Taken};
use std::future::pending;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// What the client is told that it may do.
const IN_THE_CLEAR: &str = "250-localhost\n250-SIZE 50000000\n250-STARTTLS\n250 ENHANCEDSTATUSCODES";
const ENCRYPTED: &str = "250-localhost\n250-SIZE 50000000\n250-AUTH PLAIN LOGIN\n250 ENHANCEDSTATUSCODES";

/// Talks with a client until one of the two hangs up, which is no error of ours.
pub(super) async fn talk(server: &ScriptedServer, stream: TcpStream, tls: &TlsAcceptor) -> Option<()> {
    let mut plain = Conversation { server, stream: BufReader::new(stream), hello: IN_THE_CLEAR };
    plain.answer(Moment::Greeting, "220 ready").await?;
    if !plain.go_on().await? {
        return None;
    }
    match server.act(Moment::Handshake) {
        Some(Act::HangUp) => return None,
        Some(Act::Stall) => pending().await,
        Some(Act::Babble(bytes)) => return plain.write(bytes).await,
        _ => {}
    }
    let stream = tls.accept(plain.stream.into_inner()).await.ok()?;
    let mut encrypted = Conversation { server, stream: BufReader::new(stream), hello: ENCRYPTED };
    encrypted.go_on().await.map(|_| ())
}

struct Conversation<'s, S> {
    server: &'s ScriptedServer,
    stream: BufReader<S>,
    hello: &'static str,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<'_, S> {
    /// Answers command after command. True: TLS begins. `None`: it is over.
    async fn go_on(&mut self) -> Option<bool> {
        let mut taken = Taken { sender: String::new(), recipients: Vec::new(), message: Vec::new() };
        loop {
            let line = self.line().await?;
            let text = String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned();
            let (verb, rest) = text.split_once([' ', ':']).unwrap_or((&text, ""));
            match verb.to_uppercase().as_str() {
                "EHLO" | "HELO" => self.answer(Moment::Ehlo, self.hello).await?,
                "STARTTLS" => {
                    self.answer(Moment::StartTls, "220 2.0.0 go on").await?;
                    return Some(true);
                }
                "AUTH" => self.answer(Moment::Auth, "235 2.7.0 welcome").await?,
                "MAIL" => {
                    rest.clone_into(&mut taken.sender);
                    self.answer(Moment::Mail, "250 2.1.0 fine").await?;
                }
                "RCPT" => {
                    taken.recipients.push(rest.to_owned());
                    self.respond(self.server.act_on(rest), "250 2.1.5 fine").await?;
                }
                "DATA" => {
                    let act = self.server.act(Moment::Data);
                    self.respond(act, "354 go on").await?;
                    if act.is_none_or(|act| act == Act::Wait) {
                        taken.message = self.message().await?;
                        self.take(taken.clone()).await?;
                    }
                    taken.recipients.clear();
                }
                "NOOP" | "RSET" => self.say("250 2.0.0 fine").await?,
                "QUIT" => return None,
                _ => {
                    self.server.state().strange.push(text.clone());
                    self.say("500 5.5.1 what").await?;
                }
            }
        }
    }

    async fn take(&mut self, taken: Taken) -> Option<()> {
        let act = self.server.act(Moment::Message);
        let keeps = match act {
            None | Some(Act::KeepAndHangUp | Act::KeepAndStall | Act::Wait) => true,
            Some(Act::Say(answer)) => answer.starts_with('2'),
            Some(Act::Babble(_) | Act::HangUp | Act::Stall) => false,
        };
        if keeps {
            self.server.state().taken.push(taken);
            self.server.took.notify_one();
        }
        self.respond(act, "250 2.0.0 taken").await
    }

    async fn answer(&mut self, moment: Moment, usual: &str) -> Option<()> {
        self.respond(self.server.act(moment), usual).await
    }

    async fn respond(&mut self, act: Option<Act>, usual: &str) -> Option<()> {
        match act {
            None => self.say(usual).await,
            Some(Act::Say(answer)) => self.say(answer).await,
            Some(Act::Babble(bytes)) => self.write(bytes).await,
            Some(Act::HangUp | Act::KeepAndHangUp) => None,
            Some(Act::Stall | Act::KeepAndStall) => pending().await,
            Some(Act::Wait) => {
                self.server.gate().cancelled().await;
                self.say(usual).await
            }
        }
    }

    async fn say(&mut self, lines: &str) -> Option<()> {
        self.write(format!("{}\r\n", lines.replace('\n', "\r\n")).as_bytes()).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Option<()> {
        self.stream.write_all(bytes).await.ok()?;
        self.stream.flush().await.ok()
    }

    async fn line(&mut self) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        let read = self.stream.read_until(b'\n', &mut line).await.ok()?;
        (read > 0).then_some(line)
    }

    /// The message up to the lone dot, without the dots that were doubled.
    async fn message(&mut self) -> Option<Vec<u8>> {
        let mut message = Vec::new();
        loop {
            let line = self.line().await?;
            match line.strip_prefix(b".") {
                Some(b"\r\n") => return Some(message),
                Some(rest) => message.extend_from_slice(rest),
                None => message.extend_from_slice(&line),
            }
        }
    }
}
