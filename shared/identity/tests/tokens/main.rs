//! Tokens that are accepted, and the many that are not.

mod bench;
mod remembering;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bench::{Bench, NOW, Pair, citizen, publish, with};
use identity::{CallerKind, Refused};
use kernel::{Caller, Clock as _, Portal, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn a_citizen_is_known_by_their_token() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let vouched = bench.verifier.verify(&bench.pair.sign(&citizen())?).await?;
    let Caller::Citizen(citizen) = vouched.caller else { panic!("a citizen") };
    assert_eq!((citizen.cpr.digits(), citizen.portal), ("6101801234", Portal::BorgerDk));
    Ok(())
}

#[tokio::test]
async fn times_are_held_to_with_half_a_minute_to_spare() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let token = bench.pair.sign(&citizen())?;
    bench.clock.set(Timestamp::from_micros((NOW + 329) * 1_000_000));
    assert_eq!(bench.verifier.verify(&token).await?.remaining, Duration::from_secs(1));
    bench.clock.advance(Duration::from_secs(1));
    bench.refuses(&token, "expired").await;
    bench.clock.set(Timestamp::from_micros((NOW - 31) * 1_000_000));
    bench.refuses(&token, "not yet valid").await;
    bench.clock.set(Timestamp::from_micros((NOW - 30) * 1_000_000));
    assert!(bench.verifier.verify(&token).await.is_ok());
    assert!(bench.clock.now() > Timestamp::from_micros(0));
    Ok(())
}

#[tokio::test]
async fn claims_must_be_ours_and_whole() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    for (key, value, why) in [
        ("aud", json!("another"), "audience"),
        ("iss", json!("https://evil.example"), "issuer"),
        ("exp", json!(NOW + 13 * 3600), "lives too long"),
        ("exp", json!(i64::MAX), "exp overflows"),
        ("iat", json!(i64::MIN), "life overflows"),
        ("cpr", json!("1234567890"), "no CPR number"),
        ("cpr", Value::Null, "CPR number missing"),
        ("portal", json!("facebook"), "unknown portal"),
        ("kind", json!("operator"), "a kind the issuer may not vouch for"),
        ("kind", json!("service"), "a service from a login"),
    ] {
        bench.refuses(&bench.pair.sign(&with(citizen(), key, value))?, why).await;
    }
    Ok(())
}

#[tokio::test]
async fn a_weak_login_is_told_apart() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    for acr in [json!("low"), Value::Null, json!("SUBSTANTIAL")] {
        let token = bench.pair.sign(&with(citizen(), "acr", acr))?;
        assert_eq!(bench.verifier.verify(&token).await.err(), Some(Refused::AssuranceTooLow));
    }
    Ok(())
}

#[tokio::test]
async fn a_private_sender_names_its_portal_and_a_public_one_has_none() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let sender = json!({
        "iss": "https://login.example", "sub": "s", "aud": "digitalpost", "iat": NOW, "nbf": NOW, "exp": NOW + 300,
        "kind": "sender_system", "cvr": "12345678", "system_id": "post", "name": "Testby Kommune", "sector": "public",
    });
    assert!(bench.verifier.verify(&bench.pair.sign(&sender)?).await.is_ok());
    bench.refuses(&bench.pair.sign(&with(sender.clone(), "portal", json!("e_boks")))?, "public with a portal").await;
    let private = with(sender, "sector", json!("private"));
    bench.refuses(&bench.pair.sign(&private)?, "private without a portal").await;
    bench
        .refuses(&bench.pair.sign(&with(private.clone(), "portal", json!("borger_dk")))?, "private on borger.dk")
        .await;
    assert!(bench.verifier.verify(&bench.pair.sign(&with(private, "portal", json!("mit_dk")))?).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn forged_tokens_are_refused() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let (pair, claims) = (&bench.pair, citizen().to_string());
    let good = pair.sign(&citizen())?;
    let (head, rest) = good.split_once('.').ok_or_else(|| anyhow::anyhow!("a token"))?;
    let (payload, signature) = rest.split_once('.').ok_or_else(|| anyhow::anyhow!("a token"))?;
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let header = |value: Value| value.to_string();
    let other = Pair::new("k1")?;
    let stranger = Pair::new("k9")?;

    let none = header(json!({ "alg": "none", "kid": "k1" }));
    bench.refuses(&format!("{}.{payload}.", encode(&none)), "alg none").await;
    bench.refuses(&format!("{head}.{payload}."), "no signature").await;
    bench.refuses(&format!("{head}.{payload}"), "two parts").await;
    bench
        .refuses(
            &format!("{head}.{}.{signature}", encode(&with(citizen(), "cpr", json!("6101805678")).to_string())),
            "another payload",
        )
        .await;
    bench.refuses(&other.sign(&citizen())?, "another key of the same id").await;
    bench.refuses(&stranger.sign(&citizen())?, "an unknown key").await;

    // The public key as a shared secret: the classic confusion of algorithms.
    let public = URL_SAFE_NO_PAD.decode(pair.public())?;
    let hs = jsonwebtoken::Header {
        kid: Some("k1".to_owned()),
        ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256)
    };
    let hs = jsonwebtoken::encode(&hs, &citizen(), &jsonwebtoken::EncodingKey::from_secret(&public))?;
    bench.refuses(&hs, "HS256 with the public key").await;

    for (value, why) in [
        (json!({ "alg": "EdDSA" }), "no key id"),
        (json!({ "alg": "ES256", "kid": "k1" }), "ES256 named, EdDSA signed"),
        (json!({ "alg": "RS256", "kid": "k1" }), "RSA"),
        (json!({ "alg": "HS512", "kid": "k1" }), "HS512"),
        (json!({ "alg": "EdDSA", "kid": "../k1" }), "a path as key id"),
        (json!({ "alg": "EdDSA", "kid": "k1' OR '1'='1" }), "SQL as key id"),
        (json!({ "alg": "EdDSA", "kid": "k1", "crit": ["exp"], "exp": 1 }), "an extension that must be understood"),
        (json!({ "alg": "EdDSA", "kid": "k9", "jwk": stranger.jwk() }), "a key of its own in the header"),
        (
            json!({ "alg": "EdDSA", "kid": "k9", "jku": "https://evil.example/jwks.json" }),
            "an address of keys in the header",
        ),
    ] {
        bench.refuses(&pair.sign_raw(&header(value), &claims)?, why).await;
    }
    let own = header(json!({ "alg": "EdDSA", "kid": "k9", "jwk": stranger.jwk() }));
    bench.refuses(&stranger.sign_raw(&own, &claims)?, "signed by the key in its own header").await;

    for (from, to, why) in [
        (format!("\"exp\":{}", NOW + 300), format!("\"exp\":\"{}\"", NOW + 300), "exp as text"),
        (format!("\"exp\":{}", NOW + 300), format!("\"exp\":{}.5", NOW + 300), "exp as a fraction"),
        (format!("\"exp\":{}", NOW + 300), "\"exp\":9223372036854775808".to_owned(), "exp beyond 63 bits"),
        (format!("\"exp\":{},", NOW + 300), String::new(), "exp missing"),
        (format!("\"nbf\":{NOW},"), String::new(), "nbf missing"),
        ("\"aud\":\"digitalpost\"".to_owned(), "\"aud\":[\"digitalpost\",\"evil\"]".to_owned(), "two audiences"),
        (
            "\"cpr\":\"6101801234\"".to_owned(),
            "\"cpr\":\"6101801234\",\"cpr\":\"6101805678\"".to_owned(),
            "a claim twice",
        ),
    ] {
        let changed = claims.replace(&from, &to);
        let changed = if changed == claims { claims.replace(from.trim_end_matches(','), "\"x\":0") } else { changed };
        assert_ne!(changed, claims, "{why}");
        bench.refuses(&pair.sign_raw(&pair.header(), &changed)?, why).await;
    }
    bench.refuses(&pair.sign_raw(&pair.header(), "not json")?, "no JSON").await;
    for text in ["", ".", "..", "a.b.c", &"a".repeat(5_000), &format!("{good}a"), &format!(" {good}")] {
        bench.refuses(text, "no token").await;
    }
    assert!(
        bench.verifier.verify(&pair.sign_raw(&pair.header(), &claims)?).await.is_ok(),
        "the means themselves are sound"
    );
    Ok(())
}

#[tokio::test]
async fn keys_rotate_without_a_restart_and_are_read_at_most_every_half_minute() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let next = Pair::new("k2")?;
    let token = next.sign(&citizen())?;
    bench.refuses(&token, "not published yet").await;
    publish(bench.folder.path(), &[&bench.pair, &next])?;
    bench.refuses(&token, "read less than half a minute ago").await;
    bench.clock.advance(Duration::from_secs(30));
    assert!(bench.verifier.verify(&token).await.is_ok());
    assert!(bench.verifier.verify(&bench.pair.sign(&citizen())?).await.is_ok(), "the old key goes on beside the new");
    // The file is away: what is known goes on.
    std::fs::remove_file(bench.folder.path().join("jwks.json"))?;
    bench.clock.advance(Duration::from_secs(31));
    bench.refuses(&Pair::new("k3")?.sign(&citizen())?, "unknown").await;
    assert!(bench.verifier.verify(&token).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn production_takes_no_development_keys_and_no_long_lives() -> anyhow::Result<()> {
    let kinds = vec![CallerKind::Citizen];
    assert!(Bench::with(true, kinds.clone(), "development-1").await.is_err());
    let bench = Bench::with(true, kinds, "k1").await?;
    assert!(bench.verifier.verify(&bench.pair.sign(&citizen())?).await.is_ok());
    bench.refuses(&bench.pair.sign(&with(citizen(), "exp", json!(NOW + 301)))?, "more than five minutes").await;
    Ok(())
}
