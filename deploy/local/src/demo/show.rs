//! How the story looks.

use anstyle::{AnsiColor, Style};
use std::io::{self, IsTerminal as _, Write as _};

/// Writes to the terminal, with colours if it is one.
#[derive(Clone, Copy)]
pub(super) struct Show {
    coloured: bool,
}

impl Show {
    pub(super) fn new() -> Self {
        Self { coloured: io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() }
    }

    /// The beginning of a step.
    pub(super) fn title(self, text: &str) {
        self.write("");
        self.write(&self.styled(Style::new().bold(), text));
    }

    /// Somebody does something.
    pub(super) fn act(self, who: &str, what: &str) {
        let name = self.styled(Style::new().bold().fg_color(Some(AnsiColor::Cyan.into())), who);
        self.write(&format!("  {name} {what}"));
    }

    /// A part of the answer.
    pub(super) fn line(self, name: &str, value: &str) {
        let name = self.styled(Style::new().dimmed(), &format!("{name:<20}"));
        self.write(&format!("      {name} {value}"));
    }

    /// A refusal that was expected.
    pub(super) fn refused(self, text: &str) {
        let text = self.styled(Style::new().fg_color(Some(AnsiColor::Yellow.into())), text);
        self.write(&format!("      refused: {text}"));
    }

    /// What was checked and is as promised.
    pub(super) fn checked(self, text: &str) {
        let mark = self.styled(Style::new().fg_color(Some(AnsiColor::Green.into())), "✓");
        self.write(&format!("      {mark} {text}"));
    }

    /// Something aside.
    pub(super) fn note(self, text: &str) {
        self.write(&self.styled(Style::new().dimmed(), &format!("  {text}")));
    }

    /// The good end.
    pub(super) fn success(self, text: &str) {
        self.write("");
        self.write(&self.styled(Style::new().bold().fg_color(Some(AnsiColor::Green.into())), text));
    }

    fn styled(self, style: Style, text: &str) -> String {
        if self.coloured { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    #[expect(clippy::unused_self, reason = "all of the writing goes through here")]
    fn write(self, text: &str) {
        // Whoever closed the terminal sees no more; the story is checked all the same.
        drop(writeln!(io::stdout(), "{text}"));
    }
}
