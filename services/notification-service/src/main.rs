//! E-mail about new post: see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::main(
        kernel::ServiceName::Notification,
        notification_service::store::MIGRATIONS,
        notification_service::build,
    )
}
