//! access-service: who may see whose post.

use std::process::ExitCode;

fn main() -> ExitCode {
    runtime::main(kernel::ServiceName::Access, access_service::MIGRATIONS, access_service::build)
}
