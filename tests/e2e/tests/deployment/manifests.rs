//! The configurations of the manifests are ones that the programs take.

use crate::root;
use runtime::Config;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn load<S: Default + Serialize + DeserializeOwned>(overlay: &str, service: &str) -> Config<S> {
    let file = root().join(format!("deploy/kubernetes/overlays/{overlay}/{service}.toml"));
    Config::load(Some(&file)).unwrap_or_else(|error| panic!("{}: {error:#}", file.display()))
}

#[test]
fn the_programs_take_the_configurations_of_the_manifests() {
    for overlay in ["development", "production"] {
        let access: Config<access_service::config::ServiceConfig> = load(overlay, "access");
        let mailbox: Config<mailbox_service::config::ServiceConfig> = load(overlay, "mailbox");
        let notification: Config<notification_service::config::ServiceConfig> = load(overlay, "notification");
        notification.service.check(notification.identity.production).unwrap();
        let productive = [access.identity.production, mailbox.identity.production, notification.identity.production];
        assert_eq!(productive, [overlay == "production"; 3]);
    }
}
