//! Builds the three services with the cargo that runs us.

use anyhow::{Context as _, bail};
use kernel::ServiceName;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The top of the workspace.
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Builds the services in the profile of `program` (this one), so that their programs lie beside it.
pub fn build(program: &Path) -> anyhow::Result<()> {
    let folder = folder_of(program)?;
    let (profile, target) = (profile(folder)?, folder.parent().context("the program lies in no target folder")?);
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace()).args(["build", "--quiet", "--profile", profile, "--target-dir"]).arg(target);
    // Together with this very package, which is built already: its features are those that all were compiled with.
    cargo.args(["-p", env!("CARGO_PKG_NAME")]);
    for service in ServiceName::ALL {
        cargo.args(["-p", service.as_str()]);
    }
    // What `cargo run` tells us about ourselves would look to build scripts like a change, and rebuild their crates.
    for (name, _) in std::env::vars_os() {
        let told = name.to_str().is_some_and(|name| {
            name == "CARGO"
                || ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|prefix| name.starts_with(prefix))
        });
        if told {
            cargo.env_remove(name);
        }
    }
    let status = cargo.status().context("can't run cargo; with --no-build the programs that are there are used")?;
    if status.success() { Ok(()) } else { bail!("the services could not be built") }
}

/// Where the programs of the services lie: beside `program` (this one). Fails if one is missing.
pub fn programs(program: &Path) -> anyhow::Result<PathBuf> {
    let folder = folder_of(program)?;
    for service in ServiceName::ALL {
        if !folder.join(service.as_str()).is_file() {
            bail!("{service} is not built: there is no {}", folder.join(service.as_str()).display());
        }
    }
    Ok(folder.to_owned())
}

fn folder_of(program: &Path) -> anyhow::Result<&Path> {
    program.parent().context("the program lies in no folder")
}

/// Cargo names the folder of a profile after it, but for `dev`.
fn profile(folder: &Path) -> anyhow::Result<&str> {
    let name = folder.file_name().and_then(|name| name.to_str()).context("the program lies in no target folder")?;
    Ok(if name == "debug" { "dev" } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_follows_from_the_folder() {
        assert_eq!(profile(Path::new("/somewhere/target/debug")).unwrap(), "dev");
        assert_eq!(profile(Path::new("/somewhere/target/release")).unwrap(), "release");
    }

    #[test]
    fn the_workspace_has_the_services() {
        assert!(workspace().join("services/access-service/Cargo.toml").is_file());
    }
}
