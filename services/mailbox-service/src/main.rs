//! The process of mailbox-service.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::main(kernel::ServiceName::Mailbox, mailbox_service::build)
}
