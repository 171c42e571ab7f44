//! The use cases on both engines. Everything goes through the service's own gRPC surface; mailbox-service and
//! notification-service are stood in for.

#![expect(clippy::unwrap_used, reason = "in a test it is a failed check")]

mod desk;
mod ends;
mod explain;
mod guardian;
mod life;
mod lists;
mod naming;
mod neighbours;
mod private;
mod reminders;
mod setup;
mod shapes;
mod watching;
mod world;

/// Has each test run on both engines.
macro_rules! on_both_engines {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::world::World::start(engines::Engine::Sqlite).await).await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::world::World::start(engines::Engine::Postgres).await).await;
            })*
        }
    };
}
pub(crate) use on_both_engines;
