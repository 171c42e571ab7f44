//! What citizens do about accesses.

use super::citizen::Citizen;
use crate::person::Person;
use crate::refused::Refused;
use crate::suite::{answer, there};
use api::access::v1::expiry::Choice;
use api::access::v1::{
    AccessScope, ApproveAccessRequest, ChangeExpiryRequest, DeclineAccessRequest, Expiry, ExplainAccessRequest,
    ExplainAccessResponse, GetAccessRequest, GiveAccessRequest, Guardianship, ListEndedAccessesRequest,
    ListGivenAccessesRequest, ListGivenAccessesResponse, ListOpenMailboxesRequest, ListReceivedAccessesRequest,
    ListReceivedAccessesResponse, OpenMailbox, ReadAccess, RemoveAccessRequest, RequestAccessRequest,
    WithdrawAccessRequest,
};
use api::core::v1::Act;
use kernel::Date;

/// When an access is to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Until {
    /// Never.
    Never,
    /// The last day, `YYYY-MM-DD`.
    Day(&'static str),
    /// The last day.
    On(Date),
}

impl From<Until> for Expiry {
    fn from(until: Until) -> Self {
        let choice = match until {
            Until::Never => Choice::NeverExpires(true),
            Until::Day(day) => Choice::ExpiresOn(day.to_owned()),
            Until::On(day) => Choice::ExpiresOn(day.to_string()),
        };
        Self { choice: Some(choice) }
    }
}

/// The offer of access to public post that `reader` would get.
pub fn offer(reader: &Person, until: Until) -> GiveAccessRequest {
    GiveAccessRequest {
        reader: Some(reader.particulars()),
        scope: AccessScope::PublicPost.into(),
        expiry: Some(until.into()),
        ..GiveAccessRequest::default()
    }
}

/// What a reader would ask of `owner`: access to their public post.
pub fn request(owner: &Person, until: Until) -> RequestAccessRequest {
    RequestAccessRequest {
        owner: Some(owner.particulars()),
        scope: AccessScope::PublicPost.into(),
        expiry: Some(until.into()),
        ..RequestAccessRequest::default()
    }
}

/// The statement of a guardianship that ends after `end_date`, `YYYY-MM-DD`.
pub fn guardianship(end_date: &str) -> Guardianship {
    Guardianship { reference: "V-2026/7".to_owned(), end_date: end_date.to_owned() }
}

/// One act on an access that is named, and nothing else.
macro_rules! acts {
    ($($(#[$doc:meta])* $verb:ident: $rpc:ident($request:ident);)*) => {$(
        $(#[$doc])*
        pub async fn $verb(&self, access: &ReadAccess) -> Result<ReadAccess, Refused> {
            let request = $request { name: access.name.clone(), request_id: self.request_id.clone() };
            let answered = self.suite.clients().read_access().$rpc(self.request(request)).await;
            self.suite.settle().await;
            there(answer(answered)?.access)
        }
    )*};
}

impl Citizen {
    /// Gives access to their public post.
    pub async fn gives_access(&self, to: &Citizen, until: Until) -> Result<ReadAccess, Refused> {
        let request_id = self.request_id.clone();
        self.offers(GiveAccessRequest { request_id, ..offer(&to.person, until) }).await
    }

    /// Gives access in just these words.
    pub async fn offers(&self, request: GiveAccessRequest) -> Result<ReadAccess, Refused> {
        let answered = self.suite.clients().read_access().give_access(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.access)
    }

    /// Gives access to the private post of the portal they are at.
    pub async fn gives_private_access(&self, to: &Citizen, right: AccessScope) -> Result<ReadAccess, Refused> {
        let (scope, request_id) = (right.into(), self.request_id.clone());
        self.offers(GiveAccessRequest { scope, request_id, ..offer(&to.person, Until::Never) }).await
    }

    /// Asks for access to another's public post.
    pub async fn asks_for_access(&self, owner: &Citizen, until: Until) -> Result<ReadAccess, Refused> {
        let request_id = self.request_id.clone();
        self.asks(RequestAccessRequest { request_id, ..request(&owner.person, until) }).await
    }

    /// Asks for access as the owner's guardian.
    pub async fn asks_as_guardian(
        &self,
        owner: &Citizen,
        until: Until,
        guardianship: Guardianship,
    ) -> Result<ReadAccess, Refused> {
        let (guardianship, request_id) = (Some(guardianship), self.request_id.clone());
        self.asks(RequestAccessRequest { guardianship, request_id, ..request(&owner.person, until) }).await
    }

    /// Asks for access in just these words.
    pub async fn asks(&self, request: RequestAccessRequest) -> Result<ReadAccess, Refused> {
        let answered = self.suite.clients().read_access().request_access(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.access)
    }

    /// Approves the access in the version that `access` shows.
    pub async fn approves(&self, access: &ReadAccess) -> Result<ReadAccess, Refused> {
        let request = ApproveAccessRequest {
            name: access.name.clone(),
            version: access.version,
            request_id: self.request_id.clone(),
        };
        let answered = self.suite.clients().read_access().approve_access(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.access)
    }

    /// Changes the expiry of the access in the version that `access` shows.
    pub async fn changes_expiry(&self, access: &ReadAccess, until: Until) -> Result<ReadAccess, Refused> {
        let request = ChangeExpiryRequest {
            name: access.name.clone(),
            version: access.version,
            expiry: Some(until.into()),
            request_id: self.request_id.clone(),
        };
        let answered = self.suite.clients().read_access().change_expiry(self.request(request)).await;
        self.suite.settle().await;
        there(answer(answered)?.access)
    }

    acts! {
        /// Declines what another gave or asked for.
        declines: decline_access(DeclineAccessRequest);
        /// Takes back what they gave or asked for.
        withdraws: withdraw_access(WithdrawAccessRequest);
        /// Ends an active access.
        removes: remove_access(RemoveAccessRequest);
    }

    /// The access of this name, as this citizen's side sees it.
    pub async fn sees_access(&self, name: &str) -> Result<ReadAccess, Refused> {
        let request = self.request(GetAccessRequest { name: name.to_owned() });
        let response = answer(self.suite.clients().read_access().get_access(request).await)?;
        there(response.access)
    }

    /// The accesses to their post.
    pub async fn given_accesses(&self) -> Result<ListGivenAccessesResponse, Refused> {
        let request = self.request(ListGivenAccessesRequest::default());
        answer(self.suite.clients().read_access().list_given_accesses(request).await)
    }

    /// Their accesses to others' post.
    pub async fn received_accesses(&self) -> Result<ListReceivedAccessesResponse, Refused> {
        let request = self.request(ListReceivedAccessesRequest::default());
        answer(self.suite.clients().read_access().list_received_accesses(request).await)
    }

    /// The accesses that have ended.
    pub async fn ended_accesses(&self) -> Result<Vec<ReadAccess>, Refused> {
        let request = self.request(ListEndedAccessesRequest::default());
        Ok(answer(self.suite.clients().read_access().list_ended_accesses(request).await)?.accesses)
    }

    /// The mailboxes open to them.
    pub async fn open_mailboxes(&self) -> Result<Vec<OpenMailbox>, Refused> {
        let request = self.request(ListOpenMailboxesRequest::default());
        Ok(answer(self.suite.clients().read_access().list_open_mailboxes(request).await)?.mailboxes)
    }

    /// Why they may, or may not, do `act` in `mailbox`.
    pub async fn is_explained(&self, act: Act, mailbox: &str) -> Result<ExplainAccessResponse, Refused> {
        self.asks_why(act, mailbox, "").await
    }

    /// Why `other` may, or may not, do `act` in this citizen's own mailbox.
    pub async fn is_explained_about(&self, other: &Citizen, act: Act) -> Result<ExplainAccessResponse, Refused> {
        self.asks_why(act, "mailboxes/me", &other.person_name()).await
    }

    /// Asks why in just these words.
    pub async fn asks_why(&self, act: Act, mailbox: &str, person: &str) -> Result<ExplainAccessResponse, Refused> {
        let request = ExplainAccessRequest {
            mailbox: mailbox.to_owned(),
            act: act.into(),
            person: person.to_owned(),
            ..ExplainAccessRequest::default()
        };
        answer(self.suite.clients().read_access().explain_access(self.request(request)).await)
    }

    /// Has access to the private post of `owner` in the portal where both are, given and approved.
    ///
    /// # Panics
    /// When either is refused.
    pub async fn is_given_private_access_by(&self, owner: &Citizen, right: AccessScope) -> ReadAccess {
        let offered = owner.gives_private_access(self, right).await.expect("an offer");
        self.approves(&offered).await.expect("an approval")
    }

    /// Has access to the public post of `owner` from now on, given and approved.
    ///
    /// # Panics
    /// When either is refused.
    pub async fn is_given_access_by(&self, owner: &Citizen) -> ReadAccess {
        let offered = owner.gives_access(self, Until::Never).await.expect("an offer");
        self.approves(&offered).await.expect("an approval")
    }

    /// Gives access to the private post of the portal where both are, and gets the approval.
    ///
    /// # Panics
    /// When either is refused.
    pub async fn shares_private_post(&self, reader: &Citizen, scope: AccessScope) -> ReadAccess {
        let offered = self.gives_private_access(reader, scope).await.expect("an offer");
        reader.approves(&offered).await.expect("an approval")
    }
}
