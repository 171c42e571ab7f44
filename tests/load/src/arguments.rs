//! The command line: every size is an argument.

use clap::{Args, Parser, Subcommand, ValueEnum};
use engines::Engine;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Parser)]
#[command(about = "Measures the suite beside the raw limit of what it stands on.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) scenario: Scenario,
}

#[derive(Subcommand)]
pub(crate) enum Scenario {
    /// Decisions of access-service: `Check` on behalf of readers, spread over all accesses.
    Checks(Checks),
    /// The newest 50 letters, listed by the owner and by a reader.
    Delegated(Delegated),
    /// Lists, opens, marks and deliveries, one call at a time.
    Post(Post),
    /// A register extract and a mass mailing, both streamed in through the public API.
    Register(Register),
    /// E-mails that are owed, handed to a fast mail server.
    Mail(Mail),
    /// Lists at a steady rate, before and during a mass mailing of which as many are told by e-mail.
    Mailing(Mailing),
    /// The raw limit of `checks`: started by it, ends when its standard input does.
    #[command(hide = true)]
    RawChecks(RawServer),
    /// The raw limit of `post`, in the same way.
    #[command(hide = true)]
    RawPost(RawServer),
}

/// How long and how often is measured.
#[derive(Args, Clone)]
pub(crate) struct Run {
    /// On which engine; on both if left out.
    #[arg(long)]
    pub(crate) engine: Option<EngineName>,
    /// How many callers at once, one step each.
    #[arg(long, value_delimiter = ',', default_values_t = [8, 32, 128])]
    pub(crate) callers: Vec<usize>,
    /// Seconds of one measurement.
    #[arg(long, default_value_t = 10)]
    pub(crate) seconds: u64,
    /// Calls of one measurement, instead of seconds.
    #[arg(long)]
    pub(crate) calls: Option<usize>,
    /// How often everything is measured in turns; the median counts.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: usize,
    /// Connections to each server: as many replicas as would call it.
    #[arg(long, default_value_t = 4)]
    pub(crate) connections: usize,
}

#[derive(Args)]
pub(crate) struct Checks {
    #[command(flatten)]
    pub(crate) run: Run,
    /// Accesses in the database.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) accesses: u32,
    /// Readers who are logged in, each with a token and calls of their own; spread over the accesses.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) sessions: u32,
}

#[derive(Args)]
pub(crate) struct Delegated {
    #[command(flatten)]
    pub(crate) run: Run,
    /// Accesses in the database, those of the mailboxes included.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) accesses: u32,
    /// Mailboxes that are listed.
    #[arg(long, default_value_t = 50)]
    pub(crate) mailboxes: u32,
    /// Letters in each of them.
    #[arg(long, default_value_t = 200)]
    pub(crate) letters: u32,
}

#[derive(Args)]
pub(crate) struct Post {
    #[command(flatten)]
    pub(crate) run: Run,
    /// Mailboxes in which it is done.
    #[arg(long, default_value_t = 100)]
    pub(crate) mailboxes: u32,
    /// Letters in each of them before it begins.
    #[arg(long, default_value_t = 100)]
    pub(crate) letters: u32,
    /// Letters in the mailboxes of others, a hundred in each; PostgreSQL only.
    #[arg(long, default_value_t = 0)]
    pub(crate) others: u32,
}

#[derive(Args)]
pub(crate) struct Register {
    /// On which engine; on both if left out.
    #[arg(long)]
    pub(crate) engine: Option<EngineName>,
    /// Persons in the extract.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) persons: u32,
    /// Letters of the mailing, to each of the persons in turn.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) letters: u32,
    /// Streams at once, each with its part of the extract and of the mailing.
    #[arg(long, default_value_t = 4)]
    pub(crate) streams: u32,
    /// The most letters whose rows are copied once more for the raw limit.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) copied: u32,
}

#[derive(Args)]
pub(crate) struct Mail {
    /// On which engine; on both if left out.
    #[arg(long)]
    pub(crate) engine: Option<EngineName>,
    /// Subscriptions, each of a reader to the post of a mailbox of its own; as many e-mails are owed in each round.
    #[arg(long, default_value_t = 20_000)]
    pub(crate) subscriptions: u32,
    /// E-mails that are sent at once, by each of the two.
    #[arg(long, default_value_t = 64)]
    pub(crate) parallel: u16,
    /// How often everything is measured in turns; the median counts.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: usize,
    /// Of the subscriptions, how many have an address whose mail stalls; their e-mails are due before all others.
    #[arg(long, default_value_t = 0)]
    pub(crate) dead: u32,
}

#[derive(Args)]
pub(crate) struct Mailing {
    /// On which engine; on both if left out.
    #[arg(long)]
    pub(crate) engine: Option<EngineName>,
    /// Mailboxes that the mailing goes to, each with a reader who is told by e-mail.
    #[arg(long, default_value_t = 20_000)]
    pub(crate) mailboxes: u32,
    /// Letters of the mailing.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) letters: u32,
    /// Streams at once, each with its part of the mailing.
    #[arg(long, default_value_t = 4)]
    pub(crate) streams: u32,
    /// Mailboxes that are read meanwhile, with fifty letters in each.
    #[arg(long, default_value_t = 50)]
    pub(crate) read: u32,
    /// Lists of the newest 50 a second.
    #[arg(long, default_value_t = 200)]
    pub(crate) rate: u32,
    /// Seconds of reading before the mailing.
    #[arg(long, default_value_t = 15)]
    pub(crate) seconds: u64,
}

#[derive(Args)]
pub(crate) struct RawServer {
    /// The database.
    #[arg(long)]
    pub(crate) url: String,
    /// The folder of keys and certificates.
    #[arg(long)]
    pub(crate) data: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum EngineName {
    Sqlite,
    Postgres,
}

/// How long a measurement goes on.
#[derive(Clone, Copy)]
pub(crate) enum Length {
    Time(Duration),
    Calls(usize),
}

/// The one, or both.
pub(crate) fn engines(name: Option<EngineName>) -> Vec<Engine> {
    match name {
        Some(EngineName::Sqlite) => vec![Engine::Sqlite],
        Some(EngineName::Postgres) => vec![Engine::Postgres],
        None => vec![Engine::Sqlite, Engine::Postgres],
    }
}

impl Run {
    pub(crate) fn length(&self) -> Length {
        self.calls.map_or(Length::Time(Duration::from_secs(self.seconds)), Length::Calls)
    }
}
