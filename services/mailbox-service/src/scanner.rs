//! The virus scanner that looks at each file before it can be attached (M3): clamd, or what speaks as it does.

use crate::objects::Reader;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long the connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The most bytes of an answer that are read.
const MAX_ANSWER: u64 = 4 * 1024;

/// Where the scanner is.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ScannerConfig {
    /// Host and port of clamd's TCP socket. What passes is not encrypted: a scanner beside the service, or a mesh.
    pub address: String,
    /// How long a file may take to be looked at, in seconds. clamd's own limits (`StreamMaxLength`, `MaxScanSize`,
    /// `MaxFileSize`) must be above 99.5 MB.
    #[serde(default = "default_timeout_seconds")]
    pub timeout_seconds: u64,
}

fn default_timeout_seconds() -> u64 {
    60
}

/// What the scanner says of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It found nothing.
    Clean,
    /// It found something.
    Infected,
}

/// Why nothing is known of a file, which is therefore not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// It can't be reached, or went away.
    #[error("the scanner can't be reached")]
    Away(#[from] std::io::Error),
    /// It took too long.
    #[error("the scanner took too long")]
    Slow,
    /// It could not look, or answered what we don't understand.
    #[error("the scanner answered {0:?}")]
    Answer(String),
}

/// The scanner.
#[derive(Clone)]
pub struct Scanner(ScannerConfig);

impl Scanner {
    /// The one of the configuration. Nothing is asked yet.
    pub fn new(config: ScannerConfig) -> Self {
        Self(config)
    }

    /// Lets it look at a file, in the memory of a segment.
    pub async fn scan(&self, file: Reader) -> Result<Verdict, crate::error::Error> {
        let most = Duration::from_secs(self.0.timeout_seconds);
        tokio::time::timeout(most, self.ask(file)).await.map_err(|_| ScanError::Slow)?
    }

    async fn ask(&self, mut file: Reader) -> Result<Verdict, crate::error::Error> {
        let connecting = tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(&self.0.address)).await;
        let mut clamd = connecting.map_err(|_| ScanError::Slow)?.map_err(ScanError::Away)?;
        clamd.write_all(b"zINSTREAM\0").await.map_err(ScanError::Away)?;
        while let Some(chunk) = file.next().await? {
            let length = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            clamd.write_all(&length.to_be_bytes()).await.map_err(ScanError::Away)?;
            clamd.write_all(&chunk).await.map_err(ScanError::Away)?;
        }
        clamd.write_all(&0_u32.to_be_bytes()).await.map_err(ScanError::Away)?;
        let mut answer = Vec::new();
        clamd.take(MAX_ANSWER).read_to_end(&mut answer).await.map_err(ScanError::Away)?;
        Ok(verdict(&String::from_utf8_lossy(&answer))?)
    }
}

/// `stream: OK`, `stream: <signature> FOUND`, or an error; nothing else is taken for a clean file.
fn verdict(answer: &str) -> Result<Verdict, ScanError> {
    let answer = answer.trim_end_matches('\0').trim();
    if answer == "stream: OK" {
        Ok(Verdict::Clean)
    } else if answer.starts_with("stream: ") && answer.ends_with(" FOUND") {
        Ok(Verdict::Infected)
    } else {
        Err(ScanError::Answer(answer.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m3_only_the_very_answer_makes_a_file_clean() {
        assert_eq!(verdict("stream: OK\0").unwrap(), Verdict::Clean);
        assert_eq!(verdict("stream: Eicar-Signature FOUND\0").unwrap(), Verdict::Infected);
        for other in
            ["", "OK", "stream: OK FOUND OK", "INSTREAM size limit exceeded. ERROR\0", "stream: OK\0stream: OK"]
        {
            assert!(verdict(other).is_err(), "{other:?}");
        }
    }
}
