//! Files in and out.

use super::world::{KAREN, NIELS, Refused as _, World, by, letter, metadata, reason};
use api::access::v1 as access;
use api::error::v1::ErrorReason;
use api::mailbox::v1 as proto;
use api::mailbox::v1::{download_file_response, upload_delivery_file_request};
use bytes::Bytes;
use engines::on_both;
use mailbox_service::usecase::sweep_file;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tonic::Status;

on_both! { World: m3_a_file_comes_out_as_it_went_in, m3_what_is_not_what_it_says_is_refused, m3_nothing_is_left_of_files_nobody_has,
m3_downloads_are_bounded_and_end_when_nobody_takes_them, a6_a_download_is_cut_within_a_second, a6_a_download_that_stands_still_is_cut_too, a6_a_download_goes_on_under_its_own_access_only,
p4_a_download_is_cut_when_the_portal_shows_no_public_post_any_more, p8_a_download_is_cut_when_death_closes_the_mailbox }

pub(crate) fn pdf(size: usize) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.extend((content.len()..size).map(|at| u8::try_from(at * 7 % 251).expect("there")));
    content
}

pub(crate) fn header(name: &str, content: &[u8]) -> proto::UploadHeader {
    proto::UploadHeader {
        display_name: name.to_owned(),
        size_bytes: i64::try_from(content.len()).expect("there"),
        sha256: kernel::hex(&crypto::sha256(content)),
        request_id: String::new(),
    }
}

pub(crate) async fn upload(
    world: &World,
    header: proto::UploadHeader,
    content: &[u8],
) -> Result<proto::Upload, Status> {
    use upload_delivery_file_request::Frame;
    let chunks = content.chunks(60_000).map(|chunk| Frame::Chunk(Bytes::copy_from_slice(chunk)));
    let frames = [Frame::Header(header)].into_iter().chain(chunks);
    let frames: Vec<_> = frames.map(|frame| proto::UploadDeliveryFileRequest { frame: Some(frame) }).collect();
    let answer = world.delivery().upload_delivery_file(by("municipality", tokio_stream::iter(frames))).await?;
    Ok(answer.into_inner().upload.expect("an upload"))
}

/// A letter to Karen with this file; the name of the file.
pub(crate) async fn with_file(world: &World, uuid: u128, content: &[u8]) -> String {
    let upload = upload(world, header("brev.pdf", content), content).await.expect("uploaded");
    let delivery =
        proto::Delivery { main_document: upload.name, body_text: String::new(), ..letter(KAREN, uuid, "Skat") };
    let name = world.deliver_as("municipality", delivery).await.expect("delivered").message;
    let opened =
        world.mailbox().get_message(by(&format!("{KAREN}@borger_dk"), proto::GetMessageRequest { name })).await;
    let letter = opened.expect("a letter").into_inner().message.expect("a letter");
    assert!(letter.files[0].main_document);
    assert_eq!(letter.files[0].media_type, "application/pdf");
    letter.files[0].name.clone()
}

pub(crate) async fn download(world: &World, who: &str, name: &str, offset: i64) -> Result<Vec<u8>, Status> {
    let request = proto::DownloadFileRequest { name: name.to_owned(), offset_bytes: offset };
    let mut frames = world.mailbox().download_file(by(who, request)).await?.into_inner();
    let mut content = Vec::new();
    while let Some(frame) = frames.message().await? {
        match frame.frame.expect("a frame") {
            download_file_response::Frame::Header(header) => assert_eq!(header.offset_bytes, offset),
            download_file_response::Frame::Chunk(chunk) => {
                assert!((1..=65_536).contains(&chunk.len()));
                content.extend_from_slice(&chunk);
            }
        }
    }
    Ok(content)
}

async fn m3_a_file_comes_out_as_it_went_in(world: World) {
    world.karen_and_niels().await;
    let karen = format!("{KAREN}@borger_dk");
    let content = pdf(3_000_001);
    let name = with_file(&world, 1, &content).await;
    for offset in [0, 65_536, 1_234_567, 3_000_001] {
        let part = download(&world, &karen, &name, i64::try_from(offset).expect("there")).await.expect("a file");
        assert!(part == content[offset..], "from {offset}");
    }
    let refused = download(&world, &karen, &name, 3_000_002).await.refused("beyond the end");
    assert_eq!(
        (reason(&refused), metadata(&refused, "size_bytes")),
        ("OFFSET_OUT_OF_RANGE".to_owned(), "3000001".to_owned())
    );
    // One upload serves many letters, and a repeated one is the same upload.
    let stated = proto::UploadHeader { request_id: "u1".to_owned(), ..header("brev.pdf", &content) };
    let first = upload(&world, stated.clone(), &content).await.expect("uploaded");
    assert!(upload(&world, stated, &content).await.expect("uploaded") == first);
    for (uuid, cpr) in [(2, KAREN), (3, NIELS)] {
        let delivery = proto::Delivery { main_document: first.name.clone(), ..letter(cpr, uuid, "Skat") };
        world.deliver_as("municipality", delivery).await.expect("delivered");
    }
    let delivery = proto::Delivery { main_document: first.name, ..letter(KAREN, 4, "Skat") };
    let refused = world.deliver_as("other-municipality", delivery).await.refused("another's upload");
    assert_eq!(reason(&refused), "UPLOAD_NOT_FOUND");
}

async fn m3_what_is_not_what_it_says_is_refused(world: World) {
    let program = b"MZ\x90\x00 this program cannot be run in DOS mode".to_vec();
    let refused = upload(&world, header("brev.pdf", &program), &program).await.refused("a program");
    assert_eq!(reason(&refused), "FILE_TYPE_NOT_ALLOWED");
    assert_eq!(metadata(&refused, "detected_type"), "application/x-msdownload");
    let content = pdf(100_000);
    let mut other = content.clone();
    other[50_000] ^= 1;
    assert_eq!(
        reason(&upload(&world, header("brev.pdf", &content), &other).await.refused("hash")),
        "FILE_HASH_MISMATCH"
    );
    let longer = pdf(100_001);
    assert_eq!(
        reason(&upload(&world, header("brev.pdf", &content), &longer).await.refused("size")),
        "FILE_HASH_MISMATCH"
    );
    let huge = proto::UploadHeader { size_bytes: 99_500_001, ..header("brev.pdf", &content) };
    let refused = upload(&world, huge, &[]).await.refused("too large");
    assert_eq!(
        (reason(&refused), metadata(&refused, "limit_bytes")),
        ("FILE_TOO_LARGE".to_owned(), "99500000".to_owned())
    );
    let refused = upload(&world, header("../brev.pdf", &content), &content).await.refused("a path");
    assert_eq!(reason(&refused), "INVALID_FIELDS");
    while sweep_file::run(&world.parts).await.expect("swept") {}
    assert!(stored(&world.files_dir()).is_empty(), "nothing of them is left");
}

async fn m3_nothing_is_left_of_files_nobody_has(world: World) {
    world.karen_and_niels().await;
    let content = pdf(100_000);
    let file = with_file(&world, 1, &content).await;
    upload(&world, header("andet.pdf", &content), &content).await.expect("never attached");
    assert_eq!(stored(&world.files_dir()).len(), 2);
    world.clock.advance(Duration::from_hours(24));
    while sweep_file::run(&world.parts).await.expect("swept") {}
    assert_eq!(stored(&world.files_dir()).len(), 1, "the letter keeps its file");
    let (message, _) = file.split_once("/files/").expect("a file's name");
    let (parent, names) = ("mailboxes/me".to_owned(), vec![message.to_owned()]);
    let karen = format!("{KAREN}@borger_dk");
    let delete =
        proto::DeleteMessagesRequest { parent: parent.clone(), names: names.clone(), request_id: String::new() };
    world.mailbox().delete_messages(by(&karen, delete)).await.expect("deleted");
    let purge = proto::PurgeMessagesRequest { parent, names, request_id: String::new() };
    world.mailbox().purge_messages(by(&karen, purge)).await.expect("purged");
    while sweep_file::run(&world.parts).await.expect("swept") {}
    assert!(stored(&world.files_dir()).is_empty());
}

async fn m3_downloads_are_bounded_and_end_when_nobody_takes_them(world: World) {
    world.karen_and_niels().await;
    let name = with_file(&world, 1, &pdf(8_000_000)).await;
    let karen = format!("{KAREN}@borger_dk");
    let begin = async || {
        let request = proto::DownloadFileRequest { name: name.clone(), offset_bytes: 0 };
        world.mailbox().download_file(by(&karen, request)).await.map(tonic::Response::into_inner)
    };
    // One of the two places is taken for good, so that the other becomes free by the end of this stream only.
    let _taken = world.parts.downloads.open_until(None).expect("a place");
    let since = Instant::now();
    let mut idle = begin().await.expect("a stream");
    let logged = world.count("SELECT COUNT(*) AS n FROM activity").await;
    while let Err(refused) = begin().await {
        assert_eq!(reason(&refused), "OVERLOADED");
        assert!(since.elapsed() < Duration::from_secs(20), "no place becomes free");
        assert_eq!(world.count("SELECT COUNT(*) AS n FROM activity").await, logged, "what is shed did not happen");
    }
    assert!(since.elapsed() >= world.parts.config.download_idle(), "not before they were idle for long enough");
    let ended = loop {
        match idle.message().await {
            Ok(frame) => assert!(frame.is_some(), "a file that was cut off never looks whole"),
            Err(status) => break status,
        }
    };
    assert_eq!(reason(&ended), "DEADLINE_EXCEEDED");
}

async fn a6_a_download_is_cut_within_a_second(world: World) {
    let (sent, took, reason) = until_cut(&world, Duration::ZERO, ends).await;
    assert_eq!(reason, "ACCESS_ENDED");
    assert!(sent <= 1_048_576, "{sent} bytes");
    assert!(took < Duration::from_millis(1_500), "{took:?}");
}

async fn a6_a_download_that_stands_still_is_cut_too(world: World) {
    let (sent, _, reason) = until_cut(&world, Duration::from_millis(1_300), ends).await;
    assert_eq!(reason, "ACCESS_ENDED");
    assert!(sent <= 600_000, "{sent} bytes: only what was on its way when the access ended");
}

async fn a6_a_download_goes_on_under_its_own_access_only(world: World) {
    // Ended and given anew in between: the stream began under the one that has ended.
    let anew = async |world: &World, mailbox: &str| world.niels_reads(mailbox, 2);
    let (sent, _, reason) = until_cut(&world, Duration::ZERO, anew).await;
    assert!(sent <= 1_048_576, "{sent} bytes");
    assert_eq!(reason, "CONCURRENT_CHANGE");
}

async fn p4_a_download_is_cut_when_the_portal_shows_no_public_post_any_more(world: World) {
    world.karen_and_niels().await;
    for who in [NIELS, KAREN] {
        world.shows_in_e_boks(true).await;
        let hides = async |world: &World, _: &str| world.shows_in_e_boks(false).await;
        let (sent, took, reason) = until_cut_for(&world, &format!("{who}@e_boks"), Duration::ZERO, hides).await;
        assert_eq!(reason, "PORTAL_DOES_NOT_SHOW_PUBLIC_POST");
        assert!(sent <= 1_048_576, "{sent} bytes");
        assert!(took < Duration::from_millis(1_500), "{took:?}");
    }
}

async fn p8_a_download_is_cut_when_death_closes_the_mailbox(world: World) {
    // access-service has not heard of it, and goes on saying yes.
    let (sent, took, told) = until_cut(&world, Duration::ZERO, dies).await;
    assert_eq!(told, "ACCESS_ENDED");
    assert!(sent <= 1_048_576, "{sent} bytes");
    assert!(took < Duration::from_millis(1_500), "{took:?}");
}

pub(crate) async fn dies(world: &World, _: &str) {
    death_of(world, KAREN).await;
}

pub(crate) async fn death_of(world: &World, cpr: &str) {
    let request = proto::RecordDeathRequest {
        cpr_number: cpr.to_owned(),
        death_date: "2026-01-15".to_owned(),
        ..Default::default()
    };
    world.registry().record_death(by("register", request)).await.expect("recorded");
}

async fn ends(world: &World, _: &str) {
    world.access.answers(access::Decision {
        denial: ErrorReason::AccessEnded.into(),
        end_reason: access::EndReason::RemovedByOwner.into(),
        ..Default::default()
    });
}

/// Begins a download of 8 MB as a reader, lets something happen, waits, and reads on: how many bytes still come, for how
/// long, and why no more.
async fn until_cut(
    world: &World,
    pause: Duration,
    happens: impl AsyncFnOnce(&World, &str),
) -> (usize, Duration, String) {
    until_cut_for(world, &format!("{NIELS}@borger_dk"), pause, happens).await
}

/// The same as `who`.
pub(crate) async fn until_cut_for(
    world: &World,
    who: &str,
    pause: Duration,
    happens: impl AsyncFnOnce(&World, &str),
) -> (usize, Duration, String) {
    let (mailbox, _) = world.karen_and_niels().await;
    let name = with_file(world, 1, &pdf(8_000_000)).await;
    world.niels_reads(&mailbox, 1);
    let request = by(who, proto::DownloadFileRequest { name, offset_bytes: 0 });
    let mut frames = world.mailbox().download_file(request).await.expect("a stream").into_inner();
    frames.message().await.expect("a header");
    happens(world, &mailbox).await;
    let happened = Instant::now();
    tokio::time::sleep(pause).await;
    // The client's window holds one chunk, so nothing comes that is not read here.
    let mut sent = 0;
    loop {
        match frames.message().await {
            Ok(Some(frame)) => match frame.frame.expect("a frame") {
                download_file_response::Frame::Chunk(chunk) => sent += chunk.len(),
                download_file_response::Frame::Header(_) => panic!("a second header"),
            },
            Ok(None) => panic!("the whole file came"),
            Err(status) => return (sent, happened.elapsed(), reason(&status)),
        }
    }
}

pub(crate) fn stored(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { stored(&path) } else { vec![path] }).collect()
}
