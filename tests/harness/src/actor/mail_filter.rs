//! The filter of a mail server, which hands on what comes to return paths.

use crate::refused::Refused;
use crate::suite::{Suite, answer};
use api::notification::v1::operator_service_client::OperatorServiceClient;
use api::notification::v1::{DeliveryStatusOutcome, ReportDeliveryStatusRequest};
use kernel::{Caller, Operator, ServiceName};

/// A notification that `action` befell an e-mail, with an enhanced status code.
pub fn notification(action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@relay.example\r\nTo: somebody\r\nSubject: Delivery status\r\nAuto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nThis is what became of your message.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n\
         Final-Recipient: rfc822; somebody@example.dk\r\nAction: {action}\r\nStatus: {status}\r\n\r\n--b--\r\n"
    )
}

impl Suite {
    /// Reports a notification that came to `return_path`.
    pub async fn return_path_gets(
        &self,
        return_path: &str,
        notification: &str,
    ) -> Result<DeliveryStatusOutcome, Refused> {
        self.mail_is_reported(ReportDeliveryStatusRequest {
            return_path: return_path.to_owned(),
            notification: notification.as_bytes().to_vec().into(),
            request_id: String::new(),
        })
        .await
    }

    /// The same in just these words.
    pub async fn mail_is_reported(
        &self,
        request: ReportDeliveryStatusRequest,
    ) -> Result<DeliveryStatusOutcome, Refused> {
        let caller = Caller::Operator(Operator { employee_id: "mail-filter".to_owned() });
        let channel = self.channel(ServiceName::Notification, None);
        let request = self.request(&caller, request);
        let answered = answer(OperatorServiceClient::new(channel).report_delivery_status(request).await);
        self.settle().await;
        Ok(answered?.outcome())
    }
}
