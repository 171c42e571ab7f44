//! What the processes say: into a file each, and in colour onto the terminal.

use crate::layout::Layout;
use crate::secrets::file;
use anstyle::{AnsiColor, Style};
use anyhow::Context as _;
use kernel::ServiceName;
use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};

/// Takes lines from anywhere; one thread writes them, so that none are mixed and nobody waits for a disk.
#[derive(Clone, Debug)]
pub struct Logs {
    lines: Sender<(Option<ServiceName>, String)>,
}

/// The writing thread; see [`Written::finish`].
#[derive(Debug)]
pub struct Written(JoinHandle<()>);

impl Written {
    /// Waits until all is written. Every [`Logs`] must be dropped.
    pub fn finish(self) {
        // A panic of the thread has said what it is on standard error.
        drop(self.0.join());
    }
}

impl Logs {
    /// Logs into the folder of `layout`, each file begun anew. With `follow` onto the terminal too.
    pub fn start(layout: &Layout, follow: bool) -> anyhow::Result<(Self, Written)> {
        let mut files = Vec::new();
        for &service in ServiceName::ALL {
            file::replace(&layout.log(service), "")?;
            let file = File::options().append(true).open(layout.log(service)).context("can't open a log file")?;
            files.push((service, file));
        }
        let (lines, received) = channel();
        let thread = std::thread::Builder::new().name("logs".to_owned());
        let thread = thread.spawn(move || write(&received, files, follow)).context("can't start a thread")?;
        Ok((Self { lines }, Written(thread)))
    }

    /// A line of the suite's own.
    pub fn say(&self, line: impl Into<String>) {
        // Nobody listens any more only when the suite is over.
        drop(self.lines.send((None, line.into())));
    }

    /// Takes the lines of `service` until it closes its end.
    pub(crate) fn take(&self, service: ServiceName, output: impl AsyncRead + Unpin + Send + 'static) {
        let lines = self.lines.clone();
        tokio::spawn(async move {
            let mut output = BufReader::new(output).lines();
            while let Ok(Some(line)) = output.next_line().await {
                drop(lines.send((Some(service), line)));
            }
        });
    }
}

fn write(lines: &Receiver<(Option<ServiceName>, String)>, mut files: Vec<(ServiceName, File)>, follow: bool) {
    let coloured = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    for (service, line) in lines {
        if let Some((_, file)) = files.iter_mut().find(|(of, _)| Some(*of) == service) {
            report(writeln!(file, "{line}"));
        }
        if follow {
            let line = if coloured { in_colour(service, &line) } else { plain(service, &line) };
            report(writeln!(io::stdout(), "{line}"));
        }
    }
}

/// A full disk or a closed terminal must not end the suite.
fn report(written: io::Result<()>) {
    if let Err(error) = written {
        drop(writeln!(io::stderr(), "a line of the log is lost: {error}"));
    }
}

fn plain(service: Option<ServiceName>, line: &str) -> String {
    format!("{:>12} │ {}", short(service), without_day(line))
}

fn in_colour(service: Option<ServiceName>, line: &str) -> String {
    let colour = match service {
        None => AnsiColor::White,
        Some(ServiceName::Access) => AnsiColor::Cyan,
        Some(ServiceName::Mailbox) => AnsiColor::Green,
        Some(ServiceName::Notification) => AnsiColor::Magenta,
    };
    let name = Style::new().fg_color(Some(colour.into())).bold();
    let text = match line.split_whitespace().nth(1) {
        Some("ERROR") => Style::new().fg_color(Some(AnsiColor::Red.into())),
        Some("WARN") => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
        Some("DEBUG" | "TRACE") => Style::new().dimmed(),
        _ => Style::new(),
    };
    format!("{name}{:>12}{name:#} │ {text}{}{text:#}", short(service), without_day(line))
}

fn short(service: Option<ServiceName>) -> &'static str {
    service.map_or("suite", |service| service.as_str().trim_end_matches("-service"))
}

/// A line without the day and the microseconds of its time: `2026-11-22T14:50:51.123456Z  INFO` → `14:50:51.123Z  INFO`.
fn without_day(line: &str) -> String {
    let timed = line.split_once(' ').filter(|_| line.starts_with(|first: char| first.is_ascii_digit()));
    let timed = timed.and_then(|(time, rest)| {
        let time = time.strip_suffix('Z')?.split_once('T')?.1;
        Some(format!("{}Z {rest}", time.get(..12)?))
    });
    timed.unwrap_or_else(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_loses_its_day_and_nothing_else() {
        assert_eq!(without_day("2026-11-22T14:50:51.123456Z  INFO listening"), "14:50:51.123Z  INFO listening");
        for line in ["", "no time", "T Z", "TØÆÅØÆÅØÆÅZ x"] {
            assert_eq!(without_day(line), line);
        }
    }
}
