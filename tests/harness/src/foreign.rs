//! A client that shares no code with the services: Python's grpcio, a program of its own, which tries again when it is told
//! UNAVAILABLE and at nothing else.

use crate::callers;
use crate::python;
use crate::suite::Suite;
use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use tonic::Request;

/// What must be there.
const MISSING: &str = "the tests call through a client in Python, grpcio, and need Python 3 with venv and pip for it \
     (Debian: apt-get install python3-venv)";

/// A client that calls; it ends with this value, or with this process.
pub struct ForeignClient {
    log: PathBuf,
    // Its standard input is held open by this process, and by nothing else.
    process: Child,
    answers: BufReader<ChildStdout>,
}

/// A call that it makes over and over, by somebody, with one process to answer it.
pub struct ForeignCall {
    method: &'static str,
    request: Vec<u8>,
    authorization: String,
}

/// What became of its calls.
#[derive(Debug, Deserialize)]
pub struct ForeignCalls {
    /// How many there were.
    pub calls: usize,
    /// How often one was told UNAVAILABLE and tried again.
    pub repeated: usize,
    /// How often the one that was tried most often was tried.
    pub most_tries: usize,
    /// How often the next came in late, as too many waited for their answers.
    pub late: usize,
    /// What was said with UNAVAILABLE, and how often.
    pub away: BTreeMap<String, usize>,
    /// What the calls that failed were told, and how many were.
    pub failures: BTreeMap<String, usize>,
}

impl ForeignCall {
    /// The call of `method`, such as `/package.Service/Method`, that `request` would be, token included.
    ///
    /// # Panics
    /// When the request has no token.
    pub fn new(method: &'static str, request: &Request<impl Message>) -> Self {
        let authorization = request.metadata().get("authorization").expect("a token");
        let authorization = authorization.to_str().expect("a token that is text").to_owned();
        Self { method, request: request.get_ref().encode_to_vec(), authorization }
    }

    /// As the client reads it.
    fn plan(&self, suites: &[Suite]) -> Value {
        let service = callers::serving(self.method)[0];
        let replicas: Vec<String> = suites.iter().map(|suite| suite.ports().grpc(service).to_string()).collect();
        json!({
            "method": self.method,
            "request": STANDARD.encode(&self.request),
            "authorization": self.authorization,
            "replicas": replicas,
        })
    }
}

/// What is said with UNAVAILABLE where a process ends in order: nobody is there, another process is away, or the server has
/// told that it takes no more calls.
const IN_ORDER: [&str; 3] =
    ["failed to connect to all addresses", "The service is unavailable right now.", "GOAWAY received"];

impl ForeignCalls {
    /// What was said of calls under way that were cut without a word, and how often. They come again as the others do; an
    /// orderly end cuts none.
    pub fn cut(&self) -> BTreeMap<&str, usize> {
        let in_order = |told: &str| IN_ORDER.iter().any(|part| told.contains(part));
        self.away.iter().filter(|(told, _)| !in_order(told)).map(|(told, often)| (told.as_str(), *often)).collect()
    }
}

impl ForeignClient {
    /// Starts one that makes these calls in turn, `rate` a second, through the processes of all `suites`; the first is
    /// answered.
    pub fn start(suites: &[Suite], calls: &[ForeignCall], rate: u32) -> anyhow::Result<Self> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("grpc");
        let python = python::with(&sources, MISSING)?;
        let suite = suites.first().context("no suite to call")?;
        let log = suite.folder().join("foreign.log");
        let mut process = Command::new(python)
            .arg(sources.join("client.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(&log)?)
            .spawn()?;
        let plan = json!({
            "authority": suite.secrets().layout().authority().certificate,
            "rate": rate,
            "calls": calls.iter().map(|call| call.plan(suites)).collect::<Vec<_>>(),
        });
        // Tokens go this way: arguments are seen by everybody.
        writeln!(process.stdin.as_mut().context("no input")?, "{plan}")?;
        let mut answers = BufReader::new(process.stdout.take().context("no output")?);
        let mut line = String::new();
        answers.read_line(&mut line)?;
        if line != "calling\n" {
            bail!("the client in Python does not start:\n{}", fs::read_to_string(log)?);
        }
        Ok(Self { log, process, answers })
    }

    /// Has it begin no more calls and wait for those under way; what became of all.
    pub fn end(mut self) -> anyhow::Result<ForeignCalls> {
        drop(self.process.stdin.take());
        let mut told = String::new();
        self.answers.read_to_string(&mut told)?;
        serde_json::from_str(&told).with_context(|| {
            format!("the client in Python ended badly:\n{}", fs::read_to_string(&self.log).unwrap_or_default())
        })
    }
}

impl Drop for ForeignClient {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
