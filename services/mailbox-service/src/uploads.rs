//! The files that are being uploaded: how many at once, in all and by one caller, so that one who uploads without end takes
//! no place of others (M3).

use rpc::{OpenStream, Reason, Refusal, Streams};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// When a caller with too many uploads may come again: one of their own has to end first.
const COME_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The uploads of one process. They end by themselves when it stops: a file that has come is not thrown away.
pub struct Uploads {
    places: Streams,
    most_of_one: usize,
    /// How many each caller has open; who has none is not in it.
    callers: Arc<Mutex<HashMap<[u8; 32], usize>>>,
}

/// An upload that was let in; dropped, its place is free again.
pub struct OpenUpload {
    stream: OpenStream,
    caller: [u8; 32],
    callers: Arc<Mutex<HashMap<[u8; 32], usize>>>,
}

impl Uploads {
    /// At most `most` at once, and `most_of_one` of the same caller.
    pub fn new(most: usize, most_of_one: usize) -> Self {
        Self { places: Streams::new(most), most_of_one, callers: Arc::default() }
    }

    /// Lets an upload of `caller` in, told apart by their hash, that may last until `deadline`; or sheds it with OVERLOADED.
    pub fn open(&self, caller: [u8; 32], deadline: Option<Instant>) -> Result<OpenUpload, Refusal> {
        let mut callers = lock(&self.callers);
        let open = callers.get(&caller).copied().unwrap_or_default();
        if open >= self.most_of_one {
            return Err(Refusal::new(Reason::Overloaded).retry_after(COME_AGAIN_AFTER));
        }
        let stream = self.places.open_until(deadline)?;
        callers.insert(caller, open + 1);
        Ok(OpenUpload { stream, caller, callers: self.callers.clone() })
    }
}

impl OpenUpload {
    /// Waits until the upload must end, and says why.
    pub async fn over(&self) -> Refusal {
        self.stream.over().await
    }
}

impl Drop for OpenUpload {
    fn drop(&mut self) {
        let mut callers = lock(&self.callers);
        match callers.get_mut(&self.caller) {
            Some(open) if *open > 1 => *open -= 1,
            _ => drop(callers.remove(&self.caller)),
        }
    }
}

fn lock(callers: &Mutex<HashMap<[u8; 32], usize>>) -> MutexGuard<'_, HashMap<[u8; 32], usize>> {
    // Nothing in here panics half way.
    callers.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn m3_nobody_who_uploads_nothing_is_remembered() {
        let uploads = Uploads::new(3, 2);
        let open = |caller| uploads.open([caller; 32], None);
        let (one, two) = (open(1).expect("a place"), open(1).expect("a place"));
        assert!(open(1).is_err(), "one caller has two");
        let three = open(2).expect("a place");
        assert!(open(3).is_err(), "there are three");
        assert_eq!(lock(&uploads.callers).len(), 2, "who is shed is not counted");
        drop((one, two, three));
        assert!(lock(&uploads.callers).is_empty());
    }
}
