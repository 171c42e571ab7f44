//! Post from citizens to authorities: where it can go, what is written, and how it is fetched.

use super::authority::{Authority, CHUNK, header};
use super::citizen::Citizen;
use crate::refused::Refused;
use crate::suite::{answer, there};
use api::mailbox::v1::upload_file_request::Frame;
use api::mailbox::v1::{
    ContactPoint, ContactPointSetting, ListContactPointsRequest, ListContactPointsResponse, SetContactPointsRequest,
    SetContactPointsResponse, Upload, UploadFileRequest, UploadHeader,
};
use bytes::Bytes;

/// A contact point that takes new post.
pub fn contact_point(id: &str, display_name: &str) -> ContactPointSetting {
    ContactPointSetting {
        id: id.to_owned(),
        display_name: display_name.to_owned(),
        description: format!("Skriv om {display_name}."),
        accepts_new_post: true,
    }
}

impl Authority {
    /// Replaces the list of contact points.
    pub async fn sets_contact_points(
        &self,
        contact_points: Vec<ContactPointSetting>,
    ) -> Result<Vec<ContactPoint>, Refused> {
        let request = SetContactPointsRequest { contact_points, ..SetContactPointsRequest::default() };
        Ok(self.sets_contact_points_as(request).await?.contact_points)
    }

    /// The same, with all that can be said.
    pub async fn sets_contact_points_as(
        &self,
        request: SetContactPointsRequest,
    ) -> Result<SetContactPointsResponse, Refused> {
        answer(self.suite.clients().delivery().set_contact_points(self.request(request)).await)
    }
}

impl Citizen {
    /// A page of the contact points that match.
    pub async fn finds_contact_points(
        &self,
        request: ListContactPointsRequest,
    ) -> Result<ListContactPointsResponse, Refused> {
        answer(self.suite.clients().mailbox().list_contact_points(self.request(request)).await)
    }

    /// Uploads a file for a letter.
    pub async fn uploads(&self, name: &str, content: &[u8]) -> Result<Upload, Refused> {
        let header = UploadHeader { request_id: self.request_id.clone(), ..header(name, content) };
        let mut frames = vec![UploadFileRequest { frame: Some(Frame::Header(header)) }];
        let chunk = |chunk: &[u8]| UploadFileRequest { frame: Some(Frame::Chunk(Bytes::copy_from_slice(chunk))) };
        frames.extend(content.chunks(CHUNK).map(chunk));
        let request = self.request(tokio_stream::iter(frames));
        there(answer(self.suite.clients().mailbox().upload_file(request).await)?.upload)
    }
}
