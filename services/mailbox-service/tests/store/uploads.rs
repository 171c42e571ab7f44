//! Uploads: stored once, remembered as long as they live, given up when nothing comes of them, bounded in number.

use super::files::{download, header, pdf, stored, upload};
use super::world::{KAREN, NIELS, Refused as _, World, by, letter, reason};
use api::mailbox::v1 as proto;
use api::mailbox::v1::upload_delivery_file_request::Frame;
use bytes::Bytes;
use engines::on_both;
use mailbox_service::domain::file::UploadHeader;
use mailbox_service::usecase::{sweep_file, upload_file};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tonic_types::StatusExt as _;

on_both! { World: m3_the_same_file_of_a_sender_is_stored_once, m3_an_upload_is_remembered_as_long_as_it_lives,
m3_an_upload_that_is_broken_off_leaves_nothing, m3_nothing_is_left_of_an_upload_that_a_kill_cut,
m3_what_took_too_long_is_not_there, m3_uploads_at_once_are_bounded }

async fn m3_the_same_file_of_a_sender_is_stored_once(world: World) {
    world.karen_and_niels().await;
    let content = pdf(300_000);
    let first = upload(&world, header("brev.pdf", &content), &content).await.expect("uploaded");
    world.clock.advance(Duration::from_hours(1));
    let second = upload(&world, header("bilag.pdf", &content), &content).await.expect("uploaded");
    sweep(&world).await;
    assert_eq!(stored(&world.files_dir()).len(), 1);
    assert_eq!((first.display_name.as_str(), second.display_name.as_str()), ("brev.pdf", "bilag.pdf"));
    // The first one's time is over, the second one's is not.
    world.clock.advance(Duration::from_hours(23));
    sweep(&world).await;
    let delivery =
        |uuid, upload: &str| proto::Delivery { main_document: upload.to_owned(), ..letter(KAREN, uuid, "Skat") };
    let refused = world.deliver_as("municipality", delivery(1, &first.name)).await.refused("expired");
    assert_eq!(reason(&refused), "UPLOAD_NOT_FOUND");
    let receipt = world.deliver_as("municipality", delivery(2, &second.name)).await.expect("delivered");
    world.clock.advance(Duration::from_hours(1));
    sweep(&world).await;
    assert_eq!(world.count("SELECT COUNT(*) AS n FROM upload").await, 0);
    let karen = format!("{KAREN}@borger_dk");
    let opened = proto::GetMessageRequest { name: receipt.message };
    let opened = world.mailbox().get_message(by(&karen, opened)).await.expect("a letter").into_inner().message;
    let file = opened.expect("a letter").files.remove(0);
    assert_eq!(file.display_name, "bilag.pdf");
    assert!(download(&world, &karen, &file.name, 0).await.expect("a file") == content);
    // A citizen's own upload of the same bytes is a file of its own.
    let chunks = [proto::upload_file_request::Frame::Header(header("brev.pdf", &content))]
        .into_iter()
        .chain(content.chunks(60_000).map(|chunk| proto::upload_file_request::Frame::Chunk(chunk.to_vec().into())));
    let frames: Vec<_> = chunks.map(|frame| proto::UploadFileRequest { frame: Some(frame) }).collect();
    world.mailbox().upload_file(by(&karen, tokio_stream::iter(frames))).await.expect("uploaded");
    sweep(&world).await;
    assert_eq!(stored(&world.files_dir()).len(), 2);
}

async fn m3_an_upload_is_remembered_as_long_as_it_lives(world: World) {
    world.karen_and_niels().await;
    let content = pdf(70_000);
    let stated = proto::UploadHeader { request_id: "u1".to_owned(), ..header("brev.pdf", &content) };
    let first = upload(&world, stated.clone(), &content).await.expect("uploaded");
    assert!(upload(&world, stated.clone(), &content).await.expect("uploaded") == first);
    world.clock.advance(Duration::from_hours(25));
    sweep(&world).await;
    let anew = upload(&world, stated.clone(), &content).await.expect("uploaded anew");
    assert_ne!(anew.name, first.name);
    assert!(upload(&world, stated.clone(), &content).await.expect("uploaded") == anew);
    let delivery = proto::Delivery { main_document: anew.name, ..letter(NIELS, 1, "Skat") };
    world.deliver_as("municipality", delivery).await.expect("delivered");
    let other = pdf(70_001);
    let reused = proto::UploadHeader { request_id: "u1".to_owned(), ..header("brev.pdf", &other) };
    assert_eq!(reason(&upload(&world, reused, &other).await.refused("other content")), "REQUEST_ID_REUSED");
    sweep(&world).await;
    assert_eq!(stored(&world.files_dir()).len(), 1, "nothing of what was repeated or refused");
}

async fn m3_an_upload_that_is_broken_off_leaves_nothing(world: World) {
    let content = pdf(2_000_000);
    let (frames, uploading) = begin(&world, &content);
    for chunk in content[..1_000_000].chunks(60_000) {
        frames.send(Frame::Chunk(Bytes::copy_from_slice(chunk))).await.expect("taken");
    }
    until("the file has begun", || !stored(&world.files_dir()).is_empty()).await;
    uploading.abort();
    until("what had come is gone", || stored(&world.files_dir()).is_empty()).await;
    assert!(uploading.await.is_err_and(|ended| ended.is_cancelled()));
}

async fn m3_nothing_is_left_of_an_upload_that_a_kill_cut(world: World) {
    let content = pdf(2_000_000);
    let stated = UploadHeader { name: "brev.pdf".to_owned(), size: 2_000_000, sha256: crypto::sha256(&content) };
    let mut upstream = upload_file::begin(&world.parts, [1; 32], stated).await.expect("begun");
    upstream.push(&content[..1_000_000]).await.expect("taken");
    // As a process that is killed: nothing runs that would clean up.
    std::mem::forget(upstream);
    world.clock.advance(Duration::from_mins(59));
    sweep(&world).await;
    assert_eq!(stored(&world.files_dir()).len(), 1, "it might still go on");
    world.clock.advance(Duration::from_mins(1));
    sweep(&world).await;
    assert!(stored(&world.files_dir()).is_empty());
    assert_eq!(world.count("SELECT COUNT(*) AS n FROM upload").await, 0);
}

async fn m3_what_took_too_long_is_not_there(world: World) {
    let content = pdf(100_000);
    let stated = UploadHeader { name: "brev.pdf".to_owned(), size: 100_000, sha256: crypto::sha256(&content) };
    let mut upstream = upload_file::begin(&world.parts, [1; 32], stated).await.expect("begun");
    upstream.push(&content).await.expect("taken");
    world.clock.advance(Duration::from_hours(1));
    let late = upstream.finish(world.unrepeatable()).await;
    assert!(matches!(late, Err(mailbox_service::error::Error::UploadNotFound(_))));
    sweep(&world).await;
    assert!(stored(&world.files_dir()).is_empty());
}

async fn m3_uploads_at_once_are_bounded(world: World) {
    let content = pdf(100_000);
    let (one, two) = (begin(&world, &content), begin(&world, &content));
    until("both have begun", || stored(&world.files_dir()).len() == 2).await;
    let refused = upload(&world, header("brev.pdf", &content), &content).await.refused("a third of one sender");
    assert_eq!(reason(&refused), "OVERLOADED");
    assert!(refused.get_details_retry_info().is_some_and(|info| info.retry_delay.is_some()), "when to come again");
    // The third place is for others; a fourth there is none.
    let three = begin_as(&world, "other-municipality", &content);
    until("the other's has begun", || stored(&world.files_dir()).len() == 3).await;
    let (frames, fourth) = begin_as(&world, "bank", &content);
    let shed = fourth.await.expect("no panic").refused("a fourth");
    assert_eq!(reason(&shed), "OVERLOADED");
    drop(frames);
    for (frames, uploading) in [one, two, three] {
        for chunk in content.chunks(60_000) {
            frames.send(Frame::Chunk(Bytes::copy_from_slice(chunk))).await.expect("taken");
        }
        drop(frames);
        uploading.await.expect("no panic").expect("uploaded");
    }
    upload(&world, header("brev.pdf", &content), &content).await.expect("there is place again");
}

/// Begins an upload that goes on as its frames are sent.
fn begin(world: &World, content: &[u8]) -> (mpsc::Sender<Frame>, JoinHandle<Result<(), Status>>) {
    begin_as(world, "municipality", content)
}

fn begin_as(world: &World, who: &'static str, content: &[u8]) -> (mpsc::Sender<Frame>, JoinHandle<Result<(), Status>>) {
    let (frames, taken) = mpsc::channel(1);
    let header = Frame::Header(header("brev.pdf", content));
    let all = async_frames(header, taken);
    let mut delivery = world.delivery();
    let uploading = tokio::spawn(async move { delivery.upload_delivery_file(by(who, all)).await.map(|_| ()) });
    (frames, uploading)
}

fn async_frames(
    header: Frame,
    taken: mpsc::Receiver<Frame>,
) -> impl tokio_stream::Stream<Item = proto::UploadDeliveryFileRequest> {
    use tokio_stream::StreamExt as _;
    let frames = tokio_stream::once(header).chain(ReceiverStream::new(taken));
    frames.map(|frame| proto::UploadDeliveryFileRequest { frame: Some(frame) })
}

pub(crate) async fn sweep(world: &World) {
    while sweep_file::run(&world.parts).await.expect("swept") {}
}

/// Waits until something is so that another task brings about.
pub(crate) async fn until(what: &str, so: impl Fn() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(20), async {
        while !so() {
            tokio::task::yield_now().await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("not so: {what}"));
}
