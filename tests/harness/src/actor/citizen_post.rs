//! What citizens do with post: each verb names the mailbox, their own or one they may read.

use super::citizen::Citizen;
use crate::refused::Refused;
use crate::suite::{answer, there};
use api::mailbox::v1::download_file_response::Frame;
use api::mailbox::v1::{
    CreateFolderRequest, DeleteMessagesRequest, DownloadFileRequest, DownloadHeader, Folder, GetMailboxRequest,
    GetMessageRequest, ListFoldersRequest, ListMessagesRequest, Mailbox, MailboxSettings, MarkMessagesRequest,
    MessageOutcome, MessageSummary, MoveMessagesRequest, PostMessage, UpdateSettingsRequest,
};
use prost_types::FieldMask;

/// The longest page there is.
const LONG_PAGE: i32 = 200;

impl Citizen {
    /// The mailbox of this name.
    pub async fn sees_mailbox(&self, mailbox: &str) -> Result<Mailbox, Refused> {
        let request = self.request(GetMailboxRequest { name: mailbox.to_owned() });
        there(answer(self.suite.clients().mailbox().get_mailbox(request).await)?.mailbox)
    }

    /// Chooses whether e-Boks and mit.dk show their public post.
    pub async fn shows_public_post(&self, in_e_boks: bool, in_mit_dk: bool) -> Result<MailboxSettings, Refused> {
        let settings = MailboxSettings {
            name: "mailboxes/me/settings".to_owned(),
            show_public_post_in_e_boks: in_e_boks,
            show_public_post_in_mit_dk: in_mit_dk,
            ..MailboxSettings::default()
        };
        let paths = ["show_public_post_in_e_boks", "show_public_post_in_mit_dk"].map(str::to_owned).to_vec();
        let request = UpdateSettingsRequest {
            settings: Some(settings),
            update_mask: Some(FieldMask { paths }),
            request_id: self.request_id.clone(),
        };
        there(answer(self.suite.clients().mailbox().update_settings(self.request(request)).await)?.settings)
    }

    /// The letters in all folders but the bin, newest first, the first 200 of them.
    pub async fn lists(&self, mailbox: &str) -> Result<Vec<MessageSummary>, Refused> {
        let (parent, page_size) = (mailbox.to_owned(), LONG_PAGE);
        self.lists_where(ListMessagesRequest { parent, page_size, ..ListMessagesRequest::default() }).await
    }

    /// The newest letter of a mailbox, if there is one.
    pub async fn looks_into(&self, mailbox: &str) -> Result<Option<MessageSummary>, Refused> {
        let (parent, page_size) = (mailbox.to_owned(), 1);
        let listed = self.lists_where(ListMessagesRequest { parent, page_size, ..ListMessagesRequest::default() });
        Ok(listed.await?.into_iter().next())
    }

    /// The letters in one folder.
    pub async fn lists_folder(&self, mailbox: &str, folder: &str) -> Result<Vec<MessageSummary>, Refused> {
        let (parent, folder) = (mailbox.to_owned(), folder.to_owned());
        self.lists_where(ListMessagesRequest { parent, folder, ..ListMessagesRequest::default() }).await
    }

    async fn lists_where(&self, request: ListMessagesRequest) -> Result<Vec<MessageSummary>, Refused> {
        Ok(answer(self.suite.clients().mailbox().list_messages(self.request(request)).await)?.messages)
    }

    /// The subjects of the letters in a mailbox, newest first.
    pub async fn subjects(&self, mailbox: &str) -> Result<Vec<String>, Refused> {
        Ok(self.lists(mailbox).await?.into_iter().map(|message| message.subject).collect())
    }

    /// Opens a letter.
    pub async fn opens(&self, message: &str) -> Result<PostMessage, Refused> {
        let request = self.request(GetMessageRequest { name: message.to_owned() });
        there(answer(self.suite.clients().mailbox().get_message(request).await)?.message)
    }

    /// Opens every letter of their own mailbox that is still unread, and shows them by their subjects.
    pub async fn opens_new_post(&self) -> Result<Vec<PostMessage>, Refused> {
        let mut opened = Vec::new();
        for letter in self.lists(&self.mailbox).await?.into_iter().filter(|letter| !letter.read) {
            opened.push(self.opens(&letter.name).await?);
        }
        opened.sort_by_key(|letter| letter.summary.as_ref().map(|summary| summary.subject.clone()));
        Ok(opened)
    }

    /// Downloads a file from `offset` on.
    pub async fn downloads(&self, file: &str, offset: i64) -> Result<(DownloadHeader, Vec<u8>), Refused> {
        let request = self.request(DownloadFileRequest { name: file.to_owned(), offset_bytes: offset });
        let mut frames = answer(self.suite.clients().mailbox().download_file(request).await)?;
        let mut next = async || frames.message().await.map_err(Refused::from);
        let first = next().await?.and_then(|frame| frame.frame);
        let Some(Frame::Header(header)) = first else { return there(None) };
        let mut content = Vec::new();
        while let Some(frame) = next().await? {
            let Some(Frame::Chunk(chunk)) = frame.frame else { return there(None) };
            content.extend_from_slice(&chunk);
        }
        Ok((header, content))
    }

    /// The folders of a mailbox.
    pub async fn folders(&self, mailbox: &str) -> Result<Vec<Folder>, Refused> {
        let request = ListFoldersRequest { parent: mailbox.to_owned(), ..ListFoldersRequest::default() };
        Ok(answer(self.suite.clients().mailbox().list_folders(self.request(request)).await)?.folders)
    }

    /// Makes a folder at the top.
    pub async fn makes_folder(&self, mailbox: &str, display_name: &str) -> Result<Folder, Refused> {
        let request = CreateFolderRequest {
            parent: mailbox.to_owned(),
            display_name: display_name.to_owned(),
            request_id: self.request_id.clone(),
            ..CreateFolderRequest::default()
        };
        let response = answer(self.suite.clients().mailbox().create_folder(self.request(request)).await)?;
        there(response.folder)
    }

    /// Moves a letter to a folder.
    pub async fn moves(&self, message: &str, destination_folder: &str) -> Result<(), Refused> {
        let request = MoveMessagesRequest {
            parent: mailbox_of(message),
            names: vec![message.to_owned()],
            destination_folder: destination_folder.to_owned(),
            request_id: self.request_id.clone(),
        };
        only(answer(self.suite.clients().mailbox().move_messages(self.request(request)).await)?.outcomes)
    }

    /// Marks a letter read or unread.
    pub async fn marks(&self, message: &str, read: bool) -> Result<(), Refused> {
        let (parent, names, request_id) = (mailbox_of(message), vec![message.to_owned()], self.request_id.clone());
        let request = MarkMessagesRequest { parent, names, read, request_id };
        only(answer(self.suite.clients().mailbox().mark_messages(self.request(request)).await)?.outcomes)
    }

    /// Marks several letters at once.
    pub async fn marks_all(&self, messages: &[&str], read: bool) -> Result<Vec<MessageOutcome>, Refused> {
        let parent = messages.first().map(|message| mailbox_of(message)).unwrap_or_default();
        let names = messages.iter().map(|message| (*message).to_owned()).collect();
        let request = MarkMessagesRequest { parent, names, read, request_id: self.request_id.clone() };
        Ok(answer(self.suite.clients().mailbox().mark_messages(self.request(request)).await)?.outcomes)
    }

    /// Moves a letter into the bin.
    pub async fn deletes(&self, message: &str) -> Result<(), Refused> {
        let (parent, names, request_id) = (mailbox_of(message), vec![message.to_owned()], self.request_id.clone());
        let request = DeleteMessagesRequest { parent, names, request_id };
        only(answer(self.suite.clients().mailbox().delete_messages(self.request(request)).await)?.outcomes)
    }
}

/// The mailbox that a letter's name lies in.
pub fn mailbox_of(message: &str) -> String {
    message.split('/').take(2).collect::<Vec<_>>().join("/")
}

/// What became of the only letter of a bulk act.
pub(super) fn only(outcomes: Vec<MessageOutcome>) -> Result<(), Refused> {
    let outcome = there(outcomes.into_iter().next())?;
    match outcome.refusal {
        Some(refusal) => Err(refusal.into()),
        None => Ok(()),
    }
}
