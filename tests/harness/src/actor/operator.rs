//! Operators, who see the ledger of e-mails and no address in it.

use crate::refused::Refused;
use crate::suite::{Suite, answer};
use api::notification::v1::{
    GetLedgerSummaryRequest, GetLedgerSummaryResponse, LedgerEntry, LedgerKind, LedgerState, ListLedgerEntriesRequest,
    ListLedgerEntriesResponse, RedriveLedgerEntriesRequest, RedriveOutcome,
};
use kernel::Caller;
use tonic::Request;

/// A person who runs the suite.
#[derive(Clone)]
pub struct Operator {
    suite: Suite,
    caller: Caller,
}

impl Suite {
    /// The operator on duty.
    pub fn operator(&self) -> Operator {
        self.operator_called("o-17")
    }

    /// Another one.
    pub fn operator_called(&self, employee_id: &str) -> Operator {
        let caller = Caller::Operator(kernel::Operator { employee_id: employee_id.to_owned() });
        Operator { suite: self.clone(), caller }
    }
}

impl Operator {
    fn request<T>(&self, message: T) -> Request<T> {
        self.suite.request(&self.caller, message)
    }

    /// The ledger in figures.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn sums_up(&self) -> GetLedgerSummaryResponse {
        let request = self.request(GetLedgerSummaryRequest {});
        answer(self.suite.clients().operators().get_ledger_summary(request).await).expect("a summary")
    }

    /// How many e-mails of `kind` are in `state`.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn counts(&self, state: LedgerState, kind: LedgerKind) -> i64 {
        let counts = self.sums_up().await.counts;
        counts.iter().find(|count| (count.state(), count.kind()) == (state, kind)).map_or(0, |count| count.count)
    }

    /// A page of the ledger.
    pub async fn lists(&self, request: ListLedgerEntriesRequest) -> Result<ListLedgerEntriesResponse, Refused> {
        answer(self.suite.clients().operators().list_ledger_entries(self.request(request)).await)
    }

    /// The first hundred e-mails in `state`.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn finds(&self, state: LedgerState) -> Vec<LedgerEntry> {
        let request = ListLedgerEntriesRequest { state: state.into(), ..ListLedgerEntriesRequest::default() };
        self.lists(request).await.expect("a page").entries
    }

    /// Sets e-mails going again; what became of each.
    pub async fn redrives(&self, names: &[&str], request_id: &str) -> Result<Vec<RedriveOutcome>, Refused> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let request = RedriveLedgerEntriesRequest { names, request_id: request_id.to_owned() };
        let answered = self.suite.clients().operators().redrive_ledger_entries(self.request(request)).await;
        self.suite.settle().await;
        Ok(answer(answered)?.outcomes)
    }
}
