//! Where post comes from: the mark that decides where it is shown and to whom.

use kernel::{CvrNumber, Portal, Sector, SenderSystem};

/// A portal of a company, the only kind that private post is sent through (P9).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CommercialPortal {
    /// e-Boks.
    EBoks,
    /// mit.dk.
    MitDk,
}

impl CommercialPortal {
    /// `portal`, if it is a commercial one.
    pub fn of(portal: Portal) -> Option<Self> {
        match portal {
            Portal::EBoks => Some(Self::EBoks),
            Portal::MitDk => Some(Self::MitDk),
            Portal::BorgerDk | Portal::DigitalPostApp => None,
        }
    }

    /// The portal it is.
    pub fn portal(self) -> Portal {
        match self {
            Self::EBoks => Portal::EBoks,
            Self::MitDk => Portal::MitDk,
        }
    }
}

/// The mark of a letter (P5, P9). Never changes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mark {
    /// From an authority, or written by the owner to an authority.
    Public,
    /// From the suite, about the owner's own accesses and subscriptions. To the owner it is public post; no reader ever
    /// learns of it, since who else has an access is the owner's affair alone (A17).
    Own,
    /// From a company, through this portal.
    Private(CommercialPortal),
    /// The same as [`Mark::Own`], about accesses to private post: to the owner it is private post of that portal.
    OwnPrivate(CommercialPortal),
}

impl Mark {
    /// The mark of what `system` sends. It comes from the token, never from the letter (P5).
    pub fn of(system: &SenderSystem) -> Option<Self> {
        match (system.sector, system.portal.and_then(CommercialPortal::of)) {
            (Sector::Public, None) => Some(Self::Public),
            (Sector::Private, Some(portal)) => Some(Self::Private(portal)),
            _ => None,
        }
    }

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Own => "own",
            Self::Private(portal) => portal.portal().as_str(),
            Self::OwnPrivate(CommercialPortal::EBoks) => "own_e_boks",
            Self::OwnPrivate(CommercialPortal::MitDk) => "own_mit_dk",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "public" => Some(Self::Public),
            "own" => Some(Self::Own),
            "own_e_boks" => Some(Self::OwnPrivate(CommercialPortal::EBoks)),
            "own_mit_dk" => Some(Self::OwnPrivate(CommercialPortal::MitDk)),
            portal => portal.parse().ok().and_then(CommercialPortal::of).map(Self::Private),
        }
    }
}

/// Who wrote a letter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SenderKind {
    /// A public authority.
    Authority,
    /// A private company.
    Company,
    /// A citizen.
    Person,
    /// The suite itself.
    DigitalPost,
}

impl SenderKind {
    /// As it is stored.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Company => "company",
            Self::Person => "person",
            Self::DigitalPost => "digital_post",
        }
    }

    /// From its stored form.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Authority, Self::Company, Self::Person, Self::DigitalPost];
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The sender as the recipient sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sender {
    /// Which kind.
    pub kind: SenderKind,
    /// Whose system; none for a citizen and the suite.
    pub cvr: Option<CvrNumber>,
    /// Which system; none for a citizen and the suite.
    pub system_id: Option<String>,
    /// The name shown.
    pub name: String,
}

impl Sender {
    /// The sender that an authenticated system is (P5).
    pub fn of(system: &SenderSystem) -> Self {
        Self {
            kind: match system.sector {
                Sector::Public => SenderKind::Authority,
                Sector::Private => SenderKind::Company,
            },
            cvr: Some(system.cvr.clone()),
            system_id: Some(system.system_id.clone()),
            name: system.name.clone(),
        }
    }

    /// A citizen of this full name.
    pub fn person(name: String) -> Self {
        Self { kind: SenderKind::Person, cvr: None, system_id: None, name }
    }

    /// The suite, sender of notices.
    pub fn digital_post() -> Self {
        Self { kind: SenderKind::DigitalPost, cvr: None, system_id: None, name: "Digital Post".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_survive_storage() {
        let portals = [CommercialPortal::EBoks, CommercialPortal::MitDk];
        let private = portals.into_iter().flat_map(|portal| [Mark::Private(portal), Mark::OwnPrivate(portal)]);
        for mark in [Mark::Public, Mark::Own].into_iter().chain(private) {
            assert_eq!(Mark::parse(mark.as_str()), Some(mark));
        }
        assert_eq!(Mark::parse("borger_dk"), None, "private post is never on borger.dk (P9)");
    }
}
