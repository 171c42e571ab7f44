//! When certificates end, as metrics tell it: an alert looks at that before it is too late.

use crate::{Authority, Files, anywhere, ask};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use rcgen::ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};

/// What the gauge of `role` shows.
fn told(metrics: &PrometheusHandle, role: &str) -> i64 {
    let gauge = format!("tls_certificate_expiry_timestamp_seconds{{role=\"{role}\"}} ");
    metrics.render().lines().find_map(|line| line.strip_prefix(&gauge)?.parse().ok()).unwrap_or_default()
}

fn begin_of(year: i32) -> i64 {
    rcgen::date_time_ymd(year, 1, 1).unix_timestamp()
}

// On one thread: that is what the recorder listens to.
#[tokio::test]
async fn the_end_of_each_certificate_in_use_is_told() -> anyhow::Result<()> {
    let recorder = PrometheusBuilder::new().build_recorder();
    let (metrics, _listening) = (recorder.handle(), metrics::set_default_local_recorder(&recorder));
    let authority = Authority::new("ours")?;
    let files = Files::of(&authority)?;
    // The chain goes on to the authority, which ends later.
    let (own, key) = authority.signs(ServerAuth, 2040)?;
    files.put_identity("server", &(format!("{own}{}", authority.pem), key))?;
    files.put_identity("client", &authority.signs(ClientAuth, 2041)?)?;
    let server = files.serve(anywhere()).await?;
    let channel = files.channel(server.address)?;
    assert_eq!(told(&metrics, "client"), begin_of(2041));
    ask(&channel).await?;
    assert_eq!(told(&metrics, "server"), begin_of(2040));

    // What replaces it, by the next connection; what can't be used ends no sooner for that.
    let (renewed, unusable) = (authority.signs(ServerAuth, 2050)?, authority.signs(ServerAuth, 2060)?);
    files.put_identity("server", &renewed)?;
    files.put_identity("client", &authority.signs(ClientAuth, 2051)?)?;
    ask(&files.channel(server.address)?).await?;
    assert_eq!((told(&metrics, "server"), told(&metrics, "client")), (begin_of(2050), begin_of(2051)));
    files.put("server", &unusable.0)?;
    ask(&files.channel(server.address)?).await?;
    assert_eq!(told(&metrics, "server"), begin_of(2050));
    Ok(())
}
