//! Bad requests to each RPC of the access package: every wrong field is named at once. Held against the API's own table, so
//! that no RPC is left out.

use api::METHODS;
use api::access::v1::expiry::Choice;
use api::access::v1::*;
use api::core::v1::{Attendance, PersonParticulars};
use harness::suite::answer;
use harness::{Citizen, Refusable as _, Refused, Suite, on_both};
use http::uri::PathAndQuery;
use kernel::{Caller, Service, ServiceName};
use std::collections::BTreeSet;
use tonic::Request;
use tonic::client::Grpc;
use tonic::transport::Channel;
use tonic_prost::ProstCodec;

on_both! { Suite: every_wrong_field_of_every_request_is_named }

/// Who calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum By {
    Citizen,
    Caseworker,
    Mailbox,
    Notification,
}

/// Calls, and notes what was called.
struct Asker {
    suite: Suite,
    karen: Citizen,
    channels: [Channel; 3],
    called: BTreeSet<&'static str>,
}

impl Asker {
    fn request<T>(&self, by: By, message: T) -> (Channel, Request<T>) {
        let service = |name| Caller::Service(Service { name, on_behalf_of: None });
        let [open, mailbox, notification] = self.channels.clone();
        match by {
            By::Citizen => (open, self.karen.request(message)),
            By::Caseworker => (open, self.suite.caseworker().request(message)),
            By::Mailbox => (mailbox, self.suite.gatekeeper().request(&self.karen.caller(), message)),
            By::Notification => (notification, self.suite.request(&service(ServiceName::Notification), message)),
        }
    }

    async fn asks<T: prost::Message + 'static>(&self, by: By, path: &'static str, message: T) -> Result<(), Refused> {
        let (channel, request) = self.request(by, message);
        let mut grpc = Grpc::new(channel);
        grpc.ready().await.unwrap();
        let codec: ProstCodec<T, ()> = ProstCodec::default();
        answer(grpc.unary(request, PathAndQuery::from_static(path), codec).await)
    }

    /// `message` is refused for just these fields.
    async fn is_refused<T: prost::Message + 'static>(&mut self, by: By, rpc: &str, message: T, fields: &[&str]) {
        let method = METHODS.iter().find(|method| {
            method.path.starts_with("/digitalpost.access.") && method.path.ends_with(&format!("/{rpc}"))
        });
        let path = method.unwrap().path;
        self.called.insert(path);
        let mut refused = self.asks(by, path, message).await.refused("INVALID_FIELDS");
        refused.fields.sort();
        assert_eq!(refused.fields, fields, "{rpc}");
    }
}

fn nobody() -> PersonParticulars {
    PersonParticulars {
        first_name: " ".to_owned(),
        last_name: "N\u{200b}".to_owned(),
        cpr_number: "29189668".to_owned(),
    }
}

fn yesterday() -> Expiry {
    Expiry { choice: Some(Choice::ExpiresOn("2026-11-21".to_owned())) }
}

fn nothing_stated() -> Attendance {
    Attendance { kind: 99, identification: 99, ..Attendance::default() }
}

fn no_guardian() -> Guardianship {
    Guardianship { reference: "610150-1234".to_owned(), end_date: "2026-11-21".to_owned() }
}

const NO_NAME: &str = "mailboxes/me/accesses/1";

fn text(text: &str) -> String {
    text.to_owned()
}

async fn every_wrong_field_of_every_request_is_named(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let channels = [None, Some(ServiceName::Mailbox), Some(ServiceName::Notification)]
        .map(|from| suite.channel(ServiceName::Access, from));
    let mut asker = Asker { suite: suite.clone(), karen: karen.clone(), channels, called: BTreeSet::new() };
    citizens_beginning(&mut asker).await;
    citizens_changing(&mut asker).await;
    citizens_looking(&mut asker).await;
    caseworkers(&mut asker).await;
    services(&mut asker).await;
    let all = METHODS.iter().filter(|method| method.path.starts_with("/digitalpost.access.") && !method.streams);
    assert_eq!(asker.called, all.map(|method| method.path).collect());
    assert!(karen.given_accesses().await.unwrap().accesses.is_empty());
    assert!(niels.opens_new_post().await.unwrap().is_empty());
}

async fn citizens_beginning(asker: &mut Asker) {
    let by = By::Citizen;
    asker.is_refused(by, "GiveAccess", GiveAccessRequest::default(), &["expiry", "reader", "scope"]).await;
    let give = GiveAccessRequest {
        reader: Some(nobody()),
        scope: 99,
        expiry: Some(yesterday()),
        level: 99,
        request_id: text("a b"),
    };
    let wrong = [
        "expiry.expires_on",
        "level",
        "reader.cpr_number",
        "reader.first_name",
        "reader.last_name",
        "request_id",
        "scope",
    ];
    asker.is_refused(by, "GiveAccess", give, &wrong).await;
    asker.is_refused(by, "RequestAccess", RequestAccessRequest::default(), &["expiry", "owner", "scope"]).await;
    let ask = RequestAccessRequest {
        owner: Some(nobody()),
        scope: 99,
        expiry: Some(yesterday()),
        level: 99,
        guardianship: Some(no_guardian()),
        request_id: text("a b"),
    };
    let wrong = [
        "expiry.expires_on",
        "guardianship.end_date",
        "guardianship.reference",
        "level",
        "owner.cpr_number",
        "owner.first_name",
        "owner.last_name",
        "request_id",
        "scope",
    ];
    asker.is_refused(by, "RequestAccess", ask, &wrong).await;
}

async fn citizens_changing(asker: &mut Asker) {
    let by = By::Citizen;
    let (name, request_id) = (|| text(NO_NAME), || text("a b"));
    asker.is_refused(by, "ApproveAccess", ApproveAccessRequest::default(), &["name", "version"]).await;
    let approve = ApproveAccessRequest { name: name(), version: -1, request_id: request_id() };
    asker.is_refused(by, "ApproveAccess", approve, &["name", "request_id", "version"]).await;
    let both = ["name", "request_id"];
    let decline = DeclineAccessRequest { name: name(), request_id: request_id() };
    asker.is_refused(by, "DeclineAccess", decline, &both).await;
    let withdraw = WithdrawAccessRequest { name: name(), request_id: request_id() };
    asker.is_refused(by, "WithdrawAccess", withdraw, &both).await;
    let remove = RemoveAccessRequest { name: name(), request_id: request_id() };
    asker.is_refused(by, "RemoveAccess", remove, &both).await;
    asker.is_refused(by, "ChangeExpiry", ChangeExpiryRequest::default(), &["expiry", "name", "version"]).await;
    let change = ChangeExpiryRequest { name: name(), version: 0, expiry: Some(yesterday()), request_id: request_id() };
    asker.is_refused(by, "ChangeExpiry", change, &["expiry.expires_on", "name", "request_id", "version"]).await;
}

async fn citizens_looking(asker: &mut Asker) {
    let by = By::Citizen;
    asker.is_refused(by, "GetAccess", GetAccessRequest { name: text(NO_NAME) }, &["name"]).await;
    let (page_size, page_token) = (-1, String::new());
    let list = ListGivenAccessesRequest { page_size, page_token: page_token.clone() };
    asker.is_refused(by, "ListGivenAccesses", list, &["page_size"]).await;
    let list = ListReceivedAccessesRequest { page_size, page_token: page_token.clone() };
    asker.is_refused(by, "ListReceivedAccesses", list, &["page_size"]).await;
    let list = ListOpenMailboxesRequest { page_size, page_token: page_token.clone() };
    asker.is_refused(by, "ListOpenMailboxes", list, &["page_size"]).await;
    let list = ListEndedAccessesRequest { caller_party: 99, page_size, page_token };
    asker.is_refused(by, "ListEndedAccesses", list, &["caller_party", "page_size"]).await;
    asker.is_refused(by, "ExplainAccess", ExplainAccessRequest::default(), &["act", "mailbox"]).await;
    let explain = ExplainAccessRequest { mailbox: text("persons/1"), act: 99, person: text("me"), post_kind: 99 };
    asker.is_refused(by, "ExplainAccess", explain, &["act", "mailbox", "person", "post_kind"]).await;
}

const STATEMENT: [&str; 3] = ["attendance.case_reference", "attendance.identification", "attendance.kind"];

/// These and the fields of a statement that is wrong, in order.
fn and_statement(fields: &[&'static str]) -> Vec<&'static str> {
    let mut all = [&STATEMENT[..], fields].concat();
    all.sort_unstable();
    all
}

async fn caseworkers(asker: &mut Asker) {
    let by = By::Caseworker;
    let (name, request_id) = (|| text(NO_NAME), || text("a b"));
    let wanted = ["attendance", "expiry", "owner", "reader"];
    asker.is_refused(by, "CreateAccessForCitizen", CreateAccessForCitizenRequest::default(), &wanted).await;
    let parties = [
        "expiry.expires_on",
        "owner.cpr_number",
        "owner.first_name",
        "owner.last_name",
        "reader.cpr_number",
        "reader.first_name",
        "reader.last_name",
        "request_id",
    ];
    let create = CreateAccessForCitizenRequest {
        owner: Some(nobody()),
        reader: Some(nobody()),
        expiry: Some(yesterday()),
        attendance: Some(nothing_stated()),
        request_id: request_id(),
    };
    asker.is_refused(by, "CreateAccessForCitizen", create, &and_statement(&parties)).await;
    asker.is_refused(by, "RequestAccessForCitizen", RequestAccessForCitizenRequest::default(), &wanted).await;
    let ask = RequestAccessForCitizenRequest {
        reader: Some(nobody()),
        owner: Some(nobody()),
        expiry: Some(yesterday()),
        guardianship: Some(no_guardian()),
        attendance: Some(nothing_stated()),
        request_id: request_id(),
    };
    let wrong = [&parties[..], &["guardianship.end_date", "guardianship.reference"]].concat();
    asker.is_refused(by, "RequestAccessForCitizen", ask, &and_statement(&wrong)).await;
    let attendance = || Some(nothing_stated());
    let approve =
        RecordApprovalRequest { name: name(), version: 0, attendance: attendance(), request_id: request_id() };
    asker.is_refused(by, "RecordApproval", approve, &and_statement(&["name", "request_id", "version"])).await;
    let (expiry, attendance_now) = (Some(yesterday()), attendance());
    let change = ChangeExpiryForCitizenRequest {
        name: name(),
        version: 0,
        expiry,
        attendance: attendance_now,
        request_id: request_id(),
    };
    let wrong = ["expiry.expires_on", "name", "request_id", "version"];
    asker.is_refused(by, "ChangeExpiryForCitizen", change, &and_statement(&wrong)).await;
    let remove =
        RemoveAccessForCitizenRequest { name: name(), party: 99, attendance: attendance(), request_id: request_id() };
    asker.is_refused(by, "RemoveAccessForCitizen", remove, &and_statement(&["name", "party", "request_id"])).await;
    let list = ListAccessesOfCitizenRequest {
        citizen: Some(nobody()),
        citizen_party: 99,
        page_size: -1,
        ..ListAccessesOfCitizenRequest::default()
    };
    let wrong = ["citizen.cpr_number", "citizen.first_name", "citizen.last_name", "citizen_party", "page_size"];
    asker.is_refused(by, "ListAccessesOfCitizen", list, &wrong).await;
}

async fn services(asker: &mut Asker) {
    let (mailbox, notification) = (By::Mailbox, By::Notification);
    let wrong = || AccessQuestion { mailbox: text("mailboxes/me"), act: 99, post_kind: 99 };
    asker.is_refused(mailbox, "Check", CheckRequest::default(), &["actor", "question"]).await;
    let check = CheckRequest { actor: text("me"), question: Some(wrong()) };
    let fields = ["actor", "question.act", "question.mailbox", "question.post_kind"];
    asker.is_refused(mailbox, "Check", check, &fields).await;
    asker.is_refused(mailbox, "BatchCheck", BatchCheckRequest::default(), &["actor", "questions"]).await;
    let batch = BatchCheckRequest { actor: text("me"), questions: vec![wrong(), AccessQuestion::default()] };
    let fields = [
        "actor",
        "questions[0].act",
        "questions[0].mailbox",
        "questions[0].post_kind",
        "questions[1].act",
        "questions[1].mailbox",
    ];
    asker.is_refused(mailbox, "BatchCheck", batch, &fields).await;
    let right = AccessQuestion { mailbox: asker.karen.mailbox.clone(), act: 1, post_kind: 0 };
    let batch = BatchCheckRequest { actor: asker.karen.person_name(), questions: vec![right; 101] };
    asker.is_refused(mailbox, "BatchCheck", batch, &["questions"]).await;
    asker.is_refused(notification, "CheckAccessActive", CheckAccessActiveRequest::default(), &["accesses"]).await;
    let accesses = vec![String::new(), text(NO_NAME)];
    let fields = ["accesses[0]", "accesses[1]"];
    asker.is_refused(notification, "CheckAccessActive", CheckAccessActiveRequest { accesses }, &fields).await;
}
