//! E-mail about new post: see the library.

use notification_service::command::Command;
use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::main_with::<Command, _, _, _>(
        kernel::ServiceName::Notification,
        notification_service::store::MIGRATIONS,
        notification_service::build,
    )
}
