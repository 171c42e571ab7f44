//! What an access covers, and through which portal it is managed.

use kernel::Portal;

/// What an access covers: one kind of post as a whole (rules A10, A11), in one measure.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scope {
    /// The whole of the public post.
    PublicPost,
    /// "Læsning": private post of one commercial portal, to list and read (rule R14).
    PrivatePostRead,
    /// "Redigering": also to move and mark it (rule R14).
    PrivatePostEdit,
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
            Self::PrivatePostRead | Self::PrivatePostEdit => PostKind::Private,
        }
    }

    /// Whether accesses of this scope are given, asked for, approved, edited and removed in `portal` (rules A12, A24).
    pub const fn managed_in(self, portal: Portal) -> Result<(), WrongPortal> {
        match (self.post_kind(), portal) {
            (PostKind::Public, Portal::BorgerDk) | (PostKind::Private, Portal::EBoks | Portal::MitDk) => Ok(()),
            (PostKind::Public, _) => Err(WrongPortal::OnlyOnBorgerDk(portal)),
            (PostKind::Private, _) => Err(WrongPortal::OnlyInOwnPortal(portal)),
        }
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
        }
    }

    #[test]
    fn private_access_is_managed_in_the_commercial_portals_only() {
        for scope in [Scope::PrivatePostRead, Scope::PrivatePostEdit] {
            assert_eq!(scope.managed_in(Portal::EBoks), Ok(()));
            assert_eq!(scope.managed_in(Portal::MitDk), Ok(()));
            assert_eq!(scope.managed_in(Portal::BorgerDk), Err(WrongPortal::OnlyInOwnPortal(Portal::BorgerDk)));
        }
    }
}
