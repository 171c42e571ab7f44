//! An orderly end.

use harness::{Engine, Processes};
use kernel::ServiceName;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminated_process_ends_with_exit_code_0() {
    let mut processes = Processes::start(Engine::Sqlite).await.unwrap();
    for &service in ServiceName::ALL {
        let status = processes.terminate(service).unwrap();
        assert_eq!(status.code(), Some(0), "{service}: {}", processes.log(service).unwrap());
    }
}
