//! `VerificationService`: wallets, offices, and everyone else with a certificate.

use std::sync::Arc;

use tonic::{Request, Response, Status, Streaming};

use super::convert;
use super::gate::Gate;
use super::proto::verification_service_server::VerificationService;
use super::proto::{self, trusted_certificate};
use super::status::status;
use crate::error::ErrorCode;
use crate::flow::{Flow, TrustPurpose};
use crate::record::Role;

/// The service of those who verify.
pub struct Verification {
    /// Who may call.
    pub gate: Gate,
    /// What is done.
    pub flow: Arc<Flow>,
}

/// Who may see the facts of a token (domain reference 1.9).
const SEES_FACTS: [Role; 3] = [Role::Office, Role::Officer, Role::Kiosk];

#[tonic::async_trait]
impl VerificationService for Verification {
    async fn verify_copy(
        &self,
        request: Request<Streaming<proto::VerifyCopyRequest>>,
    ) -> Result<Response<proto::VerificationReport>, Status> {
        let caller = self.gate.admit(&request, &Role::ALL).await?;
        let limits = self.flow.limits();
        let mut parts = request.into_inner();
        let mut pdf = Vec::new();
        while let Some(part) = parts.message().await? {
            if part.chunk.len() > limits.chunk_bytes {
                return Err(status(&ErrorCode::ChunkTooLarge.into()));
            }
            if (pdf.len() + part.chunk.len()) as u64 > limits.copy_bytes {
                return Err(status(&ErrorCode::UploadTooLarge.into()));
            }
            pdf.extend_from_slice(&part.chunk);
        }
        if pdf.is_empty() {
            return Err(status(&ErrorCode::UploadEmpty.into()));
        }
        let report = Arc::clone(&self.flow).verify_copy(pdf).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(convert::report(&report, SEES_FACTS.contains(&caller.role))))
    }

    async fn verify_token(&self, request: Request<proto::VerifyTokenRequest>) -> Result<Response<proto::VerificationReport>, Status> {
        let caller = self.gate.admit(&request, &Role::ALL).await?;
        let token = &request.get_ref().token;
        if token.is_empty() || token.len() > self.flow.limits().token_chars {
            return Err(super::certification::field_invalid("token"));
        }
        let report = self.flow.verify_token(token).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(convert::report(&report, SEES_FACTS.contains(&caller.role))))
    }

    async fn get_trust_list(&self, request: Request<proto::GetTrustListRequest>) -> Result<Response<proto::TrustList>, Status> {
        self.gate.admit(&request, &Role::ALL).await?;
        let list = self.flow.trust_list();
        let certificates = list
            .certificates
            .iter()
            .map(|(purpose, der)| proto::TrustedCertificate {
                purpose: match purpose {
                    TrustPurpose::Signer => trusted_certificate::Purpose::SignerAnchor,
                    TrustPurpose::Timestamp => trusted_certificate::Purpose::TimestampAnchor,
                    TrustPurpose::Token => trusted_certificate::Purpose::TokenKey,
                }
                .into(),
                subject: subject(der),
                certificate: der.clone().into(),
            })
            .collect();
        Ok(Response::new(proto::TrustList { certificates, as_of_time: Some(convert::timestamp(list.as_of_ms)) }))
    }
}

fn subject(der: &[u8]) -> String {
    x509_parser::parse_x509_certificate(der).map(|(_, certificate)| certificate.subject().to_string()).unwrap_or_default()
}
