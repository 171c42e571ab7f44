//! Every process is started anew, one after the other, while calls come in: a caller who tries again elsewhere when it is told
//! UNAVAILABLE notices nothing (REL-D5).

use crate::traffic::Traffic;
use crate::trials::number;
use harness::{Engine, Processes, size};
use kernel::ServiceName;

const REPLICAS: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_of_everything_fails_no_call() {
    let (restarts, rate) = (number(size(1, 100)), u32::try_from(size(60, 200)).unwrap());
    let mut processes = Processes::start_replicas(Engine::Postgres, REPLICAS).await.unwrap();
    let traffic = Traffic::new(&processes, rate).await;
    let rolling = async {
        for _ in 0..restarts {
            for &service in ServiceName::ALL {
                for replica in 0..REPLICAS {
                    processes.restart_replica(service, replica).await.unwrap();
                }
            }
        }
    };
    traffic.flows_during(rolling).await;
    println!("every service was started anew {restarts} times, each of its {REPLICAS} replicas");
}
