//! What a server tells about itself, and how it ends.

use api::access::v1::ListGivenAccessesRequest;
use harness::suite::answer;
use harness::{Letter, Person, Refusable as _, Suite, on_both};
use kernel::ServiceName;
use std::time::Duration;
use tokio::time::Instant;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

on_both! {
    Suite: health_is_told_for_the_process_and_each_service,
    reflection_lists_every_service_in_both_versions,
    an_orderly_end_lets_calls_finish,
    a_malformed_deadline_is_refused,
}

/// The services of our API that a process serves.
fn services(process: ServiceName) -> Vec<String> {
    let package = process.as_str().trim_end_matches("-service");
    let mut names: Vec<String> = api::METHODS
        .iter()
        .map(|method| method.path.split('/').nth(1).unwrap().to_owned())
        .filter(|name| name.starts_with(&format!("digitalpost.{package}.")) || name.starts_with("digitalpost.event."))
        .collect();
    names.sort();
    names.dedup();
    names
}

async fn status(suite: &Suite, process: ServiceName, service: &str) -> Result<ServingStatus, tonic::Status> {
    let request = HealthCheckRequest { service: service.to_owned() };
    let checked = HealthClient::new(suite.channel(process, None)).check(request).await?;
    Ok(checked.into_inner().status())
}

async fn health_is_told_for_the_process_and_each_service(suite: Suite) {
    for &process in ServiceName::ALL {
        let started = Instant::now();
        while status(&suite, process, "").await.unwrap() != ServingStatus::Serving {
            assert!(started.elapsed() < Duration::from_secs(5), "{process} does not serve");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for service in services(process) {
            assert_eq!(status(&suite, process, &service).await.unwrap(), ServingStatus::Serving, "{service}");
        }
        assert_eq!(status(&suite, process, "nothing").await.unwrap_err().code(), tonic::Code::NotFound);
    }
}

async fn reflection_lists_every_service_in_both_versions(suite: Suite) {
    for &process in ServiceName::ALL {
        let request = v1::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(v1::server_reflection_request::MessageRequest::ListServices(String::new())),
        };
        let mut client = v1::server_reflection_client::ServerReflectionClient::new(suite.channel(process, None));
        let mut answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
        let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
        let v1::server_reflection_response::MessageResponse::ListServicesResponse(listed) = answer else {
            panic!("a list of services")
        };
        let listed: Vec<String> = listed.service.into_iter().map(|service| service.name).collect();

        let request = v1alpha::ServerReflectionRequest {
            host: String::new(),
            message_request: Some(v1alpha::server_reflection_request::MessageRequest::ListServices(String::new())),
        };
        let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(suite.channel(process, None));
        let mut answers = client.server_reflection_info(tokio_stream::once(request)).await.unwrap().into_inner();
        let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
        let v1alpha::server_reflection_response::MessageResponse::ListServicesResponse(older) = answer else {
            panic!("a list of services")
        };
        let older: Vec<String> = older.service.into_iter().map(|service| service.name).collect();
        for service in services(process) {
            assert!(listed.contains(&service), "{process} lists {service}: {listed:?}");
            assert!(older.contains(&service), "{process} lists {service} in v1alpha: {older:?}");
        }
    }
}

async fn an_orderly_end_lets_calls_finish(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let authority = suite.authority();
    let mut deliveries = Vec::new();
    for number in 0..16 {
        deliveries.push(authority.prepares(&karen.person, Letter::about(&format!("{number}"))).await.unwrap());
    }
    let sending = futures::future::join_all(deliveries.into_iter().map(|delivery| authority.sends(delivery)));
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        suite.stop(ServiceName::Mailbox);
    };
    let (sent, ()) = tokio::join!(sending, stopping);
    for refused in sent.into_iter().filter_map(Result::err) {
        // One that came too late was not begun; none was cut.
        assert!([tonic::Code::Unavailable, tonic::Code::Unknown].contains(&refused.code), "{refused:?}");
        assert_ne!(refused.reason, "INTERNAL");
    }
    let started = Instant::now();
    while matches!(status(&suite, ServiceName::Mailbox, "").await, Ok(ServingStatus::Serving)) {
        assert!(started.elapsed() < Duration::from_secs(10), "it goes on serving");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn a_malformed_deadline_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let mut request = karen.request(ListGivenAccessesRequest::default());
    request.metadata_mut().insert("grpc-timeout", "soon".parse().unwrap());
    let refused = answer(suite.clients().read_access().list_given_accesses(request).await).refused("INVALID_FIELDS");
    assert_eq!(refused.fields, ["grpc-timeout"]);
}
