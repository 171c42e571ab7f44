//! Notices: messages of the suite in a person's Digital Post.

use crate::domain::message::Link;
use crate::domain::post::Mark;
use kernel::PersonId;
use std::collections::HashMap;

/// The most characters of a subject.
pub const MAX_SUBJECT: usize = 256;

/// A notice as another service asks for it, names left open.
pub struct Notice {
    /// Who gets it.
    pub recipient: PersonId,
    /// Subject in Danish and in English.
    pub subject: (String, String),
    /// Text in Danish and in English.
    pub body: (String, String),
    /// Whose name takes the place of which placeholder.
    pub mentions: Vec<(String, PersonId)>,
    /// The link below it.
    pub link: Option<Link>,
    /// Where it shows, to its recipient alone: among public post, or in one commercial portal only (P9, A11, A17).
    pub mark: Mark,
}

impl Notice {
    /// The subject with the names of `names` filled in: Danish and English where both fit, else Danish.
    pub fn subject(&self, names: &HashMap<PersonId, String>) -> String {
        let (da, en) = (self.fill(&self.subject.0, names), self.fill(&self.subject.1, names));
        let both = format!("{da} / {en}");
        let subject = if both.chars().count() <= MAX_SUBJECT { both } else { da };
        // Two long names can still be too much for one line.
        subject.chars().take(MAX_SUBJECT).collect()
    }

    /// The text with the names filled in, Danish above English.
    pub fn body(&self, names: &HashMap<PersonId, String>) -> String {
        format!("{}\n\n{}", self.fill(&self.body.0, names), self.fill(&self.body.1, names))
    }

    /// Goes through the template once: a name that looks like a placeholder stays a name.
    fn fill(&self, template: &str, names: &HashMap<PersonId, String>) -> String {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        while let Some(at) = rest.find('{') {
            filled.push_str(&rest[..at]);
            rest = &rest[at..];
            let mention = self.mentions.iter().find(|(placeholder, _)| rest.starts_with(placeholder.as_str()));
            if let Some((placeholder, person)) = mention {
                filled.push_str(names.get(person).map_or("", String::as_str));
                rest = &rest[placeholder.len()..];
            } else {
                filled.push('{');
                rest = &rest[1..];
            }
        }
        filled + rest
    }
}

/// Whether `text` is a placeholder: 1 to 30 characters of a-z and "_" between braces.
pub fn is_placeholder(text: &str) -> bool {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    inner.is_some_and(|word| {
        (1..=30).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{SystemRandom, Timestamp};

    #[test]
    fn names_are_filled_in_once() {
        let (reader, owner) = (person(), person());
        let notice = Notice {
            recipient: owner,
            subject: ("Du har givet {reader} adgang".to_owned(), "You gave {reader} access".to_owned()),
            body: ("{reader} og {owner}, {x}".to_owned(), "{owner}".to_owned()),
            mentions: vec![("{reader}".to_owned(), reader), ("{owner}".to_owned(), owner)],
            link: None,
            mark: Mark::Own,
        };
        let names = HashMap::from([(reader, "{owner}".to_owned()), (owner, "Karen".to_owned())]);
        assert_eq!(notice.body(&names), "{owner} og Karen, {x}\n\nKaren");
        assert_eq!(notice.subject(&names), "Du har givet {owner} adgang / You gave {owner} access");
    }

    #[test]
    fn placeholders_have_one_form() {
        assert!(is_placeholder("{reader}"));
        for text in ["reader", "{}", "{Reader}", "{a b}", "{reader"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    fn person() -> PersonId {
        PersonId::new(Timestamp::from_micros(1), &SystemRandom)
    }
}
