//! Wallets over `WalletInbox`: push a parcel, and believe only a receipt that the wallet signed for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bansao_pades::path::{PathLimits, PathQuery, Usage, find_path};
use serde_json::Value;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::api::proto::wallet_inbox_client::WalletInboxClient;
use crate::api::proto::{self, deliver_request};
use crate::api::{caller, convert};
use crate::clock::Clock;
use crate::deliver::{Parcel, PushError, Wallets};
use crate::jws;
use crate::keys::certificates_from_pem;
use crate::record::{CopyId, DeliveryId, RegisterStatus, Role, Sha256};
use crate::wire::{PeerError, TlsIdentity};

/// The wallets that configuration names.
pub struct WalletClients {
    channels: BTreeMap<String, Channel>,
    anchors: Vec<Vec<u8>>,
    clock: Arc<dyn Clock>,
}

/// How long a wallet may take to answer.
const PUSH_DEADLINE: Duration = Duration::from_secs(30);

/// Bytes of one message of a push.
const CHUNK_BYTES: usize = 256 << 10;

impl WalletClients {
    /// Clients for `endpoints`, wallet id → URL.
    ///
    /// # Errors
    /// [`PeerError::Address`].
    pub fn new<'a>(
        endpoints: impl IntoIterator<Item = (&'a str, &'a str)>,
        identity: &TlsIdentity,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, PeerError> {
        let channels = endpoints.into_iter().map(|(id, url)| Ok((id.to_owned(), identity.channel(url)?))).collect::<Result<_, _>>()?;
        // Anchors that cannot be read trust nobody: every receipt is then refused.
        let anchors = certificates_from_pem(&identity.anchors_pem).unwrap_or_default();
        Ok(Self { channels, anchors, clock })
    }
}

#[async_trait]
impl Wallets for WalletClients {
    async fn push(&self, wallet: &str, parcel: &Parcel) -> Result<String, PushError> {
        let channel = self.channels.get(wallet).ok_or(PushError::UnknownWallet)?;
        let mut client = WalletInboxClient::new(channel.clone());
        let messages = tokio_stream::iter(messages(parcel));
        let answer = tokio::time::timeout(PUSH_DEADLINE, client.deliver(messages))
            .await
            .map_err(|_| PushError::Unreachable("deadline".to_owned()))?
            .map_err(|status| failure(&status))?;
        let receipt = answer.into_inner().receipt;
        self.check_receipt(wallet, &parcel.delivery, &parcel.copy.sha256, &receipt).await?;
        Ok(receipt)
    }

    async fn tell(&self, wallet: &str, delivery: &DeliveryId, copy: &CopyId, status: &RegisterStatus) -> Result<(), PushError> {
        let channel = self.channels.get(wallet).ok_or(PushError::UnknownWallet)?;
        let mut client = WalletInboxClient::new(channel.clone());
        let status = Some(convert::register_status(status));
        let request = proto::NotifyRequest { delivery: delivery.resource_name(), copy: copy.resource_name(), status };
        let told = tokio::time::timeout(PUSH_DEADLINE, client.notify(request)).await;
        told.map_err(|_| PushError::Unreachable("deadline".to_owned()))?.map_err(|status| failure(&status))?;
        Ok(())
    }

    async fn check_receipt(&self, wallet: &str, delivery: &DeliveryId, sha256: &Sha256, receipt: &str) -> Result<(), PushError> {
        let bad = |what: &str| PushError::BadReceipt(what.to_owned());
        let certified = jws::verify_with_x5c(receipt).map_err(|error| bad(&error.to_string()))?;
        let (leaf, intermediates) = certified.chain.split_first().ok_or_else(|| bad("no certificate"))?;
        let query = PathQuery {
            leaf,
            intermediates,
            anchors: &self.anchors,
            at: self.clock.now(),
            usage: Usage::Any,
            limits: PathLimits::default(),
        };
        find_path(&query).map_err(|error| bad(&error.to_string()))?;
        if !caller(leaf).is_some_and(|caller| caller.role == Role::Wallet && caller.id == wallet) {
            return Err(bad("signed by someone else"));
        }
        let says = |claim: &str, value: &str| certified.claims.get(claim).and_then(Value::as_str) == Some(value);
        let fits = says("delivery", &delivery.resource_name()) && says("sha256", &sha256.to_hex()) && says("wallet", wallet);
        if fits { Ok(()) } else { Err(bad("for another parcel")) }
    }
}

fn failure(status: &Status) -> PushError {
    match status.code() {
        Code::Unavailable | Code::Unknown | Code::Cancelled | Code::DeadlineExceeded => {
            PushError::Unreachable(format!("{:?}", status.code()))
        }
        code => PushError::Refused(format!("{code:?}")),
    }
}

fn messages(parcel: &Parcel) -> Vec<proto::DeliverRequest> {
    let part = |part| proto::DeliverRequest { part: Some(part) };
    let header = proto::DeliveryHeader {
        delivery: parcel.delivery.resource_name(),
        copy: Some(convert::copy(&parcel.copy)),
        holder_personal_id: parcel.copy.holder.personal_id.as_str().to_owned(),
        facts: convert::facts(&parcel.copy.facts),
    };
    let mut messages = vec![part(deliver_request::Part::Header(header))];
    messages.extend((0..parcel.pdf.len()).step_by(CHUNK_BYTES).map(|at| {
        let end = parcel.pdf.len().min(at + CHUNK_BYTES);
        part(deliver_request::Part::Chunk(parcel.pdf.slice(at..end)))
    }));
    messages
}

/// The claims of a receipt: what a wallet signs.
pub fn receipt_claims(delivery: &str, sha256: &Sha256, wallet: &str, now_ms: i64) -> Value {
    serde_json::json!({"delivery": delivery, "sha256": sha256.to_hex(), "wallet": wallet, "iat": now_ms / 1000})
}
