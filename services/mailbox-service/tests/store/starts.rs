//! The service as `main` builds it.

use mailbox_service::config::ServiceConfig;
use runtime::{Config, Outside};
use std::path::Path;

#[tokio::test]
async fn the_service_starts_on_a_fresh_machine() {
    // What `runtime::main` does first.
    rustls::crypto::ring::default_provider().install_default().expect("no provider yet");
    let folder = tempfile::tempdir().expect("a folder");
    let app = mailbox_service::build(config(folder.path()), Outside::system()).await.expect("a service");
    let jobs: Vec<&str> = app.jobs().iter().map(|job| job.name()).collect();
    assert_eq!(
        jobs,
        [
            "sweep",
            "outbox/access-service",
            "outbox/notification-service",
            "forget-tallies",
            "sweep-files",
            "publish",
            "watch-others",
            "purge-bin"
        ]
    );
    for job in app.jobs() {
        assert!(!job.run_once().await.expect("nothing to do"), "{}", job.name());
    }
}

fn config(folder: &Path) -> Config<ServiceConfig> {
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let file = |name: &str, content: &str| {
        let path = folder.join(name);
        std::fs::write(&path, content).expect("a file");
        path
    };
    let peer = |port| {
        let url = format!("http://127.0.0.1:{port}");
        Some(rpc::ClientConfig { url, connections: 1, authority_file: None, certificate_file: None, key_file: None })
    };
    let mut config = Config::<ServiceConfig>::default();
    config.database.url = format!("sqlite:{}", folder.join("mailbox.sqlite").display());
    config.keys_file =
        file("keys.json", &format!(r#"{{"active": "k1", "keys": {{"k1": "{key}"}}, "lookup": "{key}"}}"#));
    config.service_token = super::world::token_config(folder);
    config.identity.audience.push_str("digitalpost");
    config.peers.access = peer(1);
    config.peers.notification = peer(2);
    config.service.files_dir = folder.join("files");
    config
}
