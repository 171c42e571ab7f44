//! How notices call the post that an access opens.

use crate::domain::scope::{Scope, portal_name};

/// The post of one scope, in words.
pub(super) struct Post {
    /// As a subject has it, after "din" or "en andens": short.
    pub(super) short_da: String,
    /// In English, after "your" or "another's".
    pub(super) short_en: String,
    /// In full, after "din" or "sin".
    pub(super) full_da: String,
    /// In English, after "your" or "their".
    pub(super) full_en: String,
    /// Where the access is managed.
    pub(super) portal: &'static str,
    public: bool,
}

impl Post {
    pub(super) fn of(scope: Scope) -> Self {
        match scope {
            Scope::PublicPost => Self {
                short_da: "Digital Post".to_owned(),
                short_en: "Digital Post".to_owned(),
                full_da: "Digital Post fra offentlige myndigheder".to_owned(),
                full_en: "Digital Post from public authorities".to_owned(),
                portal: "borger.dk",
                public: true,
            },
            Scope::PrivatePost { portal, .. } => {
                let portal = portal_name(portal);
                Self {
                    short_da: format!("post i {portal}"),
                    short_en: format!("post in {portal}"),
                    full_da: format!("post fra private virksomheder i {portal}"),
                    full_en: format!("post from private companies in {portal}"),
                    portal,
                    public: false,
                }
            }
        }
    }

    /// Whether the access is managed on borger.dk.
    pub(super) const fn on_borger_dk(&self) -> bool {
        self.public
    }
}
