//! An orderly end, and what a process says.

use harness::{Engine, Letter, Person, Processes};
use kernel::ServiceName;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminated_process_ends_with_exit_code_0() {
    let mut processes = Processes::start(Engine::Sqlite).await.unwrap();
    for &service in ServiceName::ALL {
        let status = processes.terminate(service).unwrap();
        assert_eq!(status.code(), Some(0), "{service}: {}", processes.log(service).unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_tells_anything_of_persons_or_letters() {
    let mut processes = Processes::start(Engine::Sqlite).await.unwrap();
    let suite = processes.suite().clone();
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let letter = Letter::about("Hemmelighed").with_pdf("hemmelig.pdf");
    let receipt = suite.authority().delivers(&karen.person, letter).await.unwrap();
    niels.opens(&receipt.message).await.unwrap();
    niels.switches_on_mail(&access, "niels@example.dk").await.unwrap();
    // What is refused is logged too.
    let stranger = karen.mistaken_for(Person::ole());
    assert!(stranger.lists(&karen.mailbox).await.is_err());
    assert!(karen.gives_access(&stranger, harness::Until::Never).await.is_err());
    for &service in ServiceName::ALL {
        processes.terminate(service).unwrap();
        let log = processes.log(service).unwrap();
        assert!(log.contains("listening"), "{service} says something");
        let told =
            ["Karen", "Nørgaard", "Niels", "Jensen", "Hemmelig", "hemmelig", "niels@", "Bearer", "eyJ", "kære", "Kære"];
        for person in [Person::karen(), Person::niels(), Person::ole()] {
            assert!(!log.contains(&person.cpr_number), "{service}");
            assert!(!log.contains(&person.cpr_number[..6]), "{service}");
        }
        for word in told {
            assert!(!log.contains(word), "{service} tells {word:?}");
        }
    }
}
