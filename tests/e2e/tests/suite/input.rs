//! Bad input about accesses and e-mail: every violation is listed at once, and nothing is written.

use api::access::v1::expiry::Choice;
use api::access::v1::{
    Expiry, GetAccessRequest, GiveAccessRequest, ListEndedAccessesRequest, ListOpenMailboxesRequest,
    ListReceivedAccessesRequest,
};
use api::notification::v1::{Channel, ConfirmSubscriptionRequest, StartSubscriptionRequest};
use harness::actor::citizen_access::offer;
use harness::actor::citizen_mail::subscription;
use harness::suite::answer;
use harness::{Citizen, Refusable as _, Suite, Until, on_both};

on_both! {
    Suite: a1_leaving_out_the_expiry_is_an_error,
    a1_a_last_day_is_today_at_the_earliest_and_a_day,
    a_cpr_number_that_is_none_is_refused,
    a_name_that_is_none_is_refused,
    an_access_name_that_is_none_is_refused,
    a_request_id_that_is_none_is_refused,
    n1_an_address_that_is_none_is_refused,
    every_violation_of_a_subscription_is_listed,
    a_page_token_that_is_none_is_refused,
}

/// Refused for just these fields, and nothing came of it.
async fn refused_for(karen: &Citizen, niels: &Citizen, request: GiveAccessRequest, fields: &[&str]) {
    let mut refused = karen.offers(request).await.refused("INVALID_FIELDS");
    refused.fields.sort();
    assert_eq!(refused.fields, fields);
    assert!(karen.given_accesses().await.unwrap().accesses.is_empty());
    assert!(niels.received_accesses().await.unwrap().accesses.is_empty());
    assert!(niels.lists(&niels.mailbox).await.unwrap().is_empty());
}

async fn a1_leaving_out_the_expiry_is_an_error(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for (expiry, field) in [
        (None, "expiry"),
        (Some(Expiry { choice: None }), "expiry"),
        (Some(Expiry { choice: Some(Choice::NeverExpires(false)) }), "expiry.never_expires"),
    ] {
        let request = GiveAccessRequest { expiry, ..offer(&niels.person, Until::Never) };
        refused_for(&karen, &niels, request, &[field]).await;
    }
}

async fn a1_a_last_day_is_today_at_the_earliest_and_a_day(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for day in
        ["2026-11-21", "1999-12-31", "2027-02-29", "2027-13-01", "27-01-01", "01-01-2027", "2027-1-1", "", "never"]
    {
        let expiry = Expiry { choice: Some(Choice::ExpiresOn(day.to_owned())) };
        let request = GiveAccessRequest { expiry: Some(expiry), ..offer(&niels.person, Until::Never) };
        refused_for(&karen, &niels, request, &["expiry.expires_on"]).await;
    }
}

async fn a_cpr_number_that_is_none_is_refused(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for cpr_number in [
        "",
        "6101",
        "61015012345",
        "610150_1234",
        "6113501234",
        "9902501234",
        "29189668",
        "６１01501234",
        "6101501234\0",
    ] {
        let mut request = offer(&niels.person, Until::Never);
        cpr_number.clone_into(&mut request.reader.as_mut().unwrap().cpr_number);
        refused_for(&karen, &niels, request, &["reader.cpr_number"]).await;
    }
}

async fn a_name_that_is_none_is_refused(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for name in ["", "   ", "Ni\nels", "Ni\u{0}els", "Ni\u{202e}els", "Niels\u{200b}", &"N".repeat(101)] {
        let mut request = offer(&niels.person, Until::Never);
        name.clone_into(&mut request.reader.as_mut().unwrap().first_name);
        refused_for(&karen, &niels, request.clone(), &["reader.first_name"]).await;
        name.clone_into(&mut request.reader.as_mut().unwrap().last_name);
        refused_for(&karen, &niels, request, &["reader.first_name", "reader.last_name"]).await;
    }
}

async fn an_access_name_that_is_none_is_refused(suite: Suite) {
    let (karen, _) = suite.karen_and_niels().await;
    let id = "0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f";
    for name in ["", "accesses/1", "mailboxes/me/accesses/1", &format!("mailboxes/{id}/accesses/{}", id.to_uppercase())]
    {
        let request = GetAccessRequest { name: name.to_owned() };
        let refused = answer(suite.clients().read_access().get_access(karen.request(request)).await);
        assert_eq!(refused.refused("INVALID_FIELDS").fields, ["name"]);
    }
    let unknown = format!("mailboxes/{id}/accesses/{id}");
    karen.sees_access(&unknown).await.refused("NOT_FOUND");
}

async fn a_request_id_that_is_none_is_refused(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for request_id in ["a b", "æ", "\n", &"x".repeat(65)] {
        let mut request = offer(&niels.person, Until::Never);
        request_id.clone_into(&mut request.request_id);
        refused_for(&karen, &niels, request, &["request_id"]).await;
    }
}

async fn n1_an_address_that_is_none_is_refused(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let long = format!("{}@example.dk", "n".repeat(250));
    for address in [
        "",
        "niels",
        "niels@",
        "@example.dk",
        "a@b@example.dk",
        "n@example.dk\r\nBcc: all@example.dk",
        "Niels <n@example.dk>",
        "n@[127.0.0.1]",
        "n i@example.dk",
        &long,
    ] {
        let refused = niels.switches_on_mail(&access, address).await.refused("INVALID_FIELDS");
        assert_eq!(refused.fields, ["email_address"], "{address:?}");
    }
    assert!(suite.mails().is_empty());
}

async fn every_violation_of_a_subscription_is_listed(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let nothing = StartSubscriptionRequest { request_id: " ".to_owned(), ..StartSubscriptionRequest::default() };
    let mut refused = niels.starts_subscription(nothing).await.refused("INVALID_FIELDS");
    refused.fields.sort();
    assert_eq!(refused.fields, ["channel", "email_address", "request_id", "target"]);
    let mut unspecified = subscription(&access, "niels@example.dk");
    unspecified.set_channel(Channel::Unspecified);
    assert_eq!(niels.starts_subscription(unspecified).await.refused("INVALID_FIELDS").fields, ["channel"]);

    let started = niels.switches_on_mail(&access, "niels@example.dk").await.unwrap();
    for code in ["", "12345", "1234567", "12345a"] {
        let (name, code) = (started.name.clone(), code.to_owned());
        let request = ConfirmSubscriptionRequest { name, code, ..ConfirmSubscriptionRequest::default() };
        let refused = answer(suite.clients().subscriptions().confirm_subscription(niels.request(request)).await);
        assert_eq!(refused.refused("INVALID_FIELDS").fields, ["code"]);
    }
}

async fn a_page_token_that_is_none_is_refused(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    for number in 0..3 {
        let owner = suite.citizen(harness::Person::of_crowd(number)).await;
        owner.gives_access(&niels, Until::Never).await.unwrap();
    }
    let received = async |citizen: &Citizen, page_token: &str| {
        let request = ListReceivedAccessesRequest { page_size: 1, page_token: page_token.to_owned() };
        answer(suite.clients().read_access().list_received_accesses(citizen.request(request)).await)
    };
    let token = received(&niels, "").await.unwrap().next_page_token;
    received(&niels, &token).await.unwrap();
    for wrong in ["x", &token[1..], &"x".repeat(513), "\u{e6}"] {
        received(&niels, wrong).await.refused("PAGE_TOKEN_INVALID");
    }
    // Another's, and another list's.
    received(&karen, &token).await.refused("PAGE_TOKEN_INVALID");
    received(&niels.at(kernel::Portal::EBoks), &token).await.refused("PAGE_TOKEN_INVALID");
    let open = ListOpenMailboxesRequest { page_size: 1, page_token: token.clone() };
    let open = answer(suite.clients().read_access().list_open_mailboxes(niels.request(open)).await);
    open.refused("PAGE_TOKEN_INVALID");
    let ended = ListEndedAccessesRequest { page_token: token, ..ListEndedAccessesRequest::default() };
    let ended = answer(suite.clients().read_access().list_ended_accesses(niels.request(ended)).await);
    ended.refused("PAGE_TOKEN_INVALID");
}
