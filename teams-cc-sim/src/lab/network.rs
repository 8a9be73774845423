//! Two networks as one: the world's memory, and this machine's sockets.

use std::{io, sync::Arc};

use async_trait::async_trait;
use teams_cc_sip::io::{Connection, Network, Target};

/// The top-level domain of everything simulated (RFC 2606 §2).
const SIMULATED: &str = ".test";

/// Connects simulated names in memory and everything else over sockets; accepts both.
pub(super) struct Joined {
    memory: Arc<dyn Network>,
    sockets: Arc<dyn Network>,
}

impl Joined {
    pub(super) fn new(memory: Arc<dyn Network>, sockets: Arc<dyn Network>) -> Self {
        Self { memory, sockets }
    }
}

#[async_trait]
impl Network for Joined {
    async fn connect(&self, target: &Target) -> io::Result<Connection> {
        if target.host.ends_with(SIMULATED) {
            self.memory.connect(target).await
        } else {
            self.sockets.connect(target).await
        }
    }

    async fn accept(&self) -> io::Result<Connection> {
        tokio::select! {
            connection = self.memory.accept() => connection,
            connection = self.sockets.accept() => connection,
        }
    }
}
