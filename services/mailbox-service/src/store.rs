//! The SQL, one file a table. Functions over a [`sql::Tx`]; what is sealed is opened and sealed here, under the data key
//! that the caller hands in.

pub mod activity;
pub mod contact_point;
pub mod count;
pub mod delivery;
pub mod entry;
pub mod exemption;
pub mod folder;
pub mod forward;
pub mod message;
pub mod message_file;
pub mod person;
pub mod receipt_order;
pub mod recipient;
pub mod reply;
mod sealed;
pub mod sent_ahead;
pub mod service_record;
pub mod settings;
pub mod tally;
pub mod upload;

/// The tables whose rows have data keys of their own, wrapped by a key from outside.
pub const WRAPPED_TABLES: [runtime::WrappedTable; 3] = [
    runtime::wrapped_table!("person", person::key_place),
    runtime::wrapped_table!("upload", upload::key_place),
    runtime::wrapped_table!("reply", reply::key_place),
];
