//! What a file is, told by its content and not by its name (M3).

/// The types that may be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileType {
    /// PDF.
    Pdf,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// Plain text in UTF-8.
    Text,
}

impl FileType {
    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Text => "text/plain",
        }
    }

    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Gif => &["gif"],
            Self::Text => &["txt"],
        }
    }
}

/// The content is of no allowed type, or not of the type its name says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotAllowed {
    /// What it was found to be: a media type, or "unknown".
    pub detected: &'static str,
}

/// How each type begins.
const BEGINNINGS: [(&[u8], FileType); 5] = [
    (b"%PDF-", FileType::Pdf),
    (b"\x89PNG\r\n\x1a\n", FileType::Png),
    (b"\xff\xd8\xff", FileType::Jpeg),
    (b"GIF87a", FileType::Gif),
    (b"GIF89a", FileType::Gif),
];

/// How programs, archives and mark-up that a browser would run begin: never plain text.
const FORBIDDEN: [(&[u8], &str); 9] = [
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"PK\x03\x04", "application/zip"),
    (b"#!", "text/x-shellscript"),
    (b"<!DOCTYPE", "text/html"),
    (b"<html", "text/html"),
    (b"<script", "text/html"),
    (b"<svg", "image/svg+xml"),
    (b"<?xml", "application/xml"),
];

/// As many bytes as the longest beginning has.
const HEAD: usize = 16;

/// Looks at a file as it streams by.
#[derive(Default)]
pub struct Detector {
    head: Vec<u8>,
    /// As the head, without the white space in front that browsers and shells skip.
    words: Vec<u8>,
    text: Utf8,
}

impl Detector {
    /// The next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        fill(&mut self.head, bytes);
        let skipped =
            if self.words.is_empty() { bytes.iter().take_while(|byte| is_skipped(**byte)).count() } else { 0 };
        fill(&mut self.words, &bytes[skipped..]);
        self.text.push(bytes);
    }

    /// The type, once all has streamed by, if it is allowed and the one that `name` says.
    pub fn finish(self, name: &str) -> Result<FileType, NotAllowed> {
        let found = self.detect()?;
        let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default();
        if found.extensions().contains(&extension.as_str()) {
            Ok(found)
        } else {
            Err(NotAllowed { detected: found.media_type() })
        }
    }

    fn detect(&self) -> Result<FileType, NotAllowed> {
        if let Some((_, known)) = BEGINNINGS.iter().find(|(beginning, _)| self.head.starts_with(beginning)) {
            return Ok(*known);
        }
        let forbidden = FORBIDDEN.iter().find(|(beginning, _)| starts_with(&self.words, beginning));
        match forbidden {
            Some((_, detected)) => Err(NotAllowed { detected }),
            None if self.text.is_text() => Ok(FileType::Text),
            None => Err(NotAllowed { detected: "unknown" }),
        }
    }
}

fn fill(head: &mut Vec<u8>, bytes: &[u8]) {
    let missing = HEAD.saturating_sub(head.len()).min(bytes.len());
    head.extend_from_slice(&bytes[..missing]);
}

/// White space, and the bytes of the mark that says UTF-8.
fn is_skipped(byte: u8) -> bool {
    byte.is_ascii_whitespace() || b"\xef\xbb\xbf".contains(&byte)
}

fn starts_with(head: &[u8], beginning: &[u8]) -> bool {
    head.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
}

/// Whether a stream is UTF-8 without NUL, a character split between two chunks included.
#[derive(Default)]
struct Utf8 {
    broken: bool,
    pending: Vec<u8>,
}

impl Utf8 {
    fn push(&mut self, bytes: &[u8]) {
        if self.broken || bytes.contains(&0) {
            self.broken = true;
            return;
        }
        let mut all = std::mem::take(&mut self.pending);
        all.extend_from_slice(bytes);
        if let Err(error) = std::str::from_utf8(&all) {
            match error.error_len() {
                // Cut off in the middle of a character: the rest may come with the next chunk.
                None => self.pending = all.split_off(error.valid_up_to()),
                Some(_) => self.broken = true,
            }
        }
    }

    fn is_text(&self) -> bool {
        !self.broken && self.pending.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(chunks: &[&[u8]], name: &str) -> Result<FileType, NotAllowed> {
        let mut detector = Detector::default();
        for chunk in chunks {
            detector.push(chunk);
        }
        detector.finish(name)
    }

    #[test]
    fn m3_the_content_decides_and_the_name_must_agree() {
        assert_eq!(detect(&[b"%PDF-1.7 ..."], "brev.PDF"), Ok(FileType::Pdf));
        assert_eq!(detect(&[b"%P", b"DF-1.7"], "brev.pdf"), Ok(FileType::Pdf));
        assert_eq!(detect(&[b"\xff\xd8\xff\xe0"], "foto.jpeg"), Ok(FileType::Jpeg));
        assert_eq!(detect(&[b"%PDF-1.7"], "brev.txt"), Err(NotAllowed { detected: "application/pdf" }));
    }

    #[test]
    fn m3_a_renamed_program_is_refused() {
        for (content, detected) in [
            (b"MZ\x90\x00".as_slice(), "application/x-msdownload"),
            (b"MZ looks like text", "application/x-msdownload"),
            (b"#!/bin/sh", "text/x-shellscript"),
            (b"<HTML><script>", "text/html"),
            (b"\xef\xbb\xbf\r\n  <html>", "text/html"),
            (b"                                 <svg onload=", "image/svg+xml"),
            (b"\x00\x01", "unknown"),
        ] {
            assert_eq!(detect(&[content], "brev.txt"), Err(NotAllowed { detected }));
        }
        assert_eq!(detect(&[b"\x7fELF"], "brev.pdf"), Err(NotAllowed { detected: "application/x-executable" }));
    }

    #[test]
    fn text_is_utf8_even_when_a_letter_is_cut_in_two() {
        let text = "Kære Åse".as_bytes();
        for at in 0..text.len() {
            assert_eq!(detect(&[&text[..at], &text[at..]], "brev.txt"), Ok(FileType::Text), "cut at {at}");
        }
        assert!(detect(&[&text[..2]], "brev.txt").is_err(), "cut off for good");
        assert!(detect(&[b"a\xffb"], "brev.txt").is_err());
    }
}
