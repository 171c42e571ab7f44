//! A search that knows how words hide in bytes: in what lies at rest, in logs, metrics and e-mails.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::hex;
use std::collections::HashMap;

/// Where it is looked: what it is, and its bytes.
#[derive(Debug)]
pub struct Text {
    /// A file's path, a table's name, whose log.
    pub name: String,
    /// All that stands there.
    pub bytes: Vec<u8>,
}

/// Bytes by which a needle is looked for first.
const HEAD: usize = 6;

/// Where any of the words stands, in UTF-8, UTF-16, hexadecimal or base64, or one of these in hexadecimal, or as Rust prints bytes; as
/// it is or in lower or upper case.
///
/// # Panics
/// When a word is too short to be told from chance.
pub fn find(texts: &[Text], words: &[&str]) -> Vec<String> {
    let mut needles: HashMap<[u8; HEAD], Vec<(Vec<u8>, &str)>> = HashMap::new();
    // Which pairs of bytes a needle begins with: few do, and the rest is passed over quickly.
    let mut begins = vec![false; 1 << 16];
    for word in words {
        for needle in forms(word) {
            let head = *needle.first_chunk().expect("a word is long enough to be told from chance");
            begins[pair(head[0], head[1])] = true;
            needles.entry(head).or_default().push((needle, word));
        }
    }
    let mut found = Vec::new();
    for Text { name, bytes } in texts {
        let mut at = 0;
        while at + HEAD <= bytes.len() {
            if begins[pair(bytes[at], bytes[at + 1])] {
                let candidates = bytes[at..].first_chunk::<HEAD>().and_then(|head| needles.get(head));
                let here = candidates.into_iter().flatten().filter(|(needle, _)| bytes[at..].starts_with(needle));
                found.extend(here.map(|(_, word)| format!("{word:?} in {name}")));
            }
            at += 1;
        }
    }
    found.sort();
    found.dedup();
    found
}

fn pair(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

/// Where just these bytes stand, as they are or in hexadecimal.
pub fn find_bytes<'s>(texts: &'s [Text], bytes: &[u8]) -> Vec<&'s str> {
    let hex = hex(bytes).into_bytes();
    let holds = |all: &[u8], part: &[u8]| all.windows(part.len()).any(|window| window == part);
    let found = texts.iter().filter(|text| holds(&text.bytes, bytes) || holds(&text.bytes, &hex));
    found.map(|text| text.name.as_str()).collect()
}

/// How a word can be written down.
fn forms(word: &str) -> Vec<Vec<u8>> {
    let (mut forms, mut printed) = (Vec::new(), Vec::new());
    for word in [word.to_owned(), word.to_lowercase(), word.to_uppercase()] {
        let little = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big = word.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [word.into_bytes(), little, big] {
            // Three texts in base64, by where in a group of three bytes the word begins; the characters at the ends hold bits
            // of what stands beside it.
            for shift in 0..3 {
                let shifted = [&[0; 2][..shift], &bytes].concat();
                let text = STANDARD.encode(&shifted);
                let (from, to) = ([0, 2, 3][shift], shifted.len() * 8 / 6);
                forms.push(text.as_bytes()[from..to].to_vec());
            }
            printed.push(format!("{bytes:?}").trim_matches(['[', ']']).as_bytes().to_vec());
            forms.push(bytes);
        }
    }
    let hexed: Vec<Vec<u8>> = forms.iter().map(|form| hex(form).into_bytes()).collect();
    let upper: Vec<Vec<u8>> = hexed.iter().map(|form| form.to_ascii_uppercase()).collect();
    forms.extend(hexed);
    forms.extend(upper);
    forms.extend(printed);
    forms.sort();
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_in_all_its_forms() {
        let word = "Kanariefugl";
        let utf16: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut hidden = vec![word.as_bytes().to_vec(), b"KANARIEFUGL".to_vec(), utf16.clone()];
        hidden.extend([hex(word.as_bytes()).into_bytes(), hex(&utf16).into_bytes()]);
        hidden.push(format!("{:?}", word.as_bytes()).into_bytes());
        for before in ["", "x", "xy", "xyz"] {
            hidden.push(STANDARD.encode(format!("{before}{word}-")).into_bytes());
        }
        for bytes in hidden {
            let texts = [Text { name: "here".to_owned(), bytes: [b"before ", bytes.as_slice(), b" after"].concat() }];
            assert_eq!(find(&texts, &[word, "Guldfugl"]), ["\"Kanariefugl\" in here"], "{texts:?}");
            assert_eq!(find_bytes(&texts, &bytes), ["here"]);
            assert!(find_bytes(&texts, b"Guldfugl").is_empty());
        }
    }
}
