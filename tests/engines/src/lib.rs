//! Both engines for whatever is tested: a database on SQLite, empty or with a schema, one on PostgreSQL, and a
//! PostgreSQL to have it on.

pub mod debian;
pub mod driven;
pub mod engine;
pub mod folder;
pub mod postgres;

pub use driven::DrivenDatabase;
pub use engine::Engine;
