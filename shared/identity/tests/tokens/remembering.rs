//! Verified tokens are remembered, and held to everything but their signature again at each call.

use crate::bench::{Bench, NOW, Pair, citizen, publish, with};
use identity::Refused;
use kernel::Timestamp;
use serde_json::json;

#[tokio::test]
async fn a_withdrawn_or_replaced_key_takes_remembered_tokens_along() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let (token, next) = (bench.pair.sign(&citizen())?, Pair::new("k2")?);
    for replacement in [vec![&next], vec![&next, &Pair::new("k1")?]] {
        publish(bench.folder.path(), &[&bench.pair])?;
        bench.read_keys_again().await?;
        assert!(bench.verifier.verify(&token).await.is_ok());
        assert_eq!(bench.verifier.remembered(), 1);
        publish(bench.folder.path(), &replacement)?;
        bench.read_keys_again().await?;
        bench.refuses(&token, "the key is not the issuer's any more").await;
        assert_eq!(bench.verifier.remembered(), 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_remembered_token_is_held_to_its_times() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    let at = |seconds: i64| Timestamp::from_micros((NOW + seconds) * 1_000_000);
    let token = bench.pair.sign(&citizen())?;
    for _ in 0..3 {
        assert!(bench.verifier.verify(&token).await.is_ok());
        assert_eq!(bench.verifier.remembered(), 1);
    }
    bench.clock.set(at(-31));
    bench.refuses(&token, "not yet valid").await;
    bench.clock.set(at(0));
    assert!(bench.verifier.verify(&token).await.is_ok());
    bench.clock.set(at(330));
    bench.refuses(&token, "expired").await;
    assert_eq!(bench.verifier.remembered(), 0);
    Ok(())
}

#[tokio::test]
async fn what_is_refused_is_not_remembered_and_a_weak_login_stays_weak() -> anyhow::Result<()> {
    let bench = Bench::new().await?;
    bench.refuses(&Pair::new("k1")?.sign(&citizen())?, "another key of the same id").await;
    bench.refuses(&bench.pair.sign(&with(citizen(), "aud", json!("evil")))?, "for others").await;
    assert_eq!(bench.verifier.remembered(), 0);
    let weak = bench.pair.sign(&with(citizen(), "acr", json!("low")))?;
    for _ in 0..2 {
        assert_eq!(bench.verifier.verify(&weak).await.err(), Some(Refused::AssuranceTooLow));
    }
    Ok(())
}
