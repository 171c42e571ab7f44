//! Ports to listen on, taken from below those that the system gives to outgoing connections: a service that was killed finds
//! its port free when it comes back.

use anyhow::bail;
use local::Ports;
use std::sync::atomic::{AtomicU16, Ordering};

/// The first port, and how many suites find room above it, six ports each. Linux gives 32,768 and up to others.
const FIRST: u16 = 20_000;
const SUITES: u16 = 2_000;
const PORTS: u16 = 6;

/// Where to look next; each process begins elsewhere.
static NEXT: AtomicU16 = AtomicU16::new(0);

/// Ports for one suite that nobody listens on at this moment.
pub fn free() -> anyhow::Result<Ports> {
    let own = u16::try_from(std::process::id() % u32::from(SUITES))?;
    for _ in 0..SUITES {
        let at = (own + NEXT.fetch_add(1, Ordering::Relaxed) % SUITES) % SUITES;
        let first = FIRST + at * PORTS;
        let ports = Ports::from(first, first + PORTS / 2)?;
        if ports.check().is_ok() {
            return Ok(ports);
        }
    }
    bail!("no free ports from {FIRST} on")
}
