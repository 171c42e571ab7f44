//! What mail servers do, and what becomes of the e-mail.

use Act::{Babble, HangUp, KeepAndHangUp, KeepAndStall, Say, Stall};
use Moment::{Auth, Data, Ehlo, Greeting, Handshake, Mail, Message, Rcpt, StartTls};
use Outcome::{Again, Ended, Ours, Taken, TakenTwice, TooLarge};
use harness::scripted::{Act, Moment};

/// What becomes of an e-mail about new post.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// It is sent at once.
    Taken,
    /// It is sent when the server behaves again. With what the ledger shows until then.
    Again(&'static str),
    /// The same, and somebody is alarmed.
    Ours(&'static str),
    /// The same: only forwarded letters can be too large, and end by it.
    TooLarge(&'static str),
    /// It is sent again when the server behaves again, since the first was not acknowledged; both alike.
    TakenTwice(&'static str),
    /// The address is given up, and the subscriber told.
    Ended(&'static str),
}

/// In the clear.
pub(crate) const IN_THE_CLEAR: &[(Moment, Act, Outcome)] = &[
    (Greeting, Say("220-hello\n220 ready"), Taken),
    (Greeting, Say("421 4.3.2 later"), Again("4.3.2")),
    (Greeting, Say("554 5.7.1 go away"), Ours("5.7.1")),
    (Greeting, HangUp, Again("connection")),
    (Greeting, Stall, Again("timeout")),
    (Greeting, Babble(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Again("connection")),
    // No text: most likely TLS where none is expected.
    (Greeting, Babble(b"\xff\xfe\x00\r\n"), Ours("tls")),
    (Ehlo, Say("250 localhost"), Taken),
    (Ehlo, Say("421 4.3.2 later"), Again("4.3.2")),
    (Ehlo, Say("550 who are you"), Ours("5.0.0")),
    (Ehlo, HangUp, Again("connection")),
    (Ehlo, Stall, Again("timeout")),
    (Ehlo, Babble(b"250-localhost\r\n999 x\r\n"), Again("connection")),
    (Mail, Say("250-2.1.0 so\n250 2.1.0 fine"), Taken),
    (Mail, Say("421 4.7.0 too many connections"), Again("4.7.0")),
    (Mail, Say("451 4.7.1 greylisted"), Again("4.7.1")),
    (Mail, Say("452 4.3.1 disk full"), Again("4.3.1")),
    (Mail, Say("530 5.7.0 authenticate first"), Ours("5.7.0")),
    (Mail, Say("550 5.1.8 bad sender"), Ours("5.1.8")),
    (Mail, Say("552 5.3.4 too big"), TooLarge("5.3.4")),
    (Mail, Say("553 5.7.1 not your address"), Ours("5.7.1")),
    (Mail, HangUp, Again("connection")),
    (Mail, Stall, Again("timeout")),
    (Rcpt, Say("251 2.1.5 will forward"), Taken),
    (Rcpt, Say("252 2.1.5 can't say"), Taken),
    (Rcpt, Say("421 4.3.0 closing"), Again("4.3.0")),
    (Rcpt, Say("450 4.2.1 busy"), Again("4.2.1")),
    (Rcpt, Say("451 4.3.0 try later"), Again("4.3.0")),
    (Rcpt, Say("452 4.2.2 full"), Again("4.2.2")),
    (Rcpt, Say("552 5.2.2 full"), Again("5.2.2")),
    (Rcpt, Say("550 5.1.1 no such user"), Ended("5.1.1")),
    (Rcpt, Say("550-5.1.1 no such user\n550 5.1.1 see our page"), Ended("5.1.1")),
    (Rcpt, Say("550 no such user"), Ended("5.0.0")),
    (Rcpt, Say("551 5.1.6 moved"), Ended("5.1.6")),
    (Rcpt, Say("553 5.1.3 bad syntax"), Ended("5.1.3")),
    (Rcpt, Say("554 5.2.1 disabled"), Ended("5.2.1")),
    (Rcpt, Say("556 5.1.10 takes no mail"), Ended("5.1.10")),
    (Rcpt, Say("550 5.7.1 not allowed"), Ours("5.7.1")),
    (Rcpt, Say("550 5.7.26 unauthenticated sender"), Ours("5.7.26")),
    (Rcpt, Say("554 5.7.1 relay access denied"), Ours("5.7.1")),
    (Rcpt, HangUp, Again("connection")),
    (Rcpt, Stall, Again("timeout")),
    (Rcpt, Babble(b"\r\n\r\n"), Again("connection")),
    (Data, Say("421 4.3.2 closing"), Again("4.3.2")),
    (Data, Say("451 4.3.0 later"), Again("4.3.0")),
    (Data, Say("554 5.5.1 no valid recipients"), Ours("5.5.1")),
    (Data, HangUp, Again("connection")),
    (Data, Stall, Again("timeout")),
    (Message, Say("250-2.0.0 so\n250 2.0.0 taken"), Taken),
    (Message, Say("421 4.3.2 closing"), Again("4.3.2")),
    (Message, Say("451 4.7.1 greylisted"), Again("4.7.1")),
    (Message, Say("452 4.3.1 disk full"), Again("4.3.1")),
    (Message, Say("550 5.1.1 no such user"), Ended("5.1.1")),
    (Message, Say("550 no"), Ours("5.0.0")),
    (Message, Say("552 5.3.4 too big"), TooLarge("5.3.4")),
    (Message, Say("554 5.6.0 spam"), Ours("5.6.0")),
    (Message, Say("554 5.7.1 policy"), Ours("5.7.1")),
    (Message, HangUp, Again("connection")),
    (Message, KeepAndHangUp, TakenTwice("connection")),
    (Message, KeepAndStall, TakenTwice("timeout")),
    (Message, Babble(b"what?\r\n"), Again("connection")),
];

/// With STARTTLS and a password.
pub(crate) const ENCRYPTED: &[(Moment, Act, Outcome)] = &[
    (Ehlo, Say("250 localhost"), Ours("tls")),
    (StartTls, Say("454 4.7.0 not now"), Again("4.7.0")),
    (StartTls, HangUp, Again("connection")),
    (Handshake, HangUp, Again("connection")),
    (Handshake, Stall, Again("timeout")),
    (Handshake, Babble(b"220 no TLS here\r\n"), Again("connection")),
    (Auth, Say("235 2.7.0 welcome"), Taken),
    (Auth, Say("454 4.7.0 not now"), Again("4.7.0")),
    (Auth, Say("535 5.7.8 bad credentials"), Ours("5.7.8")),
    (Auth, HangUp, Again("connection")),
    (Rcpt, Say("550 5.1.1 no such user"), Ended("5.1.1")),
];
