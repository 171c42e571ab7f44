//! Whose fault a mail server's refusal is.

use crate::domain::delivery_status::Enhanced;
use crate::mailer::{Fault, SendError};
use lettre::transport::smtp::Error;
use std::error::Error as _;

/// What was being done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    /// Connecting, greeting, encrypting.
    Connect,
    /// Logging in.
    Authenticate,
    /// Naming the sender.
    Sender,
    /// Naming the recipient.
    Recipient,
    /// Handing over the message.
    Message,
}

/// What the server took too long for.
pub(super) fn too_slow() -> SendError {
    SendError::new(Fault::Transient, "timeout")
}

/// The server could not be reached, or is not there any more.
pub(super) fn no_connection() -> SendError {
    SendError::new(Fault::Transient, "connection")
}

/// What follows from `error` at `stage`.
pub(super) fn verdict(stage: Stage, error: &Error) -> SendError {
    let Some(code) = error.status().map(u16::from) else { return without_answer(stage, error) };
    let enhanced = error.source().and_then(|text| Enhanced::parse(&text.to_string()));
    SendError::new(fault(stage, code, enhanced), enhanced.unwrap_or(Enhanced(code / 100, 0, 0)).to_string())
}

/// No refusal came, but no good answer either. All of it may pass by itself, but what is ours raises an alarm.
fn without_answer(stage: Stage, error: &Error) -> SendError {
    if error.is_tls() || is_handshake(error) {
        SendError::new(Fault::Ours, "tls")
    } else if error.is_timeout() {
        too_slow()
    } else if error.is_client() {
        // The server does not offer what we insist on: TLS, or a way to log in.
        let word = if stage == Stage::Authenticate { "authentication" } else { "tls" };
        SendError::new(Fault::Ours, word)
    } else {
        no_connection()
    }
}

/// Whether TLS could not be agreed on: rustls reports a certificate it does not trust as invalid data.
fn is_handshake(error: &Error) -> bool {
    let mut causes = std::iter::successors(error.source(), |&cause| cause.source());
    let io = causes.find_map(|cause| cause.downcast_ref::<std::io::Error>());
    io.is_some_and(|io| io.kind() == std::io::ErrorKind::InvalidData)
}

/// 4xx passes. 5xx is the recipient's when it clearly says so, and ours in every other case: rather one alarm too many
/// than a subscription ended for our own mistake.
fn fault(stage: Stage, code: u16, enhanced: Option<Enhanced>) -> Fault {
    if code < 500 {
        return Fault::Transient;
    }
    let refused = matches!(code, 550 | 551 | 553 | 554 | 556);
    match (stage, enhanced) {
        // The recipient's mailbox is full, for good as the server says; people empty theirs.
        (_, Some(Enhanced(5, 2, 2))) => Fault::Transient,
        // Longer than the recipient's side takes; too big for the system.
        (_, Some(Enhanced(5, 2, 3) | Enhanced(5, 3, 4))) => Fault::TooLarge,
        (Stage::Sender | Stage::Message, None | Some(Enhanced(5, 0, 0))) if code == 552 => Fault::TooLarge,
        (Stage::Recipient | Stage::Message, Some(enhanced)) if enhanced.is_recipients() => Fault::Recipient,
        // An answer in the older style, or with a code that says nothing more.
        (Stage::Recipient, None | Some(Enhanced(5, 0, 0))) if refused => Fault::Recipient,
        _ => Fault::Ours,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_clearly_is_the_recipients_is_theirs() {
        for (stage, code, answer, expected) in [
            (Stage::Connect, 421, "", Fault::Transient),
            (Stage::Connect, 554, "5.7.1 go away", Fault::Ours),
            (Stage::Authenticate, 535, "5.7.8 bad credentials", Fault::Ours),
            (Stage::Sender, 530, "5.7.0 authenticate first", Fault::Ours),
            (Stage::Sender, 550, "5.1.8 bad sender", Fault::Ours),
            (Stage::Sender, 550, "no such user", Fault::Ours),
            (Stage::Recipient, 450, "4.2.0 greylisted", Fault::Transient),
            (Stage::Recipient, 452, "4.2.2 full", Fault::Transient),
            (Stage::Recipient, 550, "5.1.1 no such user", Fault::Recipient),
            (Stage::Recipient, 550, "no such user", Fault::Recipient),
            (Stage::Recipient, 551, "", Fault::Recipient),
            (Stage::Recipient, 553, "5.0.0 no", Fault::Recipient),
            (Stage::Recipient, 554, "5.2.1 disabled", Fault::Recipient),
            (Stage::Recipient, 554, "5.7.1 relay access denied", Fault::Ours),
            (Stage::Recipient, 550, "5.7.26 unauthenticated sender", Fault::Ours),
            (Stage::Recipient, 530, "", Fault::Ours),
            (Stage::Recipient, 552, "5.2.2 full", Fault::Transient),
            (Stage::Sender, 552, "5.3.4 too big", Fault::TooLarge),
            (Stage::Recipient, 552, "5.2.3 longer than allowed", Fault::TooLarge),
            (Stage::Message, 552, "", Fault::TooLarge),
            (Stage::Message, 554, "5.6.0 spam", Fault::Ours),
            (Stage::Message, 550, "", Fault::Ours),
            (Stage::Message, 550, "5.1.1 no such user", Fault::Recipient),
            (Stage::Message, 451, "", Fault::Transient),
        ] {
            assert_eq!(fault(stage, code, Enhanced::parse(answer)), expected, "{stage:?} {code} {answer}");
        }
    }
}
