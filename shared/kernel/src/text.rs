//! Texts that people write: subjects, folder names, bodies.

/// Why a text is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidText {
    /// Nothing is left when spaces are taken away.
    #[error("must not be empty")]
    Empty,
    /// More characters than the field takes.
    #[error("must be at most {0} characters")]
    TooLong(usize),
    /// A control, format or other invisible character.
    #[error("must not contain control or invisible characters")]
    Invisible,
}

/// One line of text: trimmed, not empty, at most `max` characters, nothing invisible.
pub fn line(text: &str, max: usize) -> Result<String, InvalidText> {
    checked(text.trim(), max, is_invisible)
}

/// Text of many lines: as [`line()`], but line breaks and tabs may stand in it.
pub fn body(text: &str, max: usize) -> Result<String, InvalidText> {
    checked(text, max, |c| is_invisible(c) && !matches!(c, '\n' | '\r' | '\t'))
}

fn checked(text: &str, max: usize, refused: impl Fn(char) -> bool) -> Result<String, InvalidText> {
    if text.trim().is_empty() {
        Err(InvalidText::Empty)
    } else if text.chars().count() > max {
        Err(InvalidText::TooLong(max))
    } else if text.chars().any(refused) {
        Err(InvalidText::Invisible)
    } else {
        Ok(text.to_owned())
    }
}

/// Controls, line ends of every kind, and marks that change how text reads without being seen.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_and_many() {
        assert_eq!(line("  Årsopgørelse ", 20), Ok("Årsopgørelse".to_owned()));
        assert_eq!(line("a\nb", 20), Err(InvalidText::Invisible));
        assert_eq!(body("a\n\tb", 20), Ok("a\n\tb".to_owned()));
        assert_eq!(body("a\u{202e}b", 20), Err(InvalidText::Invisible));
        assert_eq!(line(" ", 20), Err(InvalidText::Empty));
        assert_eq!(line("abc", 2), Err(InvalidText::TooLong(2)));
    }
}
