//! What citizens do with folders and with the bin.

use super::citizen::Citizen;
use super::citizen_post::{mailbox_of, only};
use crate::refused::Refused;
use crate::suite::{answer, there};
use api::mailbox::v1::{
    CreateFolderRequest, DeleteFolderRequest, Folder, MoveFolderRequest, PurgeMessagesRequest, RenameFolderRequest,
    RestoreMessagesRequest,
};

impl Citizen {
    /// Makes a folder in another.
    pub async fn makes_folder_in(&self, parent: &Folder, display_name: &str) -> Result<Folder, Refused> {
        let request = CreateFolderRequest {
            parent: mailbox_of(&parent.name),
            display_name: display_name.to_owned(),
            parent_folder: parent.name.clone(),
            request_id: self.request_id.clone(),
        };
        let response = answer(self.suite.clients().mailbox().create_folder(self.request(request)).await)?;
        there(response.folder)
    }

    /// Gives a folder another name.
    pub async fn renames_folder(&self, folder: &Folder, display_name: &str) -> Result<Folder, Refused> {
        let (name, display_name, request_id) = (folder.name.clone(), display_name.to_owned(), self.request_id.clone());
        self.renames(RenameFolderRequest { name, display_name, request_id, ..RenameFolderRequest::default() }).await
    }

    /// The same in just these words.
    pub async fn renames(&self, request: RenameFolderRequest) -> Result<Folder, Refused> {
        there(answer(self.suite.clients().mailbox().rename_folder(self.request(request)).await)?.folder)
    }

    /// Puts a folder into another, or at the top where that is empty.
    pub async fn moves_folder(&self, folder: &Folder, parent_folder: &str) -> Result<Folder, Refused> {
        let (name, parent_folder, request_id) =
            (folder.name.clone(), parent_folder.to_owned(), self.request_id.clone());
        let request = MoveFolderRequest { name, parent_folder, request_id, ..MoveFolderRequest::default() };
        there(answer(self.suite.clients().mailbox().move_folder(self.request(request)).await)?.folder)
    }

    /// Deletes a folder; how many letters went to the bin.
    pub async fn deletes_folder(&self, folder: &Folder) -> Result<i64, Refused> {
        let (name, request_id) = (folder.name.clone(), self.request_id.clone());
        let request = self.request(DeleteFolderRequest { name, request_id, ..DeleteFolderRequest::default() });
        Ok(answer(self.suite.clients().mailbox().delete_folder(request).await)?.deleted_message_count)
    }

    /// The folder of this name as it is now.
    pub async fn folder(&self, name: &str) -> Result<Folder, Refused> {
        there(self.folders(&mailbox_of(name)).await?.into_iter().find(|folder| folder.name == name))
    }

    /// Takes a letter out of the bin.
    pub async fn restores(&self, message: &str) -> Result<(), Refused> {
        let (parent, names, request_id) = (mailbox_of(message), vec![message.to_owned()], self.request_id.clone());
        let request = RestoreMessagesRequest { parent, names, request_id };
        only(answer(self.suite.clients().mailbox().restore_messages(self.request(request)).await)?.outcomes)
    }

    /// Removes a letter in the bin for good.
    pub async fn purges(&self, message: &str) -> Result<(), Refused> {
        let (parent, names, request_id) = (mailbox_of(message), vec![message.to_owned()], self.request_id.clone());
        let request = PurgeMessagesRequest { parent, names, request_id };
        only(answer(self.suite.clients().mailbox().purge_messages(self.request(request)).await)?.outcomes)
    }
}
