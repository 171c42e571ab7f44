//! Settings on the wire.

use crate::domain::acting::Act;
use crate::domain::settings::{Choices, Settings};
use crate::grpc::etag;
use crate::usecase::{Parts, admit, settings};
use api::mailbox::v1 as proto;
use kernel::MailboxId;
use kernel::resource::{self, InvalidResourceName, MailboxRef};
use prost::Message as _;
use rpc::convert::to_proto;
use rpc::{Call, Fields, Refusal};
use std::sync::Arc;

pub(super) async fn get(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::GetSettingsRequest,
) -> Result<proto::GetSettingsResponse, Refusal> {
    let mut fields = Fields::new();
    let mailbox = fields.required("name", &request.name, parse_name);
    let (mailbox,) = fields.all((mailbox,))?;
    let admitted = admit::admit(parts, call, mailbox, Act::ChangeSettings).await?;
    let mailbox = admitted.acting.mailbox;
    let settings = settings::get(parts, admitted).await?;
    Ok(proto::GetSettingsResponse { settings: Some(view(mailbox, &settings)) })
}

pub(super) async fn update(
    parts: &Arc<Parts>,
    call: &Call,
    mut request: proto::UpdateSettingsRequest,
) -> Result<proto::UpdateSettingsResponse, Refusal> {
    let request_id = std::mem::take(&mut request.request_id);
    let content = request.encode_to_vec();
    let mut fields = Fields::new();
    fields.request_id(&request_id);
    let stated = fields.present("settings", request.settings);
    let mailbox = stated.as_ref().and_then(|stated| fields.required("settings.name", &stated.name, parse_name));
    let etag = stated.as_ref().and_then(|stated| fields.optional("settings.etag", &stated.etag, etag::parse));
    let paths = request.update_mask.map(|mask| mask.paths).unwrap_or_default();
    let choices = choices(&mut fields, stated.as_ref().unwrap_or(&proto::MailboxSettings::default()), &paths);
    let (mailbox, etag, choices) = fields.all((mailbox, etag, choices))?;
    let admitted = admit::admit(parts, call, mailbox, Act::ChangeSettings).await?;
    let mailbox = admitted.acting.mailbox;
    let repeatable = parts.repeatable(call, "UpdateSettings", &request_id, &content);
    let settings = settings::update(parts, admitted, choices, etag, repeatable).await?;
    Ok(proto::UpdateSettingsResponse { settings: Some(view(mailbox, &settings)) })
}

/// The fields that the mask names, and no others.
fn choices(fields: &mut Fields, stated: &proto::MailboxSettings, paths: &[String]) -> Option<Choices> {
    if paths.is_empty() {
        fields.refuse("update_mask", "is required");
        return None;
    }
    let mut choices = Choices::default();
    for path in paths {
        match path.as_str() {
            "show_public_post_in_e_boks" => choices.show_in_e_boks = Some(stated.show_public_post_in_e_boks),
            "show_public_post_in_mit_dk" => choices.show_in_mit_dk = Some(stated.show_public_post_in_mit_dk),
            _ => fields.refuse("update_mask", "names a field that can't be changed"),
        }
    }
    Some(choices)
}

fn parse_name(name: &str) -> Result<MailboxRef, InvalidResourceName> {
    let invalid = InvalidResourceName("mailboxes/{mailbox}/settings or mailboxes/me/settings");
    let mailbox = name.strip_suffix("/settings").ok_or(invalid)?;
    resource::parse_mailbox(mailbox).map_err(|_| invalid)
}

fn view(mailbox: MailboxId, settings: &Settings) -> proto::MailboxSettings {
    proto::MailboxSettings {
        name: format!("{}/settings", resource::mailbox(mailbox)),
        show_public_post_in_e_boks: settings.show_in_e_boks,
        show_public_post_in_mit_dk: settings.show_in_mit_dk,
        etag: settings.etag(),
        update_time: settings.update_time.map(to_proto),
    }
}
