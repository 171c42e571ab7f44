//! Reads delivery status notifications (RFC 3464). What stands in them was written by strangers: only one level of parts is
//! looked at, so that no nesting can use up the stack, and of it all only two fields.

use crate::domain::delivery_status::{Action, DeliveryStatus, Enhanced};
use mailparse::{MailHeader, MailHeaderMap as _, ParsedContentType, parse_content_type, parse_headers};

/// What a notification says; nothing where it is none that can be read. Our e-mails have one recipient; of several answers a
/// failure counts.
pub(crate) fn read(notification: &[u8]) -> Option<DeliveryStatus> {
    let (headers, body) = part(notification)?;
    let report = content_type(&headers);
    if report.mimetype != "multipart/report" {
        return None;
    }
    let boundary = report.params.get("boundary").filter(|boundary| !boundary.is_empty())?;
    let status = split(body, boundary).into_iter().find_map(|bytes| {
        let (headers, body) = part(bytes)?;
        (content_type(&headers).mimetype == "message/delivery-status").then_some(body)
    })?;
    let said: Vec<DeliveryStatus> = groups(status).iter().filter_map(|group| recipient(group)).collect();
    said.iter().find(|said| said.action == Action::Failed).or(said.first()).copied()
}

fn part(bytes: &[u8]) -> Option<(Vec<MailHeader<'_>>, &[u8])> {
    let (headers, end) = parse_headers(bytes).ok()?;
    Some((headers, bytes.get(end..)?))
}

fn content_type(headers: &[MailHeader<'_>]) -> ParsedContentType {
    parse_content_type(&headers.get_first_value("Content-Type").unwrap_or_default())
}

/// The parts between the lines that begin with the boundary.
fn split<'b>(body: &'b [u8], boundary: &str) -> Vec<&'b [u8]> {
    let delimiter = format!("--{boundary}");
    let (mut parts, mut begun, mut at) = (Vec::new(), None, 0);
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(delimiter.as_bytes()) {
            parts.extend(begun.and_then(|begun| body.get(begun..at)));
            begun = Some(at + line.len());
        }
        at += line.len();
    }
    parts
}

/// The groups of fields: one about the message, and one about each recipient.
fn groups(mut body: &[u8]) -> Vec<Vec<MailHeader<'_>>> {
    let mut groups = Vec::new();
    while let Some((group, rest)) = part(body).filter(|(_, rest)| rest.len() < body.len()) {
        groups.push(group);
        body = rest;
    }
    groups
}

fn recipient(group: &[MailHeader<'_>]) -> Option<DeliveryStatus> {
    let action = match group.get_first_value("Action")?.trim().to_lowercase().as_str() {
        "failed" => Action::Failed,
        "delayed" => Action::Delayed,
        "delivered" | "relayed" | "expanded" => Action::Delivered,
        _ => return None,
    };
    Some(DeliveryStatus { action, status: Enhanced::parse(&group.get_first_value("Status")?)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(fields: &str) -> String {
        format!(
            "From: MAILER-DAEMON@relay.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"a/b\"\r\n\r\nSorry.\r\n\
             --a/b\r\nContent-Type: text/plain\r\n\r\nIt was not delivered.\r\n\
             --a/b\r\nContent-Type: message/delivery-status\r\n\r\n{fields}\r\n\
             --a/b\r\nContent-Type: message/rfc822\r\n\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n--a/b--\r\n"
        )
    }

    #[test]
    fn what_was_said_of_the_recipient_is_read() {
        let said = |fields: &str| read(notification(fields).as_bytes());
        let failed = DeliveryStatus { action: Action::Failed, status: Enhanced(5, 1, 1) };
        let about = "Reporting-MTA: dns; relay.example\r\nArrival-Date: Sun, 22 Nov 2026 12:00:00 +0000\r\n\r\n";
        let recipient =
            "Final-Recipient: rfc822; niels@example.dk\r\nAction: Failed\r\nStatus: 5.1.1 (bad mailbox)\r\n";
        assert_eq!(said(&format!("{about}{recipient}")), Some(failed));
        let delayed = "Action: delayed\r\nStatus: 4.4.1\r\n";
        assert_eq!(
            said(&format!("{about}{delayed}")),
            Some(DeliveryStatus { action: Action::Delayed, status: Enhanced(4, 4, 1) })
        );
        assert_eq!(said(&format!("{about}{delayed}\r\n{recipient}")), Some(failed), "of several a failure counts");
    }

    #[test]
    fn what_is_no_notification_says_nothing() {
        for fields in ["", "Action: failed\r\n", "Status: 5.1.1\r\n", "Action: eaten\r\nStatus: 5.1.1\r\n"] {
            assert_eq!(read(notification(fields).as_bytes()), None, "{fields}");
        }
        let whole = notification("Action: failed\r\nStatus: 5.1.1\r\n");
        for text in [
            String::new(),
            "\r\n".to_owned(),
            "Subject: I am away\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n".to_owned(),
            whole.replace("multipart/report", "multipart/mixed"),
            whole.replace("boundary=\"a/b\"", "boundary=\"\""),
            whole.replace("message/delivery-status", "text/plain"),
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
        assert_eq!(read(&[0xff; 4096]), None);
    }

    #[test]
    fn parts_within_parts_use_up_no_stack() {
        let mut nested = String::from("Content-Type: multipart/report; boundary=b\r\n\r\n");
        while nested.len() < 256 * 1024 {
            nested.push_str("--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n");
        }
        assert_eq!(read(nested.as_bytes()), None);
    }
}
