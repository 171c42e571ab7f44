//! Everything is lost at once, and comes back.

use super::{Processes, Settings};
use engines::postgres::Archived;
use kernel::ServiceName;
use tempfile::TempDir;

impl Processes {
    /// Starts one of each on a PostgreSQL that can be restored.
    pub async fn start_on_server(server: &Archived) -> anyhow::Result<Self> {
        let mut urls = Vec::new();
        for &service in ServiceName::ALL {
            urls.push((service, server.database(service.as_str()).await?));
        }
        Self::start_on(TempDir::new()?, urls, 1, Settings::default()).await
    }

    /// Kills all of them with signal 9.
    pub fn kill_all(&mut self) -> anyhow::Result<()> {
        for &service in ServiceName::ALL {
            self.signal((service, 0), "KILL")?;
        }
        Ok(())
    }

    /// Starts them again, and waits until all of them serve.
    pub async fn start_all_again(&mut self) -> anyhow::Result<()> {
        for &service in ServiceName::ALL {
            self.begin((service, 0))?;
        }
        for &service in ServiceName::ALL {
            self.serving((service, 0)).await?;
        }
        Ok(())
    }
}
