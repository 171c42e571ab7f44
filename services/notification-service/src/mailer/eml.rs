//! Into a folder, one `.eml` file each: the embedded default, for a machine without a mail server.

use super::{Fault, Mailer, SendError};
use crate::email::Rendered;
use anyhow::Context as _;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// A folder of `.eml` files.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder, made if it is not there.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).context("service.mail.folder: can't be made")?;
        let folder = folder.canonicalize().context("service.mail.folder: can't be found")?;
        Ok(Self(folder))
    }
}

impl Mailer for Folder {
    /// The file is named after the ledger entry, so that a repeat takes its place.
    fn send<'a>(&'a self, id: Uuid, email: &'a Rendered) -> BoxFuture<'a, Result<(), SendError>> {
        let (folder, message) = (self.0.clone(), email.message.clone());
        async move {
            let written = tokio::task::spawn_blocking(move || write(&folder, id, &message)).await;
            match written.map_err(io::Error::other).flatten() {
                Ok(file) => {
                    tracing::info!(file = %file.display(), "an e-mail was written");
                    Ok(())
                }
                Err(error) => {
                    tracing::error!(email = %id, %error, "an e-mail could not be written");
                    Err(SendError::new(Fault::Ours, "connection"))
                }
            }
        }
        .boxed()
    }
}

/// Writes under another name first: whoever watches the folder never sees half an e-mail, and what was reported as
/// written survives the loss of power.
fn write(folder: &Path, id: Uuid, message: &[u8]) -> io::Result<PathBuf> {
    let (unfinished, finished) = (folder.join(format!(".{id}.unfinished")), folder.join(format!("{id}.eml")));
    let mut file = File::create(&unfinished)?;
    file.write_all(message)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, &finished)?;
    File::open(folder)?.sync_all()?;
    Ok(finished)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::EmailAddress;

    #[tokio::test]
    async fn a_repeat_takes_the_place_of_the_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let mailer = Folder::open(&folder.path().join("mail")).expect("made");
        let recipient = EmailAddress::parse("niels@example.dk").expect("an address");
        let email = Rendered { recipient, message: b"Subject: a\r\n\r\nb".to_vec() };
        for _ in 0..2 {
            mailer.send(Uuid::from_u128(1), &email).await.expect("written");
        }
        let files: Vec<PathBuf> =
            std::fs::read_dir(&mailer.0).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
        assert_eq!(files, [mailer.0.join("00000000-0000-0000-0000-000000000001.eml")]);
        assert_eq!(std::fs::read(&files[0]).expect("a file"), email.message);
    }
}
