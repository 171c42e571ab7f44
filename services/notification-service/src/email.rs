//! The e-mails: templates filled in, and made into the bytes that are sent.

mod composer;
mod dkim;
pub(crate) mod notification;
mod rendered;
mod template;

pub(crate) use composer::wire_address;
pub use composer::{Composer, RenderError};
pub use rendered::{InvalidRendered, Rendered};
