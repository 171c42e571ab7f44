//! Send what is due (N5, N9).

use crate::domain::ledger::{Lane, Standing};
use crate::job::Delivery;
use crate::job::answers::Answers;
use crate::job::window::Window;
use crate::peers::{Accesses, Directory};
use crate::usecase::claim::Due;
use crate::usecase::prepare::Candidate;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use rpc::OpenStream;
use rpc::trace::{self, Span};
use runtime::Job;

/// Claims e-mails of one lane that are due, asks the other services who is still entitled to news, and sends.
pub struct Dispatch {
    /// Which.
    pub lane: Lane,
    /// Sends them.
    pub delivery: Delivery,
    /// access-service.
    pub accesses: Accesses,
    /// mailbox-service.
    pub directory: Directory,
    /// The most that are sent at once.
    pub parallel: u16,
    /// Brings the word that the process ends, as to a stream.
    pub open: OpenStream,
}

impl Job for Dispatch {
    fn name(&self) -> &'static str {
        match self.lane {
            Lane::Awaited => "dispatch-awaited",
            Lane::News => "dispatch-news",
        }
    }

    fn run_once(&self) -> BoxFuture<'_, anyhow::Result<bool>> {
        Window::new(self).run().boxed()
    }
}

impl Dispatch {
    /// Whether the process ends: what is under way is finished, and nothing more is claimed.
    pub(super) fn is_ending(&self) -> bool {
        self.open.over().now_or_never().is_some()
    }

    /// The e-mails, with what the other services say just now.
    pub(super) async fn candidates(&self, due: Vec<Due>) -> Vec<Candidate> {
        let candidate = |due, standing| Candidate { due, standing };
        match self.lane {
            // A code does not wait for answers that only news of post needs.
            Lane::Awaited => due.into_iter().map(|due| candidate(due, Standing::Unknown)).collect(),
            Lane::News => {
                let causes = due.iter().flat_map(|due| due.email.traces.split(' '));
                let span = Span::begin("ask about subscribers", trace::Kind::Internal, causes);
                span.set("emails", due.len());
                let answers = span.around(Answers::ask(&self.accesses, &self.directory, &due)).await;
                let decided = |due| {
                    let standing = answers.standing(&due);
                    candidate(due, standing)
                };
                due.into_iter().map(decided).collect()
            }
        }
    }
}
