//! What e-mails tell: what they are for, and nothing else.

use crate::telling::{FRIEND, READER, SECRETS};
use harness::Mail;
use harness::canary::Canaries;
use harness::finding::{Text, find};
use std::collections::BTreeMap;

/// What e-mails may tell of all that was told: a code its own address (N2), news of post the owner's name too (N6), and a letter that
/// was forwarded what belongs to it (M7).
const WITH_A_CODE: [&str; 1] = ["drossel@example"];
const ABOUT_POST: [&str; 4] = ["drossel@example", "Kanariana", "Fuglesang", "Kanariana Fuglesang"];
const FORWARDED: [&str; 10] = [
    "mejse@example",
    "Kanariana",
    "Fuglesang",
    "Kanariana Fuglesang",
    "Solsorteskat",
    "Hemmelighedsfuld",
    "Regnspoven",
    "solsortebilag",
    "Indholdsfortegnelsen",
    "Mejsekommentar",
];

fn may_tell(mail: &Mail) -> &'static [&'static str] {
    match mail.letters() {
        _ if mail.to.contains(FRIEND) => &FORWARDED,
        Some(_) => &ABOUT_POST,
        None => &WITH_A_CODE,
    }
}

/// Holds each of `mails` against what it may tell; of `canaries`, only the address that it goes to.
pub(crate) fn tell_what_they_are_for(mails: &[Mail], canaries: &Canaries) {
    let mut kinds = BTreeMap::new();
    let mut without_address = Vec::new();
    for (number, mail) in mails.iter().enumerate() {
        let text = Text { name: format!("e-mail {number}"), bytes: mail.decoded().unwrap() };
        let plain = String::from_utf8_lossy(&text.bytes).to_lowercase().replace(&mail.to.to_lowercase(), "");
        let plain = mail.code().map_or(plain.clone(), |code| plain.replace(&code, ""));
        without_address.push(Text { name: format!("{} in {}", text.name, mail.raw), bytes: plain.into_bytes() });
        let texts = [text];
        let told: Vec<&str> = SECRETS.into_iter().filter(|word| !find(&texts, &[word]).is_empty()).collect();
        let may = may_tell(mail);
        assert!(told.iter().all(|word| may.contains(word)), "{told:?} to {}", mail.to);
        // What it is for it does tell, so that the search does search.
        if mail.to.contains(FRIEND) || mail.to.contains(READER) {
            assert_eq!(told.len(), may.len(), "{told:?} to {}", mail.to);
            *kinds.entry(may.len()).or_insert(0) += 1;
        }
    }
    assert_eq!(kinds.len(), 3, "a code, news and a letter: {kinds:?}");
    assert_eq!(canaries.found(&without_address), Vec::<String>::new());
}
