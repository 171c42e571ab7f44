//! The form in which an e-mail is signed: headers "relaxed", since servers on the way fold them anew; the body "simple", of
//! which they change nothing, for it is encoded (RFC 6376, section 3.4).

use std::borrow::Cow;

/// Headers as they are signed.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Covered {
    /// Their names, in the order in which they are read.
    pub(super) names: Vec<&'static str>,
    /// All of them, each with its line end.
    pub(super) text: String,
}

/// The headers, and the body after the empty line.
pub(super) fn split(message: &[u8]) -> Option<(&str, &[u8])> {
    let end = message.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    Some((std::str::from_utf8(message.get(..end + 2)?).ok()?, message.get(end + 4..)?))
}

/// Those of `headers` that are called one of `names`, and each name once more. Of several of one name the last counts first.
pub(super) fn covered(headers: &str, names: &[&'static str]) -> Covered {
    let headers: Vec<String> = fields(headers).filter_map(|field| header(&field)).collect();
    let mut covered = Covered { names: Vec::new(), text: String::new() };
    for name in names {
        let is_called = |header: &&String| header.split_once(':').is_some_and(|(found, _)| found == *name);
        for header in headers.iter().rev().filter(is_called) {
            covered.names.push(name);
            covered.text.extend([header, "\r\n"]);
        }
        covered.names.push(name);
    }
    covered
}

/// One header, without its line end: its name in small letters, and single spaces.
pub(super) fn header(field: &str) -> Option<String> {
    let (name, value) = field.split_once(':')?;
    let words: Vec<&str> = value.split_ascii_whitespace().collect();
    Some(format!("{}:{}", name.trim_end().to_ascii_lowercase(), words.join(" ")))
}

/// A body without the empty lines at its end.
pub(super) fn body(body: &[u8]) -> Cow<'_, [u8]> {
    let mut end = body.len();
    while body.get(..end).is_some_and(|left| left.ends_with(b"\r\n\r\n")) {
        end -= 2;
    }
    match body.get(..end) {
        Some(left) if left.ends_with(b"\r\n") && left != b"\r\n" => Cow::Borrowed(left),
        Some(left) if left != b"\r\n" => Cow::Owned([left, b"\r\n"].concat()),
        _ => Cow::Borrowed(b"\r\n"),
    }
}

/// Each header with the lines that go on with it.
fn fields(headers: &str) -> impl Iterator<Item = String> {
    let mut fields: Vec<String> = Vec::new();
    for line in headers.split_inclusive("\r\n") {
        match fields.last_mut() {
            Some(field) if line.starts_with([' ', '\t']) => field.push_str(line),
            _ => fields.push(line.to_owned()),
        }
    }
    fields.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6376, section 3.4.5.
    const EXAMPLE: &[u8] = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";

    #[test]
    fn the_example_of_the_standard_comes_out_as_it_says() {
        let (headers, rest) = split(EXAMPLE).expect("an e-mail");
        let expected = Covered { names: vec!["a", "a", "b", "b"], text: "a:X\r\nb:Y Z\r\n".to_owned() };
        assert_eq!(covered(headers, &["a", "b"]), expected);
        assert_eq!(body(rest).as_ref(), b" C \r\nD \t E\r\n");
    }

    #[test]
    fn a_body_ends_with_one_line_end() {
        for (given, expected) in
            [("", "\r\n"), ("\r\n\r\n", "\r\n"), ("a", "a\r\n"), ("a\r\n", "a\r\n"), ("a\r\n\r\n", "a\r\n")]
        {
            assert_eq!(body(given.as_bytes()).as_ref(), expected.as_bytes(), "{given:?}");
        }
    }

    #[test]
    fn what_stands_twice_is_read_from_the_end() {
        let found = covered("To: a\r\nX: y\r\nTO: b\r\n", &["to", "cc"]);
        assert_eq!(found, Covered { names: vec!["to", "to", "to", "cc"], text: "to:b\r\nto:a\r\n".to_owned() });
    }
}
