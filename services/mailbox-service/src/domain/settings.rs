//! What an owner can choose (P4).

use kernel::{Portal, Timestamp};

/// The settings of a mailbox. The default is what holds until the owner chooses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Settings {
    /// Whether e-Boks shows public post.
    pub show_in_e_boks: bool,
    /// Whether mit.dk shows public post.
    pub show_in_mit_dk: bool,
    /// Counts the changes; 0 until the first.
    pub version: i64,
    /// When they were last changed, if ever.
    pub update_time: Option<Timestamp>,
}

impl Settings {
    /// Whether `portal` shows public post, to the owner and to readers alike.
    pub fn shows_public_post(&self, portal: Portal) -> bool {
        match portal {
            Portal::BorgerDk | Portal::DigitalPostApp => true,
            Portal::EBoks => self.show_in_e_boks,
            Portal::MitDk => self.show_in_mit_dk,
        }
    }

    /// Names this state of the settings.
    pub fn etag(&self) -> String {
        format!("v{}", self.version)
    }
}

/// The choices that an update names; the others stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Choices {
    /// For e-Boks.
    pub show_in_e_boks: Option<bool>,
    /// For mit.dk.
    pub show_in_mit_dk: Option<bool>,
}
