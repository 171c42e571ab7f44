//! The place that e-mails go to, away for a while.

use super::Suite;
use std::path::PathBuf;

impl Suite {
    /// Nothing takes e-mails any more: the folder is not there.
    ///
    /// # Panics
    /// When it is away already.
    pub fn mail_goes_away(&self) {
        std::fs::rename(&self.0.mail, self.mail_meanwhile()).expect("a folder of e-mails");
    }

    /// It is back, as it was.
    ///
    /// # Panics
    /// When it is there already.
    pub fn mail_comes_back(&self) {
        std::fs::rename(self.mail_meanwhile(), &self.0.mail).expect("a folder of e-mails that is away");
    }

    fn mail_meanwhile(&self) -> PathBuf {
        self.0.mail.with_extension("away")
    }
}
