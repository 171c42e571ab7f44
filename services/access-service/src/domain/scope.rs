//! What an access covers, and through which portal it is managed.

use kernel::Portal;

/// What an access covers: one kind of post as a whole (rules A10, A11), in one measure.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scope {
    /// The whole of the public post.
    PublicPost,
    /// The private post of one commercial portal (rule A12).
    PrivatePost {
        /// Whose: e-Boks or mit.dk.
        portal: Portal,
        /// How much.
        right: PrivateRight,
    },
}

/// How much of private post (rule R14).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PrivateRight {
    /// "Læsning": list and read.
    Read,
    /// "Redigering": also move and mark.
    Edit,
}

/// Where post comes from (rule P5).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PostKind {
    /// From a public authority.
    Public,
    /// From a private company.
    Private,
}

/// The portal can't do this with an access of this scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WrongPortal {
    /// Access to public post is managed on borger.dk only (rule A24).
    OnlyOnBorgerDk(Portal),
    /// A private access is managed in the commercial portal it belongs to (rule A12).
    OnlyInOwnPortal(Portal),
}

impl Scope {
    /// The kind of post it covers.
    pub const fn post_kind(self) -> PostKind {
        match self {
            Self::PublicPost => PostKind::Public,
            Self::PrivatePost { .. } => PostKind::Private,
        }
    }

    /// The portal whose post it is; none for public post, which all portals share.
    pub const fn portal(self) -> Option<Portal> {
        match self {
            Self::PublicPost => None,
            Self::PrivatePost { portal, .. } => Some(portal),
        }
    }

    /// Whether accesses of this scope are given, asked for, approved, edited and removed in `portal` (rules A12, A24).
    pub fn managed_in(self, portal: Portal) -> Result<(), WrongPortal> {
        match (self, portal) {
            (Self::PublicPost, Portal::BorgerDk) => Ok(()),
            (Self::PublicPost, _) => Err(WrongPortal::OnlyOnBorgerDk(portal)),
            (Self::PrivatePost { portal: own, .. }, Portal::EBoks | Portal::MitDk) if own == portal => Ok(()),
            (Self::PrivatePost { .. }, _) => Err(WrongPortal::OnlyInOwnPortal(portal)),
        }
    }

    /// Whether accesses of this scope are shown in `portal`: private ones in their own only (rule A12).
    pub fn shown_in(self, portal: Portal) -> bool {
        self.portal().is_none_or(|own| own == portal)
    }
}

/// What citizens call the portal.
pub const fn portal_name(portal: Portal) -> &'static str {
    match portal {
        Portal::BorgerDk => "borger.dk",
        Portal::DigitalPostApp => "Digital Post-appen",
        Portal::EBoks => "e-Boks",
        Portal::MitDk => "mit.dk",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_access_is_managed_on_borger_dk_and_nowhere_else() {
        for &portal in Portal::ALL {
            let expected = if portal == Portal::BorgerDk { Ok(()) } else { Err(WrongPortal::OnlyOnBorgerDk(portal)) };
            assert_eq!(Scope::PublicPost.managed_in(portal), expected);
            assert!(Scope::PublicPost.shown_in(portal));
        }
    }

    #[test]
    fn private_access_is_managed_and_shown_in_its_own_commercial_portal_only() {
        for &own in Portal::ALL {
            for right in [PrivateRight::Read, PrivateRight::Edit] {
                let scope = Scope::PrivatePost { portal: own, right };
                for &portal in Portal::ALL {
                    let commercial = matches!(portal, Portal::EBoks | Portal::MitDk);
                    let expected =
                        if own == portal && commercial { Ok(()) } else { Err(WrongPortal::OnlyInOwnPortal(portal)) };
                    assert_eq!(scope.managed_in(portal), expected);
                    assert_eq!(scope.shown_in(portal), own == portal);
                }
            }
        }
    }
}
