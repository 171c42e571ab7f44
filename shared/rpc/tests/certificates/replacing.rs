//! Certificates that are replaced as files, while calls run.

use crate::{Authority, Files, PATIENCE, anywhere, ask};
use rpc::server::ServerError;
use std::time::Instant;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::transport::Channel;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_authority_follows_another_and_no_call_fails() -> anyhow::Result<()> {
    let (old, new) = (Authority::new("old")?, Authority::new("new")?);
    let files = Files::of(&old)?;
    let server = files.serve(anywhere()).await?;
    let long = files.channel(server.address)?;
    ask(&long).await?;
    let stop = CancellationToken::new();
    let calls = tokio::spawn(calls(long.clone(), stop.clone()));

    files.put("authority", &format!("{}{}", old.pem, new.pem))?;
    ask(&files.channel(server.address)?).await?;
    files.put_identity("server", &new.server()?)?;
    ask(&files.channel(server.address)?).await?;
    files.put_identity("client", &new.client()?)?;
    ask(&files.channel(server.address)?).await?;
    files.put("authority", &new.pem)?;
    ask(&files.channel(server.address)?).await?;
    stop.cancel();
    let (answered, failed) = calls.await?;
    assert!(answered > 0 && failed.is_empty(), "{answered} calls, {failed:?}");

    // Who still has the old ones is neither trusted nor trusts.
    let left_behind = Files::of(&old)?;
    assert!(ask(&left_behind.channel(server.address)?).await.is_err());
    left_behind.put("authority", &new.pem)?;
    assert!(ask(&left_behind.channel(server.address)?).await.is_err());
    // What has been there from the beginning connects with what is there now.
    let address = server.ends().await?;
    let _server = files.serve(address).await?;
    let began = Instant::now();
    while let Err(status) = ask(&long).await {
        anyhow::ensure!(began.elapsed() < PATIENCE, "{status}");
    }
    Ok(())
}

/// Calls until `stop`; how many were answered, and what went wrong.
async fn calls(channel: Channel, stop: CancellationToken) -> (u32, Vec<Status>) {
    let (mut answered, mut failed) = (0, Vec::new());
    while !stop.is_cancelled() {
        match ask(&channel).await {
            Ok(()) => answered += 1,
            Err(status) => failed.push(status),
        }
    }
    (answered, failed)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_read_leaves_in_force_what_was() -> anyhow::Result<()> {
    let (old, new) = (Authority::new("old")?, Authority::new("new")?);
    let files = Files::of(&old)?;
    let server = files.serve(anywhere()).await?;
    let renewed = new.server()?;
    // An answer: what it began with has been read.
    ask(&files.channel(server.address)?).await?;
    // Half of a replacement; nonsense; nothing at all.
    files.put("server", &renewed.0)?;
    ask(&files.channel(server.address)?).await?;
    files.put("server", "nonsense")?;
    ask(&files.channel(server.address)?).await?;
    std::fs::remove_file(files.path("server"))?;
    ask(&files.channel(server.address)?).await?;

    files.put_identity("server", &renewed)?;
    assert!(ask(&files.channel(server.address)?).await.is_err(), "the new one is shown, which nobody trusts yet");
    let trusting = Files::of(&old)?;
    trusting.put("authority", &new.pem)?;
    Ok(ask(&trusting.channel(server.address)?).await?)
}

#[tokio::test]
async fn what_can_not_be_read_at_the_start_is_refused() -> anyhow::Result<()> {
    let files = Files::of(&Authority::new("old")?)?;
    files.put("server.key", "nonsense")?;
    assert!(matches!(
        files.serve(anywhere()).await?.ends().await.map_err(anyhow::Error::downcast),
        Err(Ok(ServerError::Certificate(_)))
    ));
    files.put("authority", "nonsense")?;
    assert!(files.channel(anywhere()).is_err());
    Ok(())
}
