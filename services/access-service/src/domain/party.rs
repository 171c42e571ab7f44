//! The two sides of an access.

/// One of the two sides of an access.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Party {
    /// Whose post it is.
    Owner,
    /// Who may read it.
    Reader,
}
