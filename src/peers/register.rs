//! Source registers over `RegistryService`, one channel a kind, with a deadline and one more try.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use tonic::transport::Channel;

use crate::api::proto;
use crate::api::proto::registry_service_client::RegistryServiceClient;
use crate::flow::{Registries, RegistryUnavailable};
use crate::record::{Facts, Kind, SubmissionId, printable};
use crate::wire::{PeerError, TlsIdentity};

/// The registers that configuration names.
pub struct RegisterClients {
    channels: BTreeMap<Kind, Channel>,
    deadline: Duration,
}

/// Tries of one look-up.
const TRIES: u32 = 2;

/// More entries than this are no answer to a key.
const MOST_ENTRIES: usize = 16;

impl RegisterClients {
    /// Clients for `endpoints`, kind of certificate → URL.
    ///
    /// # Errors
    /// [`PeerError::Address`].
    pub fn new<'a>(
        endpoints: impl IntoIterator<Item = (&'a Kind, &'a str)>,
        identity: &TlsIdentity,
        deadline: Duration,
    ) -> Result<Self, PeerError> {
        let channels = endpoints.into_iter().map(|(kind, url)| Ok((kind.clone(), identity.channel(url)?))).collect::<Result<_, _>>()?;
        Ok(Self { channels, deadline })
    }
}

#[async_trait]
impl Registries for RegisterClients {
    async fn look_up(&self, kind: &Kind, key: &[(String, String)], dossier: &SubmissionId) -> Result<Vec<Facts>, RegistryUnavailable> {
        let channel = self.channels.get(kind).ok_or_else(|| RegistryUnavailable(format!("no register for {kind}")))?;
        let request = proto::LookUpRequest {
            kind: kind.to_string(),
            key: key.iter().map(|(field, value)| proto::Fact { field: field.clone(), value: value.clone() }).collect(),
            purpose: "certify_copy".to_owned(),
            dossier: dossier.resource_name(),
        };
        let mut last = RegistryUnavailable("not tried".to_owned());
        for _ in 0..TRIES {
            let mut client = RegistryServiceClient::new(channel.clone());
            match tokio::time::timeout(self.deadline, client.look_up(request.clone())).await {
                Ok(Ok(answer)) => return entries(answer.into_inner()),
                Ok(Err(status)) => last = RegistryUnavailable(format!("{:?}", status.code())),
                Err(_) => last = RegistryUnavailable("deadline".to_owned()),
            }
        }
        Err(last)
    }
}

fn entries(answer: proto::LookUpResponse) -> Result<Vec<Facts>, RegistryUnavailable> {
    if answer.entries.len() > MOST_ENTRIES {
        return Err(RegistryUnavailable("too many entries".to_owned()));
    }
    let facts = |entry: proto::RegistryEntry| entry.facts.into_iter().map(|fact| (fact.field, printable(&fact.value))).collect();
    Ok(answer.entries.into_iter().map(facts).collect())
}
