//! Where the processes of a suite listen.

use anyhow::{Context as _, bail};
use kernel::ServiceName;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

/// Two ports on 127.0.0.1 for each service: one for gRPC, one for metrics.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ports {
    grpc: [u16; 3],
    metrics: [u16; 3],
}

impl Ports {
    /// Three ports from `grpc` on, and three from `metrics` on; in the order access, mailbox, notification.
    pub fn from(grpc: u16, metrics: u16) -> anyhow::Result<Self> {
        let three = |base: u16| {
            let last = base.checked_add(2).with_context(|| format!("there are no three ports from {base} on"))?;
            Ok::<_, anyhow::Error>([base, last - 1, last])
        };
        Ok(Self { grpc: three(grpc)?, metrics: three(metrics)? })
    }

    /// Ports that nobody listens on at this moment.
    pub fn free() -> anyhow::Result<Self> {
        let listeners = (0..6).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let listeners: Vec<TcpListener> = listeners.collect::<io::Result<_>>().context("no free port")?;
        let ports = listeners.iter().map(|listener| Ok(listener.local_addr()?.port()));
        let ports: Vec<u16> = ports.collect::<io::Result<_>>()?;
        let (grpc, metrics) = ports.split_at(3);
        Ok(Self { grpc: grpc.try_into()?, metrics: metrics.try_into()? })
    }

    /// Where `service` takes calls.
    pub fn grpc(&self, service: ServiceName) -> SocketAddr {
        local(of(self.grpc, service))
    }

    /// Where `service` shows its metrics.
    pub fn metrics(&self, service: ServiceName) -> SocketAddr {
        local(of(self.metrics, service))
    }

    /// The URL of `service`, by the name that its certificate has.
    pub fn url(&self, service: ServiceName) -> String {
        format!("https://{}", self.authority(service))
    }

    /// `localhost:<port>` of `service`, as grpcurl takes it.
    pub fn authority(&self, service: ServiceName) -> String {
        format!("localhost:{}", of(self.grpc, service))
    }

    /// Fails with a sentence that says what to do if any of them is taken.
    pub fn check(&self) -> anyhow::Result<()> {
        for &service in ServiceName::ALL {
            for (address, option) in
                [(self.grpc(service), "--port-base"), (self.metrics(service), "--metrics-port-base")]
            {
                match TcpListener::bind(address) {
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::AddrInUse => bail!(
                        "port {} is taken, and {service} wants to listen on it. Stop what listens there (another \
                         `cargo run`?), or take other ports with {option}.",
                        address.port(),
                    ),
                    Err(error) => return Err(error).with_context(|| format!("{service} can't listen on {address}")),
                }
            }
        }
        Ok(())
    }
}

fn of(ports: [u16; 3], service: ServiceName) -> u16 {
    let [access, mailbox, notification] = ports;
    match service {
        ServiceName::Access => access,
        ServiceName::Mailbox => mailbox,
        ServiceName::Notification => notification,
    }
}

fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_what_to_do() {
        let ports = Ports::free().unwrap();
        ports.check().unwrap();
        let _taken = TcpListener::bind(ports.metrics(ServiceName::Mailbox)).unwrap();
        let error = ports.check().unwrap_err().to_string();
        assert!(error.contains("mailbox-service") && error.contains("--metrics-port-base"), "{error}");
    }

    #[test]
    fn a_base_too_high_is_refused() {
        assert!(Ports::from(65_534, 9101).is_err());
        assert!(Ports::from(65_533, 9101).is_ok());
    }
}
