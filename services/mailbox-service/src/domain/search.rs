//! Full-text search in sender, subject and body (M6): words, and the stems by which they match.
//!
//! A word is a run of letters and digits, composed (NFC) and in lower case; æ, ø and å stay letters of their own. Two words
//! match when their Danish stems are the same, or their English ones: "skatten" finds "skatter", "letters" finds "letter".

use rust_stemmers::{Algorithm, Stemmer};
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The most characters of a query.
pub const MAX_QUERY: usize = 200;
/// The most words of a query.
const MAX_QUERY_WORDS: usize = 10;
/// Longer words match by their beginning.
const MAX_WORD: usize = 64;
/// The most stems by which a letter is found. More than the longest text that can be delivered is likely to have: of 30,000
/// characters in words of three letters each it takes 7,500 different ones to come near. What is beyond is not found.
pub const MAX_STEMS: usize = 8_192;

/// Cuts texts into words and words to their stems.
pub struct Stemming {
    danish: Stemmer,
    english: Stemmer,
}

/// A word by its stems, which are often the same.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Word {
    danish: String,
    english: String,
}

impl Word {
    /// Its stems: one or two.
    pub fn stems(&self) -> impl Iterator<Item = &str> {
        let english = (self.english != self.danish).then_some(self.english.as_str());
        std::iter::once(self.danish.as_str()).chain(english)
    }
}

impl Stemming {
    /// For Danish and English.
    pub fn new() -> Self {
        Self { danish: Stemmer::create(Algorithm::Danish), english: Stemmer::create(Algorithm::English) }
    }

    /// The words of a text, in their order.
    fn words(&self, text: &str) -> Vec<Word> {
        let text: String = text.nfc().flat_map(char::to_lowercase).nfc().collect();
        let words = text.split(|letter: char| !letter.is_alphanumeric() && !is_combining_mark(letter));
        words.filter(|word| !word.is_empty()).map(|word| self.word(word)).collect()
    }

    fn word(&self, word: &str) -> Word {
        let end = word.char_indices().nth(MAX_WORD).map_or(word.len(), |(end, _)| end);
        let word = &word[..end];
        Word { danish: self.danish.stem(word).into_owned(), english: self.english.stem(word).into_owned() }
    }

    /// All different stems of `texts`, at most [`MAX_STEMS`], those of the first text first.
    pub fn all_stems<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Vec<String> {
        let (mut stems, mut seen) = (Vec::new(), HashSet::new());
        for word in texts.into_iter().flat_map(|text| self.words(text)) {
            for stem in word.stems() {
                if stems.len() == MAX_STEMS {
                    return stems;
                }
                if seen.insert(stem.to_owned()) {
                    stems.push(stem.to_owned());
                }
            }
        }
        stems
    }
}

impl Default for Stemming {
    fn default() -> Self {
        Self::new()
    }
}

/// What is searched for: all of its words must occur.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query(Vec<Word>);

/// Not a query.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be 1 to {MAX_QUERY} characters with 1 to {MAX_QUERY_WORDS} words in them")]
pub struct InvalidQuery;

impl Query {
    /// Reads the words; one that comes twice counts once.
    pub fn parse(text: &str) -> Result<Self, InvalidQuery> {
        if text.chars().count() > MAX_QUERY {
            return Err(InvalidQuery);
        }
        let mut seen = HashSet::new();
        let words = Stemming::new().words(text).into_iter().filter(|word| seen.insert(word.clone()));
        let words: Vec<Word> = words.collect();
        if (1..=MAX_QUERY_WORDS).contains(&words.len()) { Ok(Self(words)) } else { Err(InvalidQuery) }
    }

    /// Its words.
    pub fn words(&self) -> &[Word] {
        &self.0
    }

    /// Whether every word occurs in one of `texts`. The last word on what is found: tags can be shared by chance.
    pub fn matches(&self, stemming: &Stemming, texts: &[&str]) -> bool {
        let (mut danish, mut english) = (HashSet::new(), HashSet::new());
        for word in texts.iter().flat_map(|text| stemming.words(text)) {
            danish.insert(word.danish);
            english.insert(word.english);
        }
        self.0.iter().all(|word| danish.contains(&word.danish) || english.contains(&word.english))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(query: &str, text: &str) -> bool {
        Query::parse(query).expect("a query").matches(&Stemming::new(), &[text])
    }

    #[test]
    fn m6_words_match_by_their_danish_stems() {
        for (query, text) in [
            ("skatten", "Din skat for 2026"),
            ("børn", "Til forældre med børnene i skolen"),
            ("årsopgørelser", "ÅRSOPGØRELSEN ligger klar"),
            ("ejendomme", "Vurdering af din ejendom"),
            ("A\u{30a}rsopgørelse", "årsopgørelse"),
            ("letters", "One letter from us"),
        ] {
            assert!(finds(query, text), "{query} in {text}");
        }
    }

    #[test]
    fn m6_danish_letters_are_letters_of_their_own() {
        for (query, text) in [("far", "får"), ("lobe", "løbe"), ("laes", "læs"), ("gaa", "gå"), ("mal", "mål")] {
            assert!(!finds(query, text), "{query} in {text}");
        }
    }

    #[test]
    fn m6_all_words_must_occur_in_whatever_order_and_case() {
        assert!(finds("KOMMUNE skat", "Skat til din kommune"));
        assert!(!finds("kommune skat", "Skat til din region"));
        assert!(finds("2026-00417", "Sag 2026-00417, afgjort"));
        assert!(!finds("41", "Sag 2026-00417"), "a word is found whole");
    }

    #[test]
    fn queries_have_one_to_ten_words() {
        assert_eq!(Query::parse("skat, SKAT og skat").expect("words").words().len(), 2, "each once");
        for text in ["", " -!? ", &"a ".repeat(101), "a b c d e f g h i j k"] {
            assert_eq!(Query::parse(text), Err(InvalidQuery), "{text}");
        }
        assert!(Query::parse("a b c d e f g h i j").is_ok());
    }

    #[test]
    fn stems_are_bounded_and_the_first_ones_stay() {
        let body = (0..9_000).map(|number| format!("x{number}")).collect::<Vec<_>>().join(" ");
        let stems = Stemming::new().all_stems(["Afsender", "emne", &body]);
        assert_eq!(stems.len(), MAX_STEMS);
        assert!(stems[..3].contains(&"emn".to_owned()), "{:?}", &stems[..3]);
        let long = "a".repeat(500);
        assert!(Stemming::new().all_stems([long.as_str()]).iter().all(|stem| stem.len() <= MAX_WORD));
    }
}
