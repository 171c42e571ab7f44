//! An S3-compatible store that tests put files into: moto's server, a program of its own.

use crate::python;
use anyhow::{Context as _, bail};
use mailbox_service::objects::BucketConfig;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// What must be there.
const MISSING: &str = "the tests store files in a real S3 server, moto's, and need Python 3 with venv and pip for it \
     (Debian: apt-get install python3-venv)";

/// A running store with one bucket; it ends with this value, or with this process.
pub struct S3Server {
    port: u16,
    folder: PathBuf,
    // Its standard input is held open by this process, and by nothing else.
    process: Child,
    answers: BufReader<ChildStdout>,
}

impl S3Server {
    /// Starts one; its log and credentials lie in `folder`.
    pub fn start(folder: &Path) -> anyhow::Result<Self> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("s3");
        let python = python::with(&sources, MISSING)?;
        for file in ["key-id", "secret"] {
            fs::write(folder.join(file), "tests\n")?;
        }
        let log = folder.join("log");
        let mut process = Command::new(python)
            .arg(sources.join("server.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log)?)
            .spawn()?;
        let mut answers = BufReader::new(process.stdout.take().context("no output")?);
        let mut line = String::new();
        answers.read_line(&mut line)?;
        let Ok(port) = line.trim().parse() else {
            bail!("the S3 server does not start:\n{}", fs::read_to_string(log)?);
        };
        Ok(Self { port, folder: folder.to_owned(), process, answers })
    }

    /// How a service reaches its bucket.
    pub fn bucket(&self) -> BucketConfig {
        BucketConfig {
            name: "files".to_owned(),
            endpoint: Some(format!("http://127.0.0.1:{}", self.port)),
            region: Some("eu-north-1".to_owned()),
            allow_http: true,
            access_key_id_file: Some(self.folder.join("key-id")),
            secret_access_key_file: Some(self.folder.join("secret")),
            ..BucketConfig::default()
        }
    }

    /// How many objects the bucket has.
    ///
    /// # Panics
    /// When the server has ended.
    pub fn objects(&mut self) -> usize {
        self.ask("objects").parse().expect("a number")
    }

    /// How many uploads in parts the bucket has that were neither completed nor aborted.
    ///
    /// # Panics
    /// When the server has ended.
    pub fn uploads(&mut self) -> usize {
        self.ask("uploads").parse().expect("a number")
    }

    /// All that the bucket holds, in hexadecimal.
    ///
    /// # Panics
    /// When the server has ended.
    pub fn content(&mut self) -> String {
        self.ask("content")
    }

    fn ask(&mut self, what: &str) -> String {
        let input = self.process.stdin.as_mut().expect("it listens");
        writeln!(input, "{what}").expect("it runs");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("an answer");
        line.trim().to_owned()
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
