//! The process of mailbox-service.

use mailbox_service::command::Command;
use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::main_with::<Command, _, _, _>(
        kernel::ServiceName::Mailbox,
        mailbox_service::MIGRATIONS,
        mailbox_service::build,
    )
}
