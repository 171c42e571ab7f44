//! What citizens do with messages for service.

use super::citizen::Citizen;
use crate::refused::Refused;
use crate::suite::{answer, there};
use api::mailbox::v1::{AcknowledgeServiceRequest, GetServiceRecordRequest, ServiceRecord};

impl Citizen {
    /// Is served a message, for themselves or on its owner's behalf.
    pub async fn is_served(&self, message: &str) -> Result<ServiceRecord, Refused> {
        let (name, request_id) = (message.to_owned(), self.request_id.clone());
        let request = AcknowledgeServiceRequest { name, request_id };
        let answered = self.suite.clients().mailbox().acknowledge_service(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.service_record)
    }

    /// The record that a message was served.
    pub async fn service_record(&self, message: &str) -> Result<ServiceRecord, Refused> {
        let request = GetServiceRecordRequest { name: format!("{message}/serviceRecord") };
        there(answer(self.suite.clients().mailbox().get_service_record(self.request(request)).await)?.service_record)
    }
}
