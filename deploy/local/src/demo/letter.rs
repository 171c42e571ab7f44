//! Step 3: a letter with a PDF comes, and Niels reads, downloads, files and marks it; deleting is not his.

use super::give::mailbox_of;
use super::stage::{MUNICIPALITY, Stage, ask, moment};
use crate::people::KAREN;
use anyhow::Context as _;
use api::access::v1::{ListOpenMailboxesRequest, ReadAccess};
use api::core::v1::Capacity;
use api::error::v1::ErrorReason;
use api::mailbox::v1::download_file_response::Frame as DownloadFrame;
use api::mailbox::v1::upload_delivery_file_request::Frame as UploadFrame;
use api::mailbox::v1::{
    CreateFolderRequest, DeleteMessagesRequest, DeliverMessageRequest, Delivery, DeliveryState, DownloadFileRequest,
    GetMessageRequest, ListFoldersRequest, MarkMessagesRequest, MessageFile, MessageOutcome, MessageSummary,
    MoveMessagesRequest, Receipt, UploadDeliveryFileRequest, UploadHeader,
};

/// The most bytes of one chunk.
const CHUNK: usize = 64 * 1024;
/// How large the PDF is.
const PDF_BYTES: usize = 150_000;

pub(super) async fn play(stage: &Stage<'_>, access: &ReadAccess) -> anyhow::Result<()> {
    stage.show.title("3 · A letter comes, and Niels reads it");
    let pdf = pdf();
    stage.show.act(MUNICIPALITY, &format!("uploads a PDF of {} bytes and delivers it to Karen", pdf.len()));
    let upload = upload(stage, &pdf).await?;
    let receipt = deliver(stage, "Indkaldelse til samtale", Some(upload)).await?;
    stage.check(receipt.state() == DeliveryState::Available, "it is available to Karen (M1, A17)")?;

    let mailbox = switch(stage, access).await?;
    let letter = read(stage, &mailbox, &receipt.message, &pdf).await?;
    organise(stage, &mailbox, &letter).await
}

/// Delivers a letter from the municipality to Karen, and shows the receipt.
pub(super) async fn deliver(stage: &Stage<'_>, subject: &str, document: Option<String>) -> anyhow::Result<Receipt> {
    let delivery = Delivery {
        message_uuid: stage.new_id(),
        cpr_number: KAREN.cpr.to_owned(),
        subject: subject.to_owned(),
        body_text: "Kære Karen\nVi vil gerne tale med dig om din ansøgning.".to_owned(),
        main_document: document.unwrap_or_default(),
        ..Delivery::default()
    };
    let request = DeliverMessageRequest { delivery: Some(delivery) };
    let delivered = ask!(stage.municipality, stage.clients().delivery(), deliver_message, request)?;
    let receipt = delivered.receipt.context("an answer without a receipt")?;
    stage.show.line("receipt", &format!("{:?}, {}", receipt.state(), moment(receipt.accept_time)));
    Ok(receipt)
}

async fn upload(stage: &Stage<'_>, content: &[u8]) -> anyhow::Result<String> {
    let header = UploadHeader {
        display_name: "Indkaldelse.pdf".to_owned(),
        size_bytes: i64::try_from(content.len())?,
        sha256: kernel::hex(&crypto::sha256(content)),
        request_id: stage.new_id(),
    };
    let chunks = content.chunks(CHUNK).map(|chunk| UploadFrame::Chunk(chunk.to_vec().into()));
    let frames = std::iter::once(UploadFrame::Header(header)).chain(chunks);
    let frames: Vec<_> = frames.map(|frame| UploadDeliveryFileRequest { frame: Some(frame) }).collect();
    let request = stage.municipality.stream(tokio_stream::iter(frames));
    let answer = stage.clients().delivery().upload_delivery_file(request).await?.into_inner();
    let upload = answer.upload.context("an answer without an upload")?;
    stage.show.line("upload", &format!("{} · {} by content", upload.name, upload.media_type));
    Ok(upload.name)
}

/// Niels lists the mailboxes open to him, and takes Karen's.
async fn switch(stage: &Stage<'_>, access: &ReadAccess) -> anyhow::Result<String> {
    stage.show.act("Niels", "lists the mailboxes that are open to him");
    let request = ListOpenMailboxesRequest::default();
    let open = ask!(stage.niels, stage.clients().read_access(), list_open_mailboxes, request)?.mailboxes;
    for mailbox in &open {
        stage
            .show
            .line(&format!("{:?}", mailbox.capacity()), &format!("{} {}", mailbox.owner_display_name, mailbox.mailbox));
    }
    let capacities: Vec<Capacity> = open.iter().map(api::access::v1::OpenMailbox::capacity).collect();
    stage.check(capacities == [Capacity::Owner, Capacity::Reader], "his own is first, then Karen's (A19)")?;
    let karens = open.into_iter().next_back().map(|mailbox| mailbox.mailbox).unwrap_or_default();
    stage.check(karens == mailbox_of(access), "and it is the one the access is for")?;
    Ok(karens)
}

/// Niels finds the letter in Karen's mailbox, opens it, and downloads its file.
async fn read(stage: &Stage<'_>, mailbox: &str, name: &str, pdf: &[u8]) -> anyhow::Result<MessageSummary> {
    stage.show.act("Niels", "switches to Karen's mailbox and opens the letter");
    let letters = stage.letters(&stage.niels, mailbox).await?;
    for letter in &letters {
        let sender = letter.sender.clone().unwrap_or_default().display_name;
        stage.show.line(if letter.read { "read" } else { "unread" }, &format!("{} · {sender}", letter.subject));
    }
    stage.check(
        letters.first().is_some_and(|letter| letter.name == name),
        "the letter is the newest in the list (R1)",
    )?;
    let request = GetMessageRequest { name: name.to_owned() };
    let opened = ask!(stage.niels, stage.clients().mailbox(), get_message, request)?;
    let letter = opened.message.context("an answer without a letter")?;
    for line in letter.body_text.lines() {
        stage.show.line("", line);
    }
    let file = letter.files.first().context("the letter has no file")?;
    stage
        .show
        .act("Niels", &format!("downloads {} ({}, {} bytes)", file.display_name, file.media_type, file.size_bytes));
    let content = download(stage, file).await?;
    stage.check(content == pdf, "it is the PDF that the municipality sent, byte for byte (R1, M3)")?;
    letter.summary.context("a letter without a summary")
}

async fn download(stage: &Stage<'_>, file: &MessageFile) -> anyhow::Result<Vec<u8>> {
    let request = stage.niels.stream(DownloadFileRequest { name: file.name.clone(), offset_bytes: 0 });
    let mut frames = stage.clients().mailbox().download_file(request).await?.into_inner();
    let mut content = Vec::new();
    while let Some(answer) = frames.message().await? {
        match answer.frame.context("a frame without anything")? {
            DownloadFrame::Header(header) => stage.show.line("sha-256", &header.sha256),
            DownloadFrame::Chunk(chunk) => content.extend_from_slice(&chunk),
        }
    }
    Ok(content)
}

/// Niels files the letter, marks it unread, and may not delete it.
async fn organise(stage: &Stage<'_>, mailbox: &str, letter: &MessageSummary) -> anyhow::Result<()> {
    let (parent, names) = (mailbox.to_owned(), vec![letter.name.clone()]);
    stage.show.act("Niels", "makes the folder \"Kommunen\", moves the letter there and marks it unread");
    let request = CreateFolderRequest {
        parent: parent.clone(),
        display_name: "Kommunen".to_owned(),
        parent_folder: String::new(),
        request_id: stage.new_id(),
    };
    let created = ask!(stage.niels, stage.clients().mailbox(), create_folder, request)?;
    let folder = created.folder.context("an answer without a folder")?.name;
    let request = MoveMessagesRequest {
        parent: parent.clone(),
        names: names.clone(),
        destination_folder: folder.clone(),
        request_id: stage.new_id(),
    };
    let moved = ask!(stage.niels, stage.clients().mailbox(), move_messages, request)?;
    stage.check(all_done(&moved.outcomes), "the letter is moved (R2, R3)")?;
    let request =
        MarkMessagesRequest { parent: parent.clone(), names: names.clone(), read: false, request_id: stage.new_id() };
    let marked = ask!(stage.niels, stage.clients().mailbox(), mark_messages, request)?;
    stage.check(all_done(&marked.outcomes), "the letter is unread again (R4)")?;
    folders(stage, &parent, &folder).await?;

    stage.show.act("Niels", "tries to delete it");
    let request = DeleteMessagesRequest { parent, names, request_id: stage.new_id() };
    let deleted = ask!(stage.niels, stage.clients().mailbox(), delete_messages, request);
    let refused = deleted.and_then(|deleted| single(&deleted.outcomes));
    stage.check_refused(refused, ErrorReason::ActNotAllowed)?;
    stage.check(true, "deleting is Karen's alone (R7)")
}

async fn folders(stage: &Stage<'_>, mailbox: &str, new: &str) -> anyhow::Result<()> {
    stage.show.act("Karen", "sees the folder in her own mailbox");
    let request = ListFoldersRequest { parent: mailbox.to_owned(), ..ListFoldersRequest::default() };
    let folders = ask!(stage.karen, stage.clients().mailbox(), list_folders, request)?.folders;
    for folder in &folders {
        stage
            .show
            .line(&folder.display_name, &format!("{} letters, {} unread", folder.message_count, folder.unread_count));
    }
    let counts =
        folders.iter().find(|folder| folder.name == new).map(|folder| (folder.message_count, folder.unread_count));
    stage.check(counts == Some((1, 1)), "one letter lies there, and it is unread (M5)")
}

fn all_done(outcomes: &[MessageOutcome]) -> bool {
    outcomes.len() == 1 && outcomes.iter().all(|outcome| outcome.refusal.is_none())
}

/// The refusal of the one letter of a bulk call, as if it had been a call of its own.
fn single(outcomes: &[MessageOutcome]) -> Result<(), tonic::Status> {
    use tonic_types::{ErrorDetails, StatusExt as _};
    let Some(refusal) = outcomes.first().and_then(|outcome| outcome.refusal.as_ref()) else { return Ok(()) };
    let Some(info) = api::reason(refusal.reason()) else { return Err(tonic::Status::internal("no reason")) };
    let mut details = ErrorDetails::with_error_info(info.name, "digitalpost.dk", refusal.metadata.clone());
    details.set_localized_message("da", &refusal.message_da);
    Err(tonic::Status::with_error_details(info.code, &refusal.message_en, details))
}

/// A PDF of one empty page, with a comment that makes it large enough to be sent in several chunks.
fn pdf() -> Vec<u8> {
    let head = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
                3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n";
    let tail = "trailer<</Root 1 0 R/Size 4>>\n%%EOF\n";
    let filling = "% Kære Karen, dette er en prøve.\n".repeat(PDF_BYTES / 34);
    [head, &filling, tail].concat().into_bytes()
}
