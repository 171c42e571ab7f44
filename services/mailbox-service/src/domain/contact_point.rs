//! Contact points: where citizens can write to an authority (P7).

use kernel::resource::InvalidResourceName;
use kernel::{CvrNumber, Timestamp};
use std::fmt;

/// The most contact points of an authority.
pub const MAX_CONTACT_POINTS: usize = 200;
/// The most characters of what a contact point is called.
pub const MAX_NAME: usize = 100;
/// The most characters of what it is for.
pub const MAX_DESCRIPTION: usize = 500;

/// The id of a contact point: 1 to 63 characters from a-z, 0-9 and "-", unique within its authority.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PointId(String);

/// Why a text is no such id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be 1-63 characters from a-z, 0-9 and \"-\"")]
pub struct InvalidPointId;

impl PointId {
    /// Reads an id.
    pub fn parse(text: &str) -> Result<Self, InvalidPointId> {
        let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let valid = (1..=63).contains(&text.len()) && text.bytes().all(known);
        if valid { Ok(Self(text.to_owned())) } else { Err(InvalidPointId) }
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A contact point by its full name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PointName {
    /// Whose.
    pub cvr: CvrNumber,
    /// Which.
    pub id: PointId,
}

impl PointName {
    /// Reads `authorities/{cvr}/contactPoints/{contact_point}`.
    pub fn parse(name: &str) -> Result<Self, InvalidResourceName> {
        let invalid = InvalidResourceName("authorities/{cvr}/contactPoints/{contact_point}");
        let parts = name.strip_prefix("authorities/").and_then(|rest| rest.split_once("/contactPoints/"));
        let (cvr, id) = parts.ok_or(invalid)?;
        let (cvr, id) = (CvrNumber::parse(cvr).map_err(|_| invalid)?, PointId::parse(id).map_err(|_| invalid)?);
        Ok(Self { cvr, id })
    }
}

impl fmt::Display for PointName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "authorities/{}/contactPoints/{}", self.cvr, self.id)
    }
}

/// A contact point. All of it is public.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContactPoint {
    /// Which.
    pub name: PointName,
    /// The authority's name.
    pub authority: String,
    /// What it is called.
    pub display_name: String,
    /// What to write about.
    pub description: String,
    /// Whether it takes new post, or replies alone.
    pub accepts_new_post: bool,
}

impl ContactPoint {
    /// What lists are ordered by: the authority, then what it is called, whatever the case; then the full name, so that no two
    /// are alike. Bytes, because engines and places order letters differently.
    pub fn sort_key(&self) -> Vec<u8> {
        let parts =
            [&folded(&self.authority), self.name.cvr.as_str(), &folded(&self.display_name), self.name.id.as_str()];
        // No name holds a control character.
        parts.join("\0").into_bytes()
    }

    /// What a query is looked for in.
    pub fn folded(&self) -> String {
        format!("{}\n{}", folded(&self.authority), folded(&self.display_name))
    }

    /// Who gets a letter, for the citizen who wrote it.
    pub fn full_name(&self) -> String {
        format!("{}, {}", self.authority, self.display_name)
    }
}

/// What a citizen looks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Filter {
    /// Only of this authority.
    pub cvr: Option<CvrNumber>,
    /// Only where a name contains this; empty: all.
    pub query: String,
}

/// A text without regard to case.
pub fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// The etag of a list of contact points.
pub fn etag(version: i64) -> String {
    format!("v{version}")
}

/// Where a letter can be answered, and until when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReplyTo {
    /// Where to.
    pub point: PointName,
    /// The last moment; none: always.
    pub by: Option<Timestamp>,
}

impl ReplyTo {
    /// Whether the letter can be answered at `now`.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.by.is_none_or(|by| now <= by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(authority: &str, cvr: &str, name: &str, id: &str) -> ContactPoint {
        ContactPoint {
            name: PointName { cvr: CvrNumber::parse(cvr).expect("a number"), id: PointId::parse(id).expect("an id") },
            authority: authority.to_owned(),
            display_name: name.to_owned(),
            description: String::new(),
            accepts_new_post: true,
        }
    }

    #[test]
    fn p7_points_are_ordered_by_authority_and_name() {
        let mut points = [
            point("Ærø Kommune", "28856075", "Byggesager", "byg"),
            point("aarhus kommune", "55133018", "Vuggestuer", "a"),
            point("Aarhus Kommune", "55133018", "byggesager", "z"),
        ];
        points.sort_by_key(ContactPoint::sort_key);
        assert_eq!(points.each_ref().map(|point| point.name.id.as_str()), ["z", "a", "byg"]);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        let name = "authorities/55133018/contactPoints/byg";
        assert_eq!(PointName::parse(name).map(|name| name.to_string()), Ok(name.to_owned()));
        for wrong in [
            "",
            "authorities/5513301/contactPoints/byg",
            "authorities/55133018/contactPoints/",
            "x/55133018/contactPoints/byg",
        ] {
            assert!(PointName::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn p7_a_letter_can_be_answered_until_its_moment() {
        let point = PointName::parse("authorities/55133018/contactPoints/a").expect("a name");
        let by = Timestamp::from_micros(10);
        let reply = ReplyTo { point, by: Some(by) };
        assert!(reply.is_open(by) && !reply.is_open(Timestamp::from_micros(11)));
    }

    #[test]
    fn ids_are_short_and_plain() {
        for id in ["byg", "a-1", &"x".repeat(63)] {
            assert!(PointId::parse(id).is_ok(), "{id}");
        }
        for id in ["", "Byg", "a b", "a/b", &"x".repeat(64)] {
            assert_eq!(PointId::parse(id), Err(InvalidPointId), "{id}");
        }
    }
}
