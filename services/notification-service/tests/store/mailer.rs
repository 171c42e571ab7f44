//! A mailer that remembers what it was given, and answers as it is told.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use notification_service::email::Rendered;
use notification_service::mailer::{Mailer, SendError};
use std::collections::VecDeque;
use std::sync::Mutex;
use uuid::Uuid;

/// Takes every e-mail, unless an answer was put in for it.
#[derive(Default)]
pub(crate) struct Recorder {
    taken: Mutex<Vec<(Uuid, Rendered)>>,
    tried: Mutex<Vec<(Uuid, Rendered)>>,
    answers: Mutex<VecDeque<SendError>>,
}

impl Recorder {
    /// Refuses the next e-mail with `error`.
    pub(crate) fn refuse_next(&self, error: SendError) {
        self.answers.lock().expect("answers").push_back(error);
    }

    /// What was taken since the last look.
    pub(crate) fn take(&self) -> Vec<(Uuid, Rendered)> {
        std::mem::take(&mut *self.taken.lock().expect("taken"))
    }

    /// What was tried since the last look, refused or not.
    pub(crate) fn take_tried(&self) -> Vec<(Uuid, Rendered)> {
        std::mem::take(&mut *self.tried.lock().expect("tried"))
    }
}

impl Mailer for Recorder {
    fn send<'a>(&'a self, id: Uuid, email: &'a Rendered) -> BoxFuture<'a, Result<(), SendError>> {
        let answer = self.answers.lock().expect("answers").pop_front();
        self.tried.lock().expect("tried").push((id, email.clone()));
        if answer.is_none() {
            self.taken.lock().expect("taken").push((id, email.clone()));
        }
        async move { answer.map_or(Ok(()), Err) }.boxed()
    }
}
