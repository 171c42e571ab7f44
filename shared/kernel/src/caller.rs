//! Who is calling, as told by a verified token and by nothing else.

use crate::cpr::CprNumber;
use crate::cvr::CvrNumber;
use std::fmt;
use std::str::FromStr;

/// A verified caller.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Caller {
    /// A citizen who logged in with MitID at a portal.
    Citizen(Citizen),
    /// An employee of a municipality's citizen service.
    Caseworker(Caseworker),
    /// A system of an authority or company that sends post.
    SenderSystem(SenderSystem),
    /// A system of the population register.
    RegisterSystem(RegisterSystem),
    /// A person who runs the suite. Never reads post.
    Operator(Operator),
    /// One of the suite's own processes.
    Service(Service),
}

/// A citizen, and the portal that carries their token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Citizen {
    /// Who logged in.
    pub cpr: CprNumber,
    /// Where (rules P4, P9, A24 depend on it).
    pub portal: Portal,
}

/// A municipality's employee.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caseworker {
    /// The employee's id within the municipality.
    pub employee_id: String,
    /// The municipality's code, four digits.
    pub municipality: String,
    /// The municipality's CVR number.
    pub cvr: CvrNumber,
}

/// A sender system (rule P5).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SenderSystem {
    /// Whose system.
    pub cvr: CvrNumber,
    /// Which of their systems.
    pub system_id: String,
    /// The name recipients see.
    pub name: String,
    /// Authority or company.
    pub sector: Sector,
    /// The portal a company sends through (rule P9); none for an authority.
    pub portal: Option<Portal>,
    /// Codes of the legal bases this system is registered for (rule X3).
    pub legal_bases: Vec<String>,
}

/// A register system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegisterSystem {
    /// Which system.
    pub system_id: String,
}

/// An operator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operator {
    /// The employee's id.
    pub employee_id: String,
}

/// A process of the suite, and the person it acts for if there is one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    /// Which process.
    pub name: ServiceName,
    /// The person whose verified token came beside the service's own.
    pub on_behalf_of: Option<User>,
}

/// A person who calls, directly or through a service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum User {
    /// A citizen.
    Citizen(Citizen),
    /// A caseworker.
    Caseworker(Caseworker),
}

/// Authority or company: the mark of rule P5.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sector {
    /// A public authority.
    Public,
    /// A private company.
    Private,
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name in tokens, configuration and the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl FromStr for $name {
            type Err = UnknownName;
            fn from_str(text: &str) -> Result<Self, UnknownName> {
                match text { $($text => Ok(Self::$variant),)* _ => Err(UnknownName) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// The text names nothing known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a known name")]
pub struct UnknownName;

named! {
    /// Where citizens see their post (rule P3).
    Portal {
        /// borger.dk.
        BorgerDk = "borger_dk",
        /// The Digital Post app.
        DigitalPostApp = "digital_post_app",
        /// e-Boks, a commercial portal.
        EBoks = "e_boks",
        /// mit.dk, a commercial portal.
        MitDk = "mit_dk",
    }
}

named! {
    /// The processes of the suite.
    ServiceName {
        /// Who may see whose post.
        Access = "access-service",
        /// The mailboxes.
        Mailbox = "mailbox-service",
        /// E-mail about new post.
        Notification = "notification-service",
    }
}
