//! The virus scanner, played by the test: it speaks clamd's protocol.

use super::files::{header, pdf, stored, upload};
use super::uploads::sweep;
use super::world::{Refused as _, World, metadata, reason};
use engines::Engine;
use mailbox_service::scanner::{Scanner, ScannerConfig};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tonic::Code;

/// What the scanner of the tests finds.
const SIGNATURE: &[u8] = b"this is what a scanner finds";

macro_rules! scanned {
    ($($test:ident: $answer:expr;)+) => {$(
        mod $test {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let (world, seen) = with_scanner(Engine::Sqlite, $answer).await;
                super::$test(world, seen).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let (world, seen) = with_scanner(Engine::Postgres, $answer).await;
                super::$test(world, seen).await;
            }
        }
    )+};
}

scanned! {
    m3_the_scanner_sees_each_file_before_it_can_be_attached: Some(("stream: Eicar FOUND\0", "stream: OK\0"));
    m3_a_scanner_that_could_not_look_lets_nothing_pass: Some(("", "INSTREAM size limit exceeded. ERROR\0"));
    m3_without_the_scanner_nothing_is_taken_in: None;
}

type Seen = Arc<Mutex<Vec<Vec<u8>>>>;

async fn m3_the_scanner_sees_each_file_before_it_can_be_attached(world: World, seen: Seen) {
    let clean = pdf(1_000_000);
    upload(&world, header("brev.pdf", &clean), &clean).await.expect("uploaded");
    assert!(*seen.lock().expect("unharmed") == [clean.clone()], "the whole file, as it was sent");
    let infected = [clean.as_slice(), SIGNATURE].concat();
    let refused = upload(&world, header("brev.pdf", &infected), &infected).await.refused("infected");
    assert_eq!(reason(&refused), "FILE_REFUSED_BY_SCANNER");
    sweep(&world).await;
    assert_eq!(stored(&world.files_dir()).len(), 1);
}

async fn m3_a_scanner_that_could_not_look_lets_nothing_pass(world: World, _: Seen) {
    refused_as_unavailable(&world).await;
}

async fn m3_without_the_scanner_nothing_is_taken_in(world: World, _: Seen) {
    refused_as_unavailable(&world).await;
}

async fn refused_as_unavailable(world: &World) {
    let content = pdf(1_000);
    let refused = upload(world, header("brev.pdf", &content), &content).await.refused("nobody has looked");
    assert_eq!((refused.code(), metadata(&refused, "dependency")), (Code::Unavailable, "virus-scanner".to_owned()));
    sweep(world).await;
    assert!(stored(&world.files_dir()).is_empty());
}

/// How the scanner answers: to what holds the signature, and to all else.
type Answers = (&'static str, &'static str);

/// A world with a scanner that answers so; none: nobody listens where it should be.
async fn with_scanner(engine: Engine, answers: Option<Answers>) -> (World, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let seen = Seen::default();
    if let Some(answers) = answers {
        tokio::spawn(listen(listener, answers, seen.clone()));
    }
    let config = ScannerConfig { address, timeout_seconds: 20 };
    (World::start_with(engine, |parts| parts.scanner = Some(Scanner::new(config))).await, seen)
}

async fn listen(listener: TcpListener, answers: Answers, seen: Seen) {
    while let Ok((mut connection, _)) = listener.accept().await {
        let file = take(&mut connection).await.expect("a file");
        let found = file.windows(SIGNATURE.len()).any(|part| part == SIGNATURE);
        let answer = if found { answers.0 } else { answers.1 };
        seen.lock().expect("unharmed").push(file);
        connection.write_all(answer.as_bytes()).await.expect("taken");
    }
}

/// Reads one `INSTREAM`.
async fn take(connection: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut command = [0; 10];
    connection.read_exact(&mut command).await?;
    assert_eq!(&command, b"zINSTREAM\0");
    let mut file = Vec::new();
    loop {
        let length = connection.read_u32().await?;
        if length == 0 {
            return Ok(file);
        }
        let mut chunk = vec![0; usize::try_from(length).expect("small")];
        connection.read_exact(&mut chunk).await?;
        file.append(&mut chunk);
    }
}
