//! From the wire to actions and back, without decisions.

pub mod not_yet;
pub mod operator_service;
mod page_token;
mod parse;
pub mod status;
pub mod subscription_service;
mod view;
