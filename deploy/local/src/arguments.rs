//! What can be said on the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use kernel::{CprNumber, CvrNumber, Portal, ServiceName};
use std::path::PathBuf;

/// Digital Post with read access, on this machine.
///
/// Without a command: builds the three services, starts them as real processes on SQLite, seeds a handful of test
/// citizens, prints addresses and calls to paste, and follows the logs until Ctrl-C. Everything it needs it makes itself,
/// in one folder (.data at the top of the workspace), and keeps it there: keys, certificates, databases and e-mails
/// survive a restart. Delete the folder to begin anew.
///
/// TLS is on, with a certificate authority of the folder's own; the services know each other by client certificates. No
/// mail is sent: e-mails land as files in .data/mail.
#[derive(Debug, Parser)]
#[command(name = "digitalpost", bin_name = "cargo run --", version, after_long_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// The folder of the suite [default: .data at the top of the workspace]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,

    /// Use the services as they are built, without asking cargo
    #[arg(long)]
    pub(crate) no_build: bool,

    /// The first of three ports for calls: access, mailbox, notification
    #[arg(long, value_name = "PORT", default_value_t = 50051)]
    pub(crate) port_base: u16,

    /// The first of three ports for metrics, in the same order
    #[arg(long, value_name = "PORT", default_value_t = 9101)]
    pub(crate) metrics_port_base: u16,
}

const EXAMPLES: &str = "\
Examples:
  cargo run                                             the suite, until Ctrl-C
  cargo run -- --port-base 51051 --metrics-port-base 9201 --data /tmp/second
                                                        a second one beside it
  cargo run -- demo                                     the whole story, checked step by step
  cargo run -- demo --chaos                             the same, while processes are killed
  cargo run -q -- token citizen --cpr 6101801234        a token for Karen at borger.dk
  cargo run -q -- token sender --private --portal e_boks --name 'Nordkraft A/S' --cvr 12345678

With the suite running:
  grpcurl -cacert .data/tls/ca.pem localhost:50052 list
  grpcurl -cacert .data/tls/ca.pem -H \"authorization: Bearer $(cargo run -q -- token citizen --cpr 6101801234)\" \\
      -d '{\"name\":\"mailboxes/me\"}' localhost:50052 digitalpost.mailbox.v1.MailboxService/GetMailbox

deploy/README.md tells what lies where in .data.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Tell the whole story on a fresh suite, and check it
    ///
    /// Starts a suite of its own in a fresh folder and on free ports, loads 10,000 persons, lets Karen give Niels read
    /// access, delivers letters, has e-mail switched on with the code from the e-mail, and ends the access; every step is
    /// shown with the actual answers and checked. Exit code 1 and the name of the step if anything is not as promised.
    Demo(Demo),

    /// Print a token that is valid for 12 hours
    ///
    /// Standard output is the token and nothing else. It is signed with the development key of the folder, which is made
    /// if it is missing; production refuses such keys.
    #[command(subcommand)]
    Token(Token),

    /// Kill what is noted on standard input when that ends: how a suite leaves nothing running when it is killed itself
    #[command(name = local::guard::ARGUMENT, hide = true)]
    Guard,
}

#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Demo {
    /// Keep the folder of the demo to look at
    #[arg(long)]
    pub(crate) keep: bool,

    /// Kill processes with signal 9 on the way, and see that nothing that was acknowledged is lost
    #[arg(long)]
    pub(crate) chaos: bool,

    /// Use the services as they are built, without asking cargo
    #[arg(long)]
    pub(crate) no_build: bool,

    /// How many persons the register has
    #[arg(long, value_name = "COUNT", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(8..=20_000))]
    pub(crate) persons: u32,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// A citizen who logged in with MitID at a portal
    Citizen {
        /// CPR number, 10 digits, with or without a hyphen
        #[arg(long, value_parser = cpr)]
        cpr: CprNumber,
        /// Where the citizen logged in
        #[arg(long, default_value = "borger_dk")]
        portal: PortalName,
    },
    /// An employee of a municipality
    Caseworker {
        /// The municipality's code, four digits
        #[arg(long, default_value = "0101", value_parser = municipality)]
        municipality: String,
        /// The municipality's CVR number
        #[arg(long, default_value = "64942212", value_parser = CvrNumber::parse)]
        cvr: CvrNumber,
        /// Who, within the municipality
        #[arg(long, default_value = "caseworker-1")]
        employee_id: String,
    },
    /// A system that sends post, of an authority or (--private) of a company
    Sender(Sender),
    /// A system of the population register
    Register {
        /// Which system
        #[arg(long, default_value = "cpr-extract")]
        system_id: String,
    },
    /// A person who runs the suite
    Operator {
        /// Who
        #[arg(long, default_value = "operator-1")]
        employee_id: String,
    },
    /// One of the suite's own processes; a call with it needs the process's client certificate too
    Service {
        /// Which
        #[arg(long)]
        name: ServiceName,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Sender {
    /// CVR number of the sender
    #[arg(long, default_value = "64942212", value_parser = CvrNumber::parse)]
    pub(crate) cvr: CvrNumber,
    /// Which of the sender's systems
    #[arg(long, default_value = "letters")]
    pub(crate) system_id: String,
    /// The name that recipients see
    #[arg(long, default_value = "Københavns Kommune")]
    pub(crate) name: String,
    /// A private company instead of a public authority
    #[arg(long, requires = "portal")]
    pub(crate) private: bool,
    /// With --private: the portal it sends through, e_boks or mit_dk
    #[arg(long, requires = "private")]
    pub(crate) portal: Option<CommercialPortal>,
    /// A legal basis that the system is registered for; may be repeated
    #[arg(long = "legal-basis", value_name = "CODE")]
    pub(crate) legal_bases: Vec<String>,
}

/// The portals, for the list in `--help`.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum PortalName {
    BorgerDk,
    DigitalPostApp,
    EBoks,
    MitDk,
}

impl From<PortalName> for Portal {
    fn from(name: PortalName) -> Self {
        match name {
            PortalName::BorgerDk => Self::BorgerDk,
            PortalName::DigitalPostApp => Self::DigitalPostApp,
            PortalName::EBoks => Self::EBoks,
            PortalName::MitDk => Self::MitDk,
        }
    }
}

/// The portals that companies send through.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum CommercialPortal {
    EBoks,
    MitDk,
}

impl From<CommercialPortal> for Portal {
    fn from(name: CommercialPortal) -> Self {
        match name {
            CommercialPortal::EBoks => Self::EBoks,
            CommercialPortal::MitDk => Self::MitDk,
        }
    }
}

fn cpr(text: &str) -> Result<CprNumber, kernel::cpr::InvalidCprNumber> {
    CprNumber::parse(text)
}

fn municipality(text: &str) -> Result<String, &'static str> {
    let valid = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if valid { Ok(text.to_owned()) } else { Err("must be four digits") }
}

impl From<Token> for kernel::Caller {
    fn from(token: Token) -> Self {
        match token {
            Token::Citizen { cpr, portal } => Self::Citizen(kernel::Citizen { cpr, portal: portal.into() }),
            Token::Caseworker { municipality, cvr, employee_id } => {
                Self::Caseworker(kernel::Caseworker { employee_id, municipality, cvr })
            }
            Token::Sender(sender) => Self::SenderSystem(kernel::SenderSystem {
                cvr: sender.cvr,
                system_id: sender.system_id,
                name: sender.name,
                sector: if sender.private { kernel::Sector::Private } else { kernel::Sector::Public },
                portal: sender.portal.map(Portal::from),
                legal_bases: sender.legal_bases,
            }),
            Token::Register { system_id } => Self::RegisterSystem(kernel::RegisterSystem { system_id }),
            Token::Operator { employee_id } => Self::Operator(kernel::Operator { employee_id }),
            Token::Service { name } => Self::Service(kernel::Service { name, on_behalf_of: None }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_make_sense() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_company_needs_its_portal() {
        let read = |line: &str| Arguments::try_parse_from(line.split(' ')).is_ok();
        assert!(read("digitalpost token sender --private --portal mit_dk"));
        assert!(!read("digitalpost token sender --private"));
        assert!(!read("digitalpost token sender --portal mit_dk"));
        assert!(!read("digitalpost token sender --private --portal borger_dk"));
        assert!(!read("digitalpost token citizen --cpr 123"));
    }
}
