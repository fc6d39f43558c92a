//! A reference wallet: takes deliveries, verifies each before it stores and acknowledges it, and hears what becomes of its copies.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::Mutex;
use tonic::{Request, Response, Status, Streaming};

use crate::api::proto::deliver_request::Part;
use crate::api::proto::wallet_inbox_server::WalletInbox;
use crate::api::proto::{self, wallet_service_client::WalletServiceClient};
use crate::api::{Gate, convert};
use crate::clock::Clock;
use crate::jws;
use crate::keys::Signer;
use crate::limits::Limits;
use crate::peers::receipt_claims;
use crate::record::{DeliveryId, Role, Sha256, same_text};
use crate::verify::{Material, TokenSummary, Verdict, verify_copy};
use crate::wire::{PeerError, TlsIdentity};

/// The wallet's folder cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WalletError {
    /// A file cannot be read or written.
    #[error("the wallet's folder cannot be used")]
    Io(#[from] std::io::Error),
    /// A file is not what the wallet wrote.
    #[error("{0} is damaged")]
    Damaged(PathBuf),
    /// The service cannot be called.
    #[error(transparent)]
    Peer(#[from] PeerError),
    /// The service answered with an error.
    #[error("{}", .0.message())]
    Service(#[from] Box<Status>),
}

/// A copy in the wallet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredCopy {
    /// The delivery, `deliveries/{id}`.
    pub delivery: String,
    /// The copy, `copies/{id}`.
    pub copy: String,
    /// Kind of certificate.
    pub kind: String,
    /// Number of the certification as printed.
    pub certification_no: String,
    /// To whom it belongs. Personal data.
    pub holder_personal_id: String,
    /// What it states. Personal data.
    pub facts: Vec<(String, String)>,
    /// SHA-256 of the PDF.
    pub sha256: Sha256,
    /// The receipt that was given.
    pub receipt: String,
    /// When it came, ms since 1970 UTC.
    pub received_ms: i64,
    /// What became of it since, as the service told.
    #[serde(default)]
    pub told: Option<ToldStatus>,
}

/// What the service told of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldStatus {
    /// `REVOKED` or `SUPERSEDED`.
    pub status: String,
    /// Number of the copy that took its place, as printed.
    pub superseded_by: Option<String>,
    /// When the wallet heard of it, ms since 1970 UTC.
    pub told_ms: i64,
}

/// A copy was revoked: the last word on it.
const REVOKED: &str = "REVOKED";
/// Another copy took its place.
const SUPERSEDED: &str = "SUPERSEDED";

/// The wallet.
pub struct Wallet {
    id: String,
    folder: PathBuf,
    gate: Gate,
    signer: Arc<dyn Signer>,
    trust: Material,
    clock: Arc<dyn Clock>,
    limits: Limits,
    writing: Mutex<()>,
}

impl Wallet {
    /// The wallet `id` over `folder`, which is made when it is missing.
    ///
    /// # Errors
    /// [`WalletError::Io`].
    pub fn open(
        id: String,
        folder: PathBuf,
        gate: Gate,
        signer: Arc<dyn Signer>,
        trust: Material,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, WalletError> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self { id, folder, gate, signer, trust, clock, limits: Limits::default(), writing: Mutex::new(()) })
    }

    /// The copies in the wallet at `folder`, oldest first.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn list(folder: &Path) -> Result<Vec<StoredCopy>, WalletError> {
        let mut copies = Vec::new();
        for item in std::fs::read_dir(folder)? {
            let path = item?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let stored: StoredCopy = serde_json::from_slice(&std::fs::read(&path)?).map_err(|_| WalletError::Damaged(path))?;
                copies.push(stored);
            }
        }
        copies.sort_by_key(|copy| copy.received_ms);
        Ok(copies)
    }

    async fn take(&self, header: proto::DeliveryHeader, pdf: Vec<u8>) -> Result<String, Status> {
        let delivery = DeliveryId::parse(&header.delivery).map_err(|_| Status::invalid_argument("delivery"))?;
        let copy = header.copy.ok_or_else(|| Status::invalid_argument("copy"))?;
        let sha256 = Sha256::of(&pdf);
        if copy.sha256.as_ref() != sha256.as_bytes() {
            return Err(Status::invalid_argument("the bytes are not the declared ones"));
        }
        let _writing = self.writing.lock().await;
        if let Some(earlier) = self.earlier(&delivery)? {
            return if earlier.sha256 == sha256 { Ok(earlier.receipt) } else { Err(Status::already_exists("another copy")) };
        }
        let report = verify_copy(&pdf, &self.trust, self.clock.now());
        if report.verdict != Verdict::Valid {
            let codes: Vec<&str> = report.findings.iter().map(|finding| finding.code.as_str()).collect();
            return Err(Status::failed_precondition(format!("the copy does not verify: {}", codes.join(", "))));
        }
        if !is_of(report.token.as_ref(), &copy.name, &header.facts) {
            return Err(Status::failed_precondition("what is said of the copy is not what it says"));
        }
        let claims = receipt_claims(&delivery.resource_name(), &sha256, &self.id, self.clock.now_ms());
        let receipt = jws::sign_with_certificate(&claims, &*self.signer).await.map_err(|_| Status::internal("cannot sign"))?;
        let stored = StoredCopy {
            delivery: delivery.resource_name(),
            copy: copy.name,
            kind: copy.kind,
            certification_no: copy.certification_number.map(|no| format!("{:02}, {}", no.number, no.book)).unwrap_or_default(),
            holder_personal_id: header.holder_personal_id,
            facts: header.facts.into_iter().map(|fact| (fact.field, fact.value)).collect(),
            sha256,
            receipt: receipt.clone(),
            received_ms: self.clock.now_ms(),
            told: None,
        };
        self.write(&delivery, &pdf, &stored).map_err(|_| Status::unavailable("the wallet cannot store it"))?;
        Ok(receipt)
    }

    async fn hear(&self, notice: proto::NotifyRequest) -> Result<(), Status> {
        let delivery = DeliveryId::parse(&notice.delivery).map_err(|_| Status::invalid_argument("delivery"))?;
        let said = notice.status.ok_or_else(|| Status::invalid_argument("status"))?;
        let status = match said.status() {
            proto::CopyStatus::Revoked => REVOKED,
            proto::CopyStatus::Superseded => SUPERSEDED,
            _ => return Err(Status::invalid_argument("status")),
        };
        let _writing = self.writing.lock().await;
        let stored = self.earlier(&delivery)?.filter(|stored| stored.copy == notice.copy);
        let mut stored = stored.ok_or_else(|| Status::not_found("no such copy came by this delivery"))?;
        if stored.told.as_ref().is_some_and(|told| told.status == REVOKED || told.status == status) {
            return Ok(());
        }
        let superseded_by = said.superseded_by.map(|no| format!("{:02}, {}", no.number, no.book));
        stored.told = Some(ToldStatus { status: status.to_owned(), superseded_by, told_ms: self.clock.now_ms() });
        self.write_record(&delivery, &stored).map_err(|_| Status::unavailable("the wallet cannot store it"))
    }

    fn earlier(&self, delivery: &DeliveryId) -> Result<Option<StoredCopy>, Status> {
        match std::fs::read(self.folder.join(format!("{delivery}.json"))) {
            Ok(json) => serde_json::from_slice(&json).map(Some).map_err(|_| Status::data_loss("the wallet is damaged")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(_) => Err(Status::unavailable("the wallet cannot read")),
        }
    }

    /// The PDF first, then under its final name the record that makes it visible.
    fn write(&self, delivery: &DeliveryId, pdf: &[u8], stored: &StoredCopy) -> Result<(), std::io::Error> {
        std::fs::write(self.folder.join(format!("{delivery}.pdf")), pdf)?;
        self.write_record(delivery, stored)
    }

    fn write_record(&self, delivery: &DeliveryId, stored: &StoredCopy) -> Result<(), std::io::Error> {
        let mut record = tempfile::NamedTempFile::new_in(&self.folder)?;
        serde_json::to_writer_pretty(&mut record, stored)?;
        record.as_file().sync_all()?;
        record.persist(self.folder.join(format!("{delivery}.json"))).map_err(|error| error.error)?;
        Ok(())
    }
}

/// Whether a copy's own token bears out what its delivery says of it: which copy it is, and every fact that both state.
fn is_of(token: Option<&TokenSummary>, copy: &str, facts: &[proto::Fact]) -> bool {
    let Some(token) = token else { return false };
    let agrees = |fact: &proto::Fact| token.facts.get(&fact.field).is_none_or(|signed| same_text(signed, &fact.value));
    copy.strip_prefix("copies/") == Some(token.copy_id.as_str()) && facts.iter().all(agrees)
}

#[tonic::async_trait]
impl WalletInbox for Wallet {
    async fn deliver(&self, request: Request<Streaming<proto::DeliverRequest>>) -> Result<Response<proto::DeliverResponse>, Status> {
        self.gate.admit(&request, &[Role::Service]).await?;
        let mut parts = request.into_inner();
        let Some(Part::Header(header)) = parts.message().await?.and_then(|message| message.part) else {
            return Err(Status::invalid_argument("the header is missing"));
        };
        let mut pdf = Vec::new();
        while let Some(message) = parts.message().await? {
            let Some(Part::Chunk(chunk)) = message.part else { return Err(Status::invalid_argument("a second header")) };
            if (pdf.len() + chunk.len()) as u64 > self.limits.copy_bytes {
                return Err(Status::resource_exhausted("the copy is too large"));
            }
            pdf.extend_from_slice(&chunk);
        }
        let receipt = self.take(header, pdf).await?;
        Ok(Response::new(proto::DeliverResponse { receipt }))
    }

    async fn notify(&self, request: Request<proto::NotifyRequest>) -> Result<Response<proto::NotifyResponse>, Status> {
        self.gate.admit(&request, &[Role::Service]).await?;
        self.hear(request.into_inner()).await?;
        Ok(Response::new(proto::NotifyResponse {}))
    }
}

/// Links a citizen to the wallet at the service: the assertion and the consent are the citizen's.
///
/// # Errors
/// [`WalletError::Peer`] or [`WalletError::Service`].
pub async fn link_holder(
    service: &str,
    identity: &TlsIdentity,
    citizen_assertion: String,
    now_ms: i64,
) -> Result<proto::HolderLink, WalletError> {
    let consent = proto::Consent {
        purpose: "wallet_push".to_owned(),
        text_version: "2026-01".to_owned(),
        consent_time: Some(convert::timestamp(now_ms)),
        channel: "wallet_app".to_owned(),
    };
    let mut client = WalletServiceClient::new(identity.channel(service)?);
    let link = client.link_holder(proto::LinkHolderRequest { citizen_assertion, consent: Some(consent) }).await.map_err(Box::new)?;
    Ok(link.into_inner())
}
