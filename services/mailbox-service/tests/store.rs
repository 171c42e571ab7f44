//! The main actions through the service's own gRPC surface, on both engines.
//! Who calls is told by a header instead of a token, and access-service is played by the test.

mod store {
    pub(crate) mod access;
    pub(crate) mod ahead;
    pub(crate) mod caller;
    pub(crate) mod closing;
    pub(crate) mod deliveries;
    pub(crate) mod events;
    pub(crate) mod exemptions;
    pub(crate) mod files;
    pub(crate) mod mailboxes;
    pub(crate) mod mailings;
    pub(crate) mod persons;
    pub(crate) mod reading;
    pub(crate) mod receipts;
    pub(crate) mod rest;
    pub(crate) mod scanning;
    pub(crate) mod searching;
    pub(crate) mod service;
    pub(crate) mod starts;
    pub(crate) mod tampering;
    pub(crate) mod uploads;
    pub(crate) mod watches;
    pub(crate) mod world;
    pub(crate) mod writing;
}
