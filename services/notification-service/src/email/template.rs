//! The templates, in files under `templates/`: Danish first, then English; once as text and once as HTML.

use askama::Template;

/// The code of a new address.
#[derive(Template)]
#[template(path = "code.txt")]
pub(super) struct CodeText<'a> {
    pub(super) code: &'a str,
    pub(super) minutes: u64,
}

/// The same as HTML.
#[derive(Template)]
#[template(path = "code.html")]
pub(super) struct CodeHtml<'a> {
    pub(super) code: &'a str,
    pub(super) minutes: u64,
}

/// News of post: whose mailbox, how many letters, and the way to the portal; nothing else (N6).
#[derive(Template)]
#[template(path = "new_post.txt")]
pub(super) struct NewPostText<'a> {
    pub(super) owner: &'a str,
    pub(super) letters: i64,
    pub(super) portal_url: &'a str,
}

/// The same as HTML.
#[derive(Template)]
#[template(path = "new_post.html")]
pub(super) struct NewPostHtml<'a> {
    pub(super) owner: &'a str,
    pub(super) letters: i64,
    pub(super) portal_url: &'a str,
}

/// Tells an old address that another is in force.
#[derive(Template)]
#[template(path = "address_changed.txt")]
pub(super) struct AddressChangedText<'a> {
    pub(super) portal_url: &'a str,
}

/// The same as HTML.
#[derive(Template)]
#[template(path = "address_changed.html")]
pub(super) struct AddressChangedHtml<'a> {
    pub(super) portal_url: &'a str,
}

/// Tells an address that its subscription has ended: whose mailbox, and no reason.
#[derive(Template)]
#[template(path = "subscription_ended.txt")]
pub(super) struct SubscriptionEndedText<'a> {
    pub(super) owner: &'a str,
    pub(super) portal_url: &'a str,
}

/// The same as HTML.
#[derive(Template)]
#[template(path = "subscription_ended.html")]
pub(super) struct SubscriptionEndedHtml<'a> {
    pub(super) owner: &'a str,
    pub(super) portal_url: &'a str,
}

/// A forwarded letter, and who forwarded it (M7).
#[derive(Template)]
#[template(path = "forward.txt")]
pub(super) struct ForwardText<'a> {
    pub(super) forwarded_by: &'a str,
    pub(super) sender: &'a str,
    pub(super) date: &'a str,
    pub(super) file_names: &'a str,
    pub(super) comment: &'a str,
    pub(super) subject: &'a str,
    pub(super) body_text: &'a str,
}

/// The same as HTML.
#[derive(Template)]
#[template(path = "forward.html")]
pub(super) struct ForwardHtml<'a> {
    pub(super) forwarded_by: &'a str,
    pub(super) sender: &'a str,
    pub(super) date: &'a str,
    pub(super) file_names: &'a str,
    pub(super) comment: &'a str,
    pub(super) subject: &'a str,
    pub(super) body_text: &'a str,
}
