//! Source registers over `RegistryService`, one channel a kind: a deadline for each try, one more try of what may pass,
//! and a breaker that leaves alone a register that is down.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tonic::Code;
use tonic::transport::Channel;

use super::breaker::{Breaker, BreakerSettings};
use crate::api::proto;
use crate::api::proto::registry_service_client::RegistryServiceClient;
use crate::clock::Clock;
use crate::flow::{Registries, RegistryUnavailable};
use crate::record::{Facts, Kind, SubmissionId, printable};
use crate::wire::{PeerError, TlsIdentity};

/// The registers that configuration names.
pub struct RegisterClients {
    registers: BTreeMap<Kind, Peer>,
    deadline: Duration,
    clock: Arc<dyn Clock>,
}

/// Kinds may share a register; each has its own breaker, for a register may fail for one kind alone.
struct Peer {
    channel: Channel,
    breaker: Breaker,
}

/// Tries of one look-up.
const TRIES: u32 = 2;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(150);

/// More entries than this are no answer to a key.
const MOST_ENTRIES: usize = 16;

impl RegisterClients {
    /// Clients for `endpoints`, kind of certificate → URL; `deadline` is for one try.
    ///
    /// # Errors
    /// [`PeerError::Address`].
    pub fn new<'a>(
        endpoints: impl IntoIterator<Item = (&'a Kind, &'a str)>,
        identity: &TlsIdentity,
        deadline: Duration,
        breaker: BreakerSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, PeerError> {
        let peer = |url: &str| Ok::<_, PeerError>(Peer { channel: identity.channel(url)?, breaker: Breaker::new(breaker) });
        let registers = endpoints.into_iter().map(|(kind, url)| Ok((kind.clone(), peer(url)?))).collect::<Result<_, _>>()?;
        Ok(Self { registers, deadline, clock })
    }

    /// One try: an answer, or why there is none.
    async fn ask(&self, peer: &Peer, request: &proto::LookUpRequest) -> Result<proto::LookUpResponse, Trouble> {
        let Some(permit) = peer.breaker.permit(self.clock.now_ms()) else {
            return Err(Trouble { why: "left alone after failures".to_owned(), passing: false });
        };
        let mut client = RegistryServiceClient::new(peer.channel.clone());
        let answer = match tokio::time::timeout(self.deadline, client.look_up(request.clone())).await {
            Ok(Ok(answer)) => Ok(answer.into_inner()),
            Ok(Err(status)) => Err(Trouble { why: format!("{:?}", status.code()), passing: passing(status.code()) }),
            Err(_) => Err(Trouble { why: "deadline".to_owned(), passing: true }),
        };
        // A register that answers "no" works; only one that cannot answer is left alone.
        permit.end(answer.as_ref().err().is_none_or(|trouble| !trouble.passing), self.clock.now_ms());
        answer
    }
}

/// Why a try gave no answer, and whether the next may.
struct Trouble {
    why: String,
    passing: bool,
}

/// Codes of a peer, or a way to it, that does not work now.
fn passing(code: Code) -> bool {
    matches!(
        code,
        Code::Unavailable
            | Code::Unknown
            | Code::DeadlineExceeded
            | Code::Cancelled
            | Code::Internal
            | Code::ResourceExhausted
            | Code::Aborted
    )
}

#[async_trait]
impl Registries for RegisterClients {
    async fn look_up(&self, kind: &Kind, key: &[(String, String)], dossier: &SubmissionId) -> Result<Vec<Facts>, RegistryUnavailable> {
        let peer = self.registers.get(kind).ok_or_else(|| RegistryUnavailable(format!("no register for {kind}")))?;
        let request = proto::LookUpRequest {
            kind: kind.to_string(),
            key: key.iter().map(|(field, value)| proto::Fact { field: field.clone(), value: value.clone() }).collect(),
            purpose: "certify_copy".to_owned(),
            dossier: dossier.resource_name(),
        };
        let mut tries = 0;
        loop {
            tries += 1;
            match self.ask(peer, &request).await {
                Ok(answer) => return entries(answer),
                Err(trouble) if trouble.passing && tries < TRIES => tokio::time::sleep(PAUSE * tries).await,
                Err(trouble) => return Err(RegistryUnavailable(trouble.why)),
            }
        }
    }
}

fn entries(answer: proto::LookUpResponse) -> Result<Vec<Facts>, RegistryUnavailable> {
    if answer.entries.len() > MOST_ENTRIES {
        return Err(RegistryUnavailable("too many entries".to_owned()));
    }
    let facts = |entry: proto::RegistryEntry| entry.facts.into_iter().map(|fact| (fact.field, printable(&fact.value))).collect();
    Ok(answer.entries.into_iter().map(facts).collect())
}
