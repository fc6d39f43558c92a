//! Who may call what: every RPC with no certificate, a wrong role, an expired and a revoked certificate.

use std::collections::BTreeSet;

use bansao::api::proto::certification_service_client::CertificationServiceClient;
use bansao::api::proto::get_status_request::Subject;
use bansao::api::proto::registry_service_client::RegistryServiceClient;
use bansao::api::proto::review_service_client::ReviewServiceClient;
use bansao::api::proto::verification_service_client::VerificationServiceClient;
use bansao::api::proto::wallet_service_client::WalletServiceClient;
use bansao::api::proto::{self};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Response, Status, Streaming};

use crate::stage::{Stage, header, reason};

/// Calls every RPC over `channel`; name and outcome.
async fn call_all(channel: &Channel) -> Vec<(&'static str, Result<(), Status>)> {
    let mut kiosk = CertificationServiceClient::new(channel.clone());
    let mut officer = ReviewServiceClient::new(channel.clone());
    let mut office = VerificationServiceClient::new(channel.clone());
    let mut wallet = WalletServiceClient::new(channel.clone());
    let name = || "submissions/aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned();
    let upload = || tokio_stream::iter(vec![header("request-1", "", "", &[vec![1]])]);
    let copy = || tokio_stream::iter(vec![proto::VerifyCopyRequest { chunk: b"%PDF"[..].into(), ..Default::default() }]);
    let copies = || tokio_stream::iter(vec![proto::VerifyCopiesRequest { name: "a".into(), chunk: b"%PDF"[..].into(), last: true }]);
    let issued = || "copies/aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned();
    let picture = || tokio_stream::iter(vec![proto::VerifyImageRequest { chunk: b"no picture"[..].into(), last: true }]);
    vec![
        ("SubmitScan", kiosk.submit_scan(upload()).await.map(drop)),
        ("WatchSubmission", kiosk.watch_submission(proto::WatchSubmissionRequest { name: name(), after_sequence: 0 }).await.map(drop)),
        ("GetSubmission", kiosk.get_submission(proto::GetSubmissionRequest { name: name() }).await.map(drop)),
        ("GetCopy", kiosk.get_copy(proto::GetCopyRequest { name: issued() }).await.map(drop)),
        ("CancelSubmission", kiosk.cancel_submission(proto::CancelSubmissionRequest { name: name() }).await.map(drop)),
        ("ListReferrals", officer.list_referrals(proto::ListReferralsRequest::default()).await.map(drop)),
        ("GetReferral", officer.get_referral(proto::GetReferralRequest { name: name() }).await.map(drop)),
        ("GetEvidence", officer.get_evidence(proto::GetEvidenceRequest { name: name() }).await.map(drop)),
        ("GetScan", officer.get_scan(proto::GetScanRequest { name: name() }).await.map(drop)),
        ("ApproveReferral", officer.approve_referral(proto::ApproveReferralRequest { name: name(), ..Default::default() }).await.map(drop)),
        (
            "RefuseReferral",
            officer
                .refuse_referral(proto::RefuseReferralRequest { name: name(), reasons: vec!["ALTERED".to_owned()], note: String::new() })
                .await
                .map(drop),
        ),
        ("RevokeCopy", officer.revoke_copy(proto::RevokeCopyRequest { name: issued(), reason: "x".to_owned() }).await.map(drop)),
        (
            "SupersedeCopy",
            officer
                .supersede_copy(proto::SupersedeCopyRequest { name: issued(), superseded_by: issued(), reason: "x".to_owned() })
                .await
                .map(drop),
        ),
        ("VerifyCopy", office.verify_copy(copy()).await.map(drop)),
        ("VerifyImage", office.verify_image(picture()).await.map(drop)),
        ("VerifyDigest", office.verify_digest(proto::VerifyDigestRequest { sha256: vec![0; 32].into() }).await.map(drop)),
        ("VerifyCopies", first(office.verify_copies(copies()).await).await),
        ("GetStatus", office.get_status(proto::GetStatusRequest { subject: Some(Subject::Copy(issued())) }).await.map(drop)),
        ("VerifyToken", office.verify_token(proto::VerifyTokenRequest { token: "A".to_owned() }).await.map(drop)),
        ("GetTrustList", office.get_trust_list(proto::GetTrustListRequest {}).await.map(drop)),
        ("LinkHolder", wallet.link_holder(proto::LinkHolderRequest::default()).await.map(drop)),
        ("ListDeliveries", wallet.list_deliveries(proto::ListDeliveriesRequest::default()).await.map(drop)),
        (
            "AcknowledgeDelivery",
            wallet
                .acknowledge_delivery(proto::AcknowledgeDeliveryRequest {
                    name: "deliveries/aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned(),
                    receipt: String::new(),
                })
                .await
                .map(drop),
        ),
    ]
}

/// The outcome of a call that answers with a stream: its refusal may come as the first answer.
async fn first<T>(answer: Result<Response<Streaming<T>>, Status>) -> Result<(), Status> {
    answer?.into_inner().message().await.map(drop)
}

/// Which of these RPCs a role may make.
fn allowed(role: &str, rpc: &str) -> bool {
    match rpc {
        "SubmitScan" | "WatchSubmission" | "GetSubmission" | "GetCopy" | "CancelSubmission" => role == "kiosk",
        "ListReferrals" | "GetReferral" | "GetEvidence" | "GetScan" | "ApproveReferral" | "RefuseReferral" | "RevokeCopy"
        | "SupersedeCopy" => role == "officer",
        "LinkHolder" | "ListDeliveries" | "AcknowledgeDelivery" => role == "wallet",
        _ => true,
    }
}

/// The RPCs that the service serves, by the published interface; registers and wallets serve the others.
fn served() -> BTreeSet<&'static str> {
    let rpcs = include_str!("../../proto/bansao-v1.lock").lines().filter_map(|line| line.strip_prefix("rpc ")?.split(' ').next());
    let served = rpcs.filter(|rpc| !["RegistryService.", "WalletInbox."].iter().any(|peer| rpc.starts_with(peer)));
    served.filter_map(|rpc| rpc.split('.').nth(1)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rpc_knows_its_callers() {
    let stage = Stage::set().await;

    for (leaf, role) in
        [("kiosk-1", "kiosk"), ("officer-1", "officer"), ("wallet-1", "wallet"), ("office-1", "office"), ("service", "service")]
    {
        let called = call_all(&stage.channel(leaf)).await;
        assert_eq!(called.iter().map(|(rpc, _)| *rpc).collect::<BTreeSet<_>>(), served(), "every RPC is called");
        for (rpc, outcome) in called {
            let refused = outcome.as_ref().err().map(reason).is_some_and(|code| code == "ROLE_NOT_ALLOWED");
            assert_eq!(refused, !allowed(role, rpc), "{rpc} by {leaf}: {outcome:?}");
        }
    }

    // What registers and wallets serve is for the service alone.
    let register = format!("https://{}", stage.register.as_ref().unwrap().address);
    let mut register = RegistryServiceClient::new(stage.identity("office-1").channel(&register).unwrap());
    assert_eq!(register.look_up(proto::LookUpRequest::default()).await.unwrap_err().code(), Code::PermissionDenied);

    let anchors = stage.identity("kiosk-1").anchors_pem;
    let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(anchors));
    let nobody = Endpoint::from_shared(stage.service()).unwrap().tls_config(tls).unwrap().connect_lazy();
    for (rpc, outcome) in call_all(&nobody).await {
        let status = outcome.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Unauthenticated, "CLIENT_CERTIFICATE_MISSING"), "{rpc}");
    }

    // TLS itself refuses an expired certificate: no call gets through.
    for (rpc, outcome) in call_all(&stage.channel("kiosk-expired")).await {
        let status = outcome.unwrap_err();
        assert!(bansao::api::reason(&status).is_none(), "{rpc}: {status:?}");
        assert!(matches!(status.code(), Code::Unavailable | Code::Unknown | Code::Cancelled), "{rpc}: {status:?}");
    }

    for (rpc, outcome) in call_all(&stage.channel("kiosk-revoked")).await {
        assert_eq!(reason(&outcome.unwrap_err()), "CLIENT_CERTIFICATE_REVOKED", "{rpc}");
    }

    // The service goes on.
    assert_eq!(reason(&call_all(&stage.channel("kiosk-1")).await.remove(2).1.unwrap_err()), "NOT_FOUND");
}
