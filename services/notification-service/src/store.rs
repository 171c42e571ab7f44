//! The SQL, one file a table; functions over `&mut Tx`.

pub mod caseworker;
pub mod code_made;
pub mod forward;
pub mod has_ended;
pub mod known_person;
pub mod ledger;
pub mod returned;
pub mod subscription;
pub mod waiting_address;

use sql::{Migrations, Step};

/// The schema of this service.
pub const MIGRATIONS: Migrations = Migrations::new(&[
    Step {
        version: 1000,
        description: "subscriptions, codes, ledger",
        sqlite: include_str!("../migrations/sqlite/0001_notification.sql"),
        postgres: include_str!("../migrations/postgres/0001_notification.sql"),
    },
    Step {
        version: 1003,
        description: "what caseworkers did",
        sqlite: include_str!("../migrations/sqlite/0003_caseworkers.sql"),
        postgres: include_str!("../migrations/postgres/0003_caseworkers.sql"),
    },
    Step {
        version: 1004,
        description: "e-mails to addresses that are no longer in force",
        sqlite: include_str!("../migrations/sqlite/0004_addressed.sql"),
        postgres: include_str!("../migrations/postgres/0004_addressed.sql"),
    },
    Step {
        version: 1007,
        description: "traces of e-mails",
        sqlite: include_str!("../migrations/sqlite/0007_traces.sql"),
        postgres: include_str!("../migrations/postgres/0007_traces.sql"),
    },
]);

/// The tables whose rows have data keys of their own, wrapped by a key from outside.
pub const WRAPPED_TABLES: [runtime::WrappedTable; 1] =
    [runtime::wrapped_table!("subscription", subscription::key_place)];
