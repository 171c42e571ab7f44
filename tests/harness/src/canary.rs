//! Canaries: values that stand nowhere else, each planted in one place, so that finding one tells what let it out.

use crate::finding::{Text, find};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::hex;

/// How every word begins that is planted, but for numbers and codes.
pub const STEM: &str = "Zebrafinke";

/// What was planted, and where.
#[derive(Default)]
pub struct Canaries {
    planted: Vec<Planted>,
}

struct Planted {
    value: String,
    place: String,
}

impl Canaries {
    /// A word for `place`, of letters alone so that it can be a name.
    pub fn word(&mut self, place: &str) -> String {
        let word = format!("{STEM}{}", letters(self.planted.len()));
        self.plant(place, word)
    }

    /// An e-mail address for `place`.
    pub fn address(&mut self, place: &str) -> String {
        let address = format!("{STEM}{}@example.dk", letters(self.planted.len())).to_lowercase();
        self.plant(place, address)
    }

    /// The CPR number of somebody born in March 1971, which nobody living has.
    pub fn cpr_number(&mut self, place: &str) -> String {
        let number = self.planted.len();
        let number = format!("{}0371{:04}", 61 + number % 28, number / 28 % 4_000);
        self.plant(place, number)
    }

    /// Takes note of a value that somebody else made, such as a token or a code.
    pub fn plant(&mut self, place: &str, value: String) -> String {
        self.planted.push(Planted { value: value.clone(), place: place.to_owned() });
        value
    }

    /// How many were planted.
    pub fn len(&self) -> usize {
        self.planted.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.planted.is_empty()
    }

    /// Which of them stand in `texts`, and where they were planted.
    pub fn found(&self, texts: &[Text]) -> Vec<String> {
        let mut found = Vec::new();
        let (short, long): (Vec<&Planted>, Vec<&Planted>) =
            self.planted.iter().partition(|planted| is_code(&planted.value));
        let mut words = Vec::new();
        // The stem stands for every word, so that the many are looked for at once.
        words.push(STEM.to_owned());
        for Planted { value, .. } in long.iter().filter(|planted| !planted.value.starts_with(STEM)) {
            words.push(value.clone());
            words.extend(with_hyphen(value));
        }
        for Planted { value, .. } in &short {
            words.extend([hex(value.as_bytes()), STANDARD.encode(value)]);
            let holding = texts.iter().filter(|text| stands_apart(&text.bytes, value.as_bytes()));
            found.extend(holding.map(|text| format!("{value:?} in {}", text.name)));
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        found.extend(find(texts, &words));
        if !found.is_empty() {
            found.extend(self.places(texts));
        }
        found
    }

    /// Where those were planted that stand in `texts`.
    fn places(&self, texts: &[Text]) -> Vec<String> {
        let long = self.planted.iter().filter(|planted| !is_code(&planted.value));
        let values: Vec<&str> = long.map(|planted| planted.value.as_str()).collect();
        let found = find(texts, &values);
        let here = |planted: &&Planted| found.iter().any(|found| found.starts_with(&format!("{:?} ", planted.value)));
        self.planted.iter().filter(here).map(|planted| format!("{:?} is {}", planted.value, planted.place)).collect()
    }
}

/// Six digits, which stand by chance within longer runs.
fn is_code(value: &str) -> bool {
    value.len() == 6 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// A CPR number as people write it.
fn with_hyphen(value: &str) -> Option<String> {
    let number = value.len() == 10 && value.bytes().all(|byte| byte.is_ascii_digit());
    number.then(|| format!("{}-{}", &value[..6], &value[6..]))
}

/// Whether `word` stands in `bytes` with no letter or digit beside it.
fn stands_apart(bytes: &[u8], word: &[u8]) -> bool {
    bytes.split(|byte| !byte.is_ascii_alphanumeric()).any(|run| run == word)
}

/// A number in letters.
fn letters(mut number: usize) -> String {
    let mut text = String::new();
    while number > 0 || text.len() < 3 {
        text.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_planted_is_found_and_said_where() {
        let mut canaries = Canaries::default();
        let planted = [
            canaries.word("a name"),
            canaries.address("an address"),
            canaries.cpr_number("a number"),
            canaries.plant("a code", "604173".to_owned()),
        ];
        let mut shown: Vec<String> = planted.iter().map(|value| format!("x={value};")).collect();
        shown.push(format!("{}-{}", &planted[2][..6], &planted[2][6..]));
        shown.push(STANDARD.encode(&planted[0]));
        shown.push(hex(planted[3].as_bytes()));
        for text in shown {
            let texts = [Text { name: "here".to_owned(), bytes: text.clone().into_bytes() }];
            assert!(!canaries.found(&texts).is_empty(), "{text}");
        }
        let texts = [Text { name: "here".to_owned(), bytes: b"12:00:00.604173Z of 1604173".to_vec() }];
        assert_eq!(canaries.found(&texts), Vec::<String>::new());
        let texts = [Text { name: "here".to_owned(), bytes: planted[0].clone().into_bytes() }];
        assert!(canaries.found(&texts).contains(&format!("{:?} is a name", planted[0])));
    }
}
