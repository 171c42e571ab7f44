//! Receipts as the wire writes them.

use crate::domain::delivery::{State, WithRecord};
use crate::error::Error;
use crate::grpc::convert;
use api::mailbox::v1 as proto;
use kernel::resource;
use rpc::convert::to_proto;
use rpc::{Reason, Refusal};

pub(super) fn receipt((receipt, record): WithRecord) -> proto::Receipt {
    let state = match receipt.state() {
        State::Ahead => proto::DeliveryState::Accepted,
        State::Available(_) => proto::DeliveryState::Available,
        State::Withdrawn => proto::DeliveryState::Withdrawn,
        State::Returned => proto::DeliveryState::Returned,
    };
    let reason = receipt.returned.map(|(_, reason)| Refusal::from(Error::from(reason)).reason());
    proto::Receipt {
        message_uuid: receipt.uuid.to_string(),
        message: resource::message(receipt.mailbox, receipt.message),
        state: state.into(),
        accept_time: Some(to_proto(receipt.accept_time)),
        visible_from: receipt.visible_from.map(to_proto),
        available_time: receipt.available_time.map(to_proto),
        first_open_time: receipt.first_open_time.map(to_proto),
        withdraw_time: receipt.withdraw_time.map(to_proto),
        service_record: record.map(convert::service_record),
        return_time: receipt.returned.map(|(time, _)| to_proto(time)),
        return_reason: reason.unwrap_or(Reason::Unspecified).into(),
    }
}
