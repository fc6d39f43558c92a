//! `WalletService`: wallet operators.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::certification::field_invalid;
use super::convert;
use super::gate::Gate;
use super::page::{Page, next_token};
use super::proto::wallet_service_server::WalletService;
use super::proto::{self};
use super::status::status;
use crate::error::ErrorCode;
use crate::flow::{Consent, Flow};
use crate::record::{DeliveryId, Role};

/// The service of wallet operators.
pub struct Wallets {
    /// Who may call.
    pub gate: Gate,
    /// What is done.
    pub flow: Arc<Flow>,
}

#[tonic::async_trait]
impl WalletService for Wallets {
    async fn link_holder(&self, request: Request<proto::LinkHolderRequest>) -> Result<Response<proto::HolderLink>, Status> {
        let wallet = self.gate.admit(&request, &[Role::Wallet]).await?;
        let request = request.into_inner();
        let consent = request.consent.ok_or_else(|| status(&ErrorCode::ConsentMissing.into()))?;
        let consent = Consent {
            purpose: consent.purpose,
            text_version: consent.text_version,
            time_ms: consent.consent_time.as_ref().map(convert::unix_ms).ok_or_else(|| field_invalid("consent.consent_time"))?,
            channel: consent.channel,
        };
        let link = self.flow.link_holder(&wallet, &request.citizen_assertion, &consent).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(proto::HolderLink {
            name: format!("wallets/{}/holders/{}", link.wallet, link.holder),
            create_time: Some(convert::timestamp(link.created_ms)),
        }))
    }

    async fn list_deliveries(
        &self,
        request: Request<proto::ListDeliveriesRequest>,
    ) -> Result<Response<proto::ListDeliveriesResponse>, Status> {
        let wallet = self.gate.admit(&request, &[Role::Wallet]).await?;
        let page = Page::read(request.get_ref().page_size, &request.get_ref().page_token)?;
        let deliveries = self.flow.deliveries(&wallet, page.after, page.size).await.map_err(|failure| status(&failure))?;
        let next_page_token = next_token(&deliveries, page.size, |d| (d.created_ms, d.id.as_str()));
        Ok(Response::new(proto::ListDeliveriesResponse { deliveries: deliveries.iter().map(convert::delivery).collect(), next_page_token }))
    }

    async fn acknowledge_delivery(&self, request: Request<proto::AcknowledgeDeliveryRequest>) -> Result<Response<proto::Delivery>, Status> {
        let wallet = self.gate.admit(&request, &[Role::Wallet]).await?;
        let request = request.into_inner();
        let id = DeliveryId::parse(&request.name).map_err(|_| field_invalid("name"))?;
        let delivery = self.flow.acknowledge(&wallet, &id, &request.receipt).await.map_err(|failure| status(&failure))?;
        Ok(Response::new(convert::delivery(&delivery)))
    }
}
