//! The RPCs of later issues, all of them, each with the answer that says so. Empty when the issues are done.

use rpc::{Reason, Refusal};

/// The refusal of `rpc`, or of what is not yet possible in it.
pub(crate) fn refusal(rpc: &'static str) -> Refusal {
    Refusal::new(Reason::NotImplementedYet).with("rpc", rpc)
}

/// Methods of a tonic trait in the form that `async_trait` gives them, because it does not look into macros.
macro_rules! refuse {
    ($($method:ident($request:ty) -> $response:ty, $rpc:literal;)*) => {$(
        fn $method<'service, 'call>(
            &'service self,
            _: tonic::Request<$request>,
        ) -> futures::future::BoxFuture<'call, Result<tonic::Response<$response>, tonic::Status>>
        where
            'service: 'call,
            Self: 'call,
        {
            Box::pin(async { Err(tonic::Status::from($crate::grpc::not_yet::refusal($rpc))) })
        }
    )*};
}

macro_rules! mailbox_service {
    () => {
        $crate::grpc::not_yet::refuse! {
            reply_to_message(proto::ReplyToMessageRequest) -> proto::ReplyToMessageResponse, "ReplyToMessage";
        }
    };
}

macro_rules! delivery_service {
    () => {
        $crate::grpc::not_yet::refuse! {
            fetch_replies(proto::FetchRepliesRequest) -> Self::FetchRepliesStream, "FetchReplies";
            download_reply_file(proto::DownloadReplyFileRequest) -> Self::DownloadReplyFileStream, "DownloadReplyFile";
            acknowledge_replies(proto::AcknowledgeRepliesRequest) -> proto::AcknowledgeRepliesResponse, "AcknowledgeReplies";
        }
    };
}

pub(crate) use {delivery_service, mailbox_service, refuse};
