//! Who is calling: every token that is not quite right gets the same answer.

use api::access::v1::ListGivenAccessesRequest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::suite::{answer, with_token};
use harness::{Citizen, Letter, Person, Refusable as _, Refused, Suite, on_both};
use identity::Claims;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::Clock as _;
use local::{Issuer, tokens};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};
use serde_json::json;
use std::time::Duration;
use tonic::transport::{Channel, Endpoint};

on_both! {
    Suite: p6_a_call_without_a_token_is_refused,
    p6_a_token_for_others_or_other_times_is_refused,
    p6_a_token_signed_by_another_key_is_refused,
    p6_a_token_of_another_algorithm_is_refused,
    p6_an_unsigned_token_is_refused,
    p6_an_altered_token_is_refused,
    p6_an_issuer_vouches_for_its_own_callers_only,
    p6_a_weak_login_is_refused,
    p6_keys_rotate_without_a_restart,
    p6_a_stream_ends_with_the_token_it_began_with,
    p6_nobody_calls_in_the_clear,
}

async fn call(suite: &Suite, token: &str) -> Result<(), Refused> {
    let request = with_token(ListGivenAccessesRequest::default(), token);
    answer(suite.clients().read_access().list_given_accesses(request).await).map(|_| ())
}

/// The claims of Karen's good token.
fn good(suite: &Suite, karen: &Citizen) -> Claims {
    tokens::claims(&karen.caller(), suite.clock().now()).1
}

fn signed(suite: &Suite, claims: &Claims) -> String {
    suite.secrets().sign(Issuer::Persons, claims).unwrap()
}

fn key_id(suite: &Suite) -> String {
    suite.secrets().key_id(Issuer::Persons).unwrap().to_owned()
}

async fn p6_a_call_without_a_token_is_refused(suite: Suite) {
    suite.citizen(Person::karen()).await;
    let bare = suite.clients().read_access().list_given_accesses(ListGivenAccessesRequest::default()).await;
    answer(bare).refused("TOKEN_MISSING");
    for token in ["", "x", "a.b.c", "a.b", &"a".repeat(5_000)] {
        call(&suite, token).await.refused("TOKEN_INVALID");
    }
}

async fn p6_a_token_for_others_or_other_times_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let (good, now) = (good(&suite, &karen), suite.clock().now().as_secs());
    call(&suite, &signed(&suite, &good)).await.unwrap();
    let mut answers = Vec::new();
    for (what, claims) in [
        ("issuer", Claims { iss: "https://evil.example".to_owned(), ..good.clone() }),
        ("audience", Claims { aud: "others".to_owned(), ..good.clone() }),
        ("expired", Claims { iat: now - 600, nbf: now - 600, exp: now - 31, ..good.clone() }),
        ("not yet valid", Claims { nbf: now + 31, ..good.clone() }),
        ("issued in the future", Claims { iat: now + 31, ..good.clone() }),
        ("valid for too long", Claims { exp: now + 13 * 3600, ..good.clone() }),
        ("without a number", Claims { cpr: None, ..good.clone() }),
        ("without a portal", Claims { portal: None, ..good.clone() }),
        ("of an unknown portal", Claims { portal: Some("elsewhere".to_owned()), ..good.clone() }),
    ] {
        let refused = call(&suite, &signed(&suite, &claims)).await.err();
        assert_eq!(refused.as_ref().map(|refused| refused.reason.as_str()), Some("TOKEN_INVALID"), "{what}");
        answers.push(refused);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "nobody learns what was wrong");
}

async fn p6_a_stream_ends_with_the_token_it_began_with(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let (good, now) = (good(&suite, &karen), suite.clock().now().as_secs());
    let mut lasting = karen.watches("mailboxes/me", "").await.unwrap();
    // Two seconds before the half minute is over that clocks may differ by.
    let ending = signed(&suite, &Claims { iat: now - 600, nbf: now - 600, exp: now - 28, ..good });
    let mut short = karen.watches_with(&ending, "mailboxes/me", "").await.unwrap();
    let deliver = async |about| suite.authority().delivers(&karen.person, Letter::about(about)).await.unwrap().message;
    let before = deliver("Da tokenet gjaldt").await;
    assert_eq!(short.next().await.unwrap().message, before);
    short.next().await.refused("TOKEN_INVALID");
    let after = deliver("Bagefter").await;
    for letter in [before, after] {
        assert_eq!(lasting.next().await.unwrap().message, letter, "who is still logged in goes on");
    }
}

async fn p6_a_token_signed_by_another_key_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let stranger = KeyPair::generate_for(&PKCS_ED25519).unwrap().serialize_pem();
    let stranger = EncodingKey::from_ed_pem(stranger.as_bytes()).unwrap();
    for kid in [Some(key_id(&suite)), Some("another".to_owned()), None] {
        let header = Header { kid, ..Header::new(Algorithm::EdDSA) };
        let token = jsonwebtoken::encode(&header, &good(&suite, &karen), &stranger).unwrap();
        call(&suite, &token).await.refused("TOKEN_INVALID");
    }
}

async fn p6_a_token_of_another_algorithm_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let claims = good(&suite, &karen);
    // The oldest trick: the public key as the secret of a symmetric algorithm.
    let jwks = std::fs::read_to_string(suite.secrets().layout().jwks(Issuer::Persons)).unwrap();
    let jwks: serde_json::Value = serde_json::from_str(&jwks).unwrap();
    let public = URL_SAFE_NO_PAD.decode(jwks["keys"][0]["x"].as_str().unwrap()).unwrap();
    let header = Header { kid: Some(key_id(&suite)), ..Header::new(Algorithm::HS256) };
    let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&public)).unwrap();
    call(&suite, &token).await.refused("TOKEN_INVALID");
    // One that the suite knows, but not of this issuer.
    let es256 = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap().serialize_pem();
    let header = Header { kid: Some(key_id(&suite)), ..Header::new(Algorithm::ES256) };
    let key = EncodingKey::from_ec_pem(es256.as_bytes()).unwrap();
    let token = jsonwebtoken::encode(&header, &claims, &key).unwrap();
    call(&suite, &token).await.refused("TOKEN_INVALID");
}

async fn p6_an_unsigned_token_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&good(&suite, &karen)).unwrap());
    for algorithm in ["none", "None", "NONE", "EdDSA"] {
        let header = json!({ "alg": algorithm, "typ": "JWT", "kid": key_id(&suite) }).to_string();
        let header = URL_SAFE_NO_PAD.encode(header);
        for token in [format!("{header}.{payload}."), format!("{header}.{payload}"), format!("{header}.{payload}.AAAA")]
        {
            call(&suite, &token).await.refused("TOKEN_INVALID");
        }
    }
}

async fn p6_an_altered_token_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let niels = suite.citizen(Person::niels()).await;
    let (hers, his) = (signed(&suite, &good(&suite, &karen)), signed(&suite, &good(&suite, &niels)));
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (hers, his) = (parts(&hers), parts(&his));
    call(&suite, &format!("{}.{}.{}", hers[0], his[1], hers[2])).await.refused("TOKEN_INVALID");
}

async fn p6_an_issuer_vouches_for_its_own_callers_only(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    // A service that makes itself a citizen.
    let issuer = Issuer::Service(kernel::ServiceName::Mailbox);
    let claims = Claims { iss: issuer.url(), ..good(&suite, &karen) };
    call(&suite, &suite.secrets().sign(issuer, &claims).unwrap()).await.refused("TOKEN_INVALID");
}

async fn p6_a_weak_login_is_refused(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    for acr in [None, Some("low".to_owned()), Some("SUBSTANTIAL".to_owned())] {
        let claims = Claims { acr, ..good(&suite, &karen) };
        let refused = call(&suite, &signed(&suite, &claims)).await.refused("ASSURANCE_TOO_LOW");
        assert_eq!(refused.metadata["required_assurance"], "substantial");
    }
    let high = Claims { acr: Some("high".to_owned()), ..good(&suite, &karen) };
    call(&suite, &signed(&suite, &high)).await.unwrap();
}

async fn p6_keys_rotate_without_a_restart(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let x = URL_SAFE_NO_PAD.encode(key.public_key_raw());
    let jwks =
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "next", "x": x }] });
    let header = Header { kid: Some("next".to_owned()), ..Header::new(Algorithm::EdDSA) };
    let encoding = EncodingKey::from_ed_pem(key.serialize_pem().as_bytes()).unwrap();
    let by_next = |claims: &Claims| jsonwebtoken::encode(&header, claims, &encoding).unwrap();
    call(&suite, &by_next(&good(&suite, &karen))).await.refused("TOKEN_INVALID");

    std::fs::write(suite.secrets().layout().jwks(Issuer::Persons), jwks.to_string()).unwrap();
    // Not read again at once: tokens of unknown keys must not become work.
    call(&suite, &by_next(&good(&suite, &karen))).await.refused("TOKEN_INVALID");
    suite.clock().advance(Duration::from_secs(31));
    call(&suite, &by_next(&good(&suite, &karen))).await.unwrap();
    // The key that is gone from the set is gone.
    call(&suite, &signed(&suite, &good(&suite, &karen))).await.refused("TOKEN_INVALID");
}

async fn p6_nobody_calls_in_the_clear(suite: Suite) {
    let address = suite.ports().grpc(kernel::ServiceName::Access);
    let channel: Channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect_lazy();
    let mut client = api::access::v1::read_access_service_client::ReadAccessServiceClient::new(channel);
    assert!(client.list_given_accesses(ListGivenAccessesRequest::default()).await.is_err());
    // And nobody who does not know the suite's authority is talked into trusting it.
    let endpoint = Endpoint::from_shared(format!("https://localhost:{}", address.port())).unwrap();
    let public = tonic::transport::ClientTlsConfig::new().with_webpki_roots();
    let channel = endpoint.tls_config(public).unwrap().connect_lazy();
    let mut client = api::access::v1::read_access_service_client::ReadAccessServiceClient::new(channel);
    assert!(client.list_given_accesses(ListGivenAccessesRequest::default()).await.is_err());
}
