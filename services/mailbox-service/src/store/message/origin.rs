//! Where a forwarded copy comes from, in one sealed column.

use crate::domain::forward::Origin;
use crate::domain::post::{Sender, SenderKind};
use kernel::{CvrNumber, MailboxId, MessageId, Timestamp};
use serde::{Deserialize, Serialize};
use sql::Error;

const COLUMN: &str = "message.origin";

/// As it is sealed.
#[derive(Serialize, Deserialize)]
struct Stored {
    mailbox: String,
    message: String,
    sender_kind: String,
    sender_cvr: Option<String>,
    sender_system: Option<String>,
    sender_name: String,
    available_micros: i64,
    forwarded_by: String,
    comment: String,
}

/// The text that is sealed.
pub(super) fn write(origin: &Origin) -> String {
    let stored = Stored {
        mailbox: origin.mailbox.to_string(),
        message: origin.message.to_string(),
        sender_kind: origin.sender.kind.as_str().to_owned(),
        sender_cvr: origin.sender.cvr.as_ref().map(ToString::to_string),
        sender_system: origin.sender.system_id.clone(),
        sender_name: origin.sender.name.clone(),
        available_micros: origin.available_time.as_micros(),
        forwarded_by: origin.forwarded_by.clone(),
        comment: origin.comment.clone(),
    };
    serde_json::json!(stored).to_string()
}

/// From the text that was sealed.
pub(super) fn read(text: &str) -> Result<Origin, Error> {
    let stored: Stored = serde_json::from_str(text).map_err(|_| Error::corrupt(COLUMN, "no origin"))?;
    let cvr = stored.sender_cvr.map(|cvr| CvrNumber::parse(&cvr)).transpose();
    let sender = Sender {
        kind: SenderKind::parse(&stored.sender_kind).ok_or_else(|| Error::corrupt(COLUMN, "unknown sender"))?,
        cvr: cvr.map_err(|_| Error::corrupt(COLUMN, "no number"))?,
        system_id: stored.sender_system,
        name: stored.sender_name,
    };
    Ok(Origin {
        mailbox: stored.mailbox.parse::<MailboxId>().map_err(|_| Error::corrupt(COLUMN, "no id"))?,
        message: stored.message.parse::<MessageId>().map_err(|_| Error::corrupt(COLUMN, "no id"))?,
        sender,
        available_time: Timestamp::from_micros(stored.available_micros),
        forwarded_by: stored.forwarded_by,
        comment: stored.comment,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemRandom;

    #[test]
    fn an_origin_is_read_as_it_was_written() {
        let now = Timestamp::from_micros(1_700_000_000_000_001);
        let number = CvrNumber::parse("29189668").expect("eight digits");
        let system = Sender { kind: SenderKind::Authority, cvr: Some(number), ..Sender::digital_post() };
        for sender in [system, Sender::digital_post(), Sender::person("Karen Nørgaard".to_owned())] {
            let origin = Origin {
                mailbox: MailboxId::new(now, &SystemRandom),
                message: MessageId::new(now, &SystemRandom),
                sender,
                available_time: now,
                forwarded_by: "Niels \"Bo\" Holm".to_owned(),
                comment: "Se her\nog der".to_owned(),
            };
            assert!(read(&write(&origin)).expect("an origin") == origin);
        }
        assert!(read("{}").is_err());
    }
}
