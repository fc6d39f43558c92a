//! A stage to play on: every part of the system on loopback, in one process, over fresh folders.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bansao::api::proto::certification_service_client::CertificationServiceClient;
use bansao::api::proto::submit_scan_request::Part;
use bansao::api::proto::{self, get_copy_response};
use bansao::app::{App, tls_identity, unchecked_gate};
use bansao::authority::{AuthoritySettings, DEVELOPMENT, Hierarchy, RunningAuthority, start};
use bansao::clock::SystemClock;
use bansao::config::{Config, Development};
use bansao::http::{Bounds, HttpClient, Reach};
use bansao::keys::FileSigner;
use bansao::record::Sha256;
use bansao::reference::{Register, Wallet};
use bansao::verify::{Material, TokenKeys};
use bansao::wire::{Running, TlsIdentity, serve};
use bansao_pades::SigningProfile;
use tempfile::TempDir;
use tonic::service::Routes;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

pub(crate) const LOOPBACK: &str = "127.0.0.1:0";

pub(crate) struct Stage {
    pub(crate) folder: TempDir,
    pub(crate) authority: RunningAuthority,
    pub(crate) register: Option<Running>,
    pub(crate) wallet: Option<Running>,
    pub(crate) wallet_address: SocketAddr,
    pub(crate) config: Config,
    app: Option<App>,
}

impl Stage {
    /// Everything runs.
    pub(crate) async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = start_authority(folder.path(), LOOPBACK.parse().unwrap()).await;
        let register = start_register(folder.path(), LOOPBACK.parse().unwrap()).await;
        let wallet = start_wallet(folder.path(), LOOPBACK.parse().unwrap()).await;
        let wallet_address = wallet.address;
        let text = Development {
            authority: &folder.path().join("authority"),
            authority_url: &authority.url(),
            data_dir: &folder.path().join("data"),
            listen: LOOPBACK,
            register_url: Some(&format!("https://{}", register.address)),
            wallets: &[("wallet-1", &format!("https://{wallet_address}"))],
        }
        .to_toml();
        let path = folder.path().join("bansao.toml");
        std::fs::write(&path, text).unwrap();
        let mut config = Config::load(&path).unwrap();
        config.inspection.program = env!("CARGO_BIN_EXE_bansao").into();
        let app = App::start(&config, Arc::new(SystemClock)).await.unwrap();
        Self { folder, authority, register: Some(register), wallet: Some(wallet), wallet_address, config, app: Some(app) }
    }

    pub(crate) fn service(&self) -> String {
        format!("https://{}", self.app.as_ref().unwrap().address)
    }

    pub(crate) fn app(&self) -> &App {
        self.app.as_ref().unwrap()
    }

    /// Stops the service and starts it again over the same data.
    pub(crate) async fn restart(&mut self) {
        self.app.take().unwrap().stop().await;
        self.app = Some(App::start(&self.config, Arc::new(SystemClock)).await.unwrap());
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn identity(&self, leaf: &str) -> TlsIdentity {
        identity(self.folder.path(), leaf)
    }

    pub(crate) fn channel(&self, leaf: &str) -> Channel {
        self.identity(leaf).channel(&self.service()).unwrap()
    }

    pub(crate) fn kiosk(&self) -> CertificationServiceClient<Channel> {
        CertificationServiceClient::new(self.channel("kiosk-1"))
    }

    /// An invented citizen's assertion of this level, for this audience.
    pub(crate) async fn assertion(&self, level: &str, audience: &str) -> String {
        let body = serde_json::json!({
            "personal_id": "001190000017", "full_name": "Lê Thị Thử", "assurance_level": level, "audience": audience,
        });
        let bounds = Bounds { deadline: Duration::from_secs(10), max_bytes: 1 << 16, reach: Reach::Anywhere };
        let url = format!("{}/assertions", self.authority.url());
        let answer = HttpClient::new().post(&url, "application/json", "application/jwt", body.to_string().into_bytes(), bounds).await;
        String::from_utf8(answer.unwrap()).unwrap().trim().to_owned()
    }

    pub(crate) async fn revoke(&self, leaf: &str) {
        let bounds = Bounds { deadline: Duration::from_secs(10), max_bytes: 1 << 16, reach: Reach::Anywhere };
        let body = serde_json::json!({"name": leaf}).to_string().into_bytes();
        let url = format!("{}/revoke", self.authority.url());
        HttpClient::new().post(&url, "application/json", "application/json", body, bounds).await.unwrap();
    }

    /// A whole upload of `files` under `request_id`.
    pub(crate) async fn upload(&self, request_id: &str, kind: &str, files: &[Vec<u8>]) -> Vec<proto::SubmitScanRequest> {
        let assertion = self.assertion("2", "bansao").await;
        let mut messages = vec![header(request_id, kind, &assertion, files)];
        messages.extend(files.iter().flat_map(|file| file.chunks(200_000)).map(chunk));
        messages
    }

    pub(crate) async fn submit(&self, request_id: &str, kind: &str, files: &[Vec<u8>]) -> Result<proto::Submission, Status> {
        let messages = self.upload(request_id, kind, files).await;
        Ok(self.kiosk().submit_scan(tokio_stream::iter(messages)).await?.into_inner())
    }

    /// Follows a submission until it is decided and, if it is approved, issued.
    pub(crate) async fn settle(&self, name: &str) -> proto::Submission {
        use proto::submission::State;
        for _ in 0..600 {
            let request = proto::GetSubmissionRequest { name: name.to_owned() };
            let submission = self.kiosk().get_submission(request).await.unwrap().into_inner();
            if !matches!(submission.state(), State::Received | State::Approved) {
                return submission;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{name} was not settled within a minute");
    }

    pub(crate) async fn copy(&self, name: &str) -> (proto::Copy, Vec<u8>) {
        let parts = self.kiosk().get_copy(proto::GetCopyRequest { name: name.to_owned() }).await.unwrap().into_inner();
        collect_copy(parts).await
    }

    /// What an office verifies by, offline.
    pub(crate) fn trust(&self) -> Material {
        trust(self.folder.path())
    }
}

pub(crate) async fn start_authority(folder: &Path, listen: SocketAddr) -> RunningAuthority {
    let hierarchy = Hierarchy::parse(DEVELOPMENT).unwrap();
    let settings = AuthoritySettings { hierarchy, data: folder.join("authority"), listen, clock: Arc::new(SystemClock) };
    start(settings).await.unwrap()
}

pub(crate) async fn start_register(folder: &Path, listen: SocketAddr) -> Running {
    let people = Register::sample_people(&scans()).unwrap();
    let register = Register::new(unchecked_gate(), Arc::new(SystemClock), people);
    let routes = Routes::new(proto::registry_service_server::RegistryServiceServer::new(register));
    serve(listen, &identity(folder, "register-civil"), routes).await.unwrap()
}

pub(crate) async fn start_wallet(folder: &Path, listen: SocketAddr) -> Running {
    let leaf = folder.join("authority/wallet-1");
    let signer = FileSigner::open(&leaf.join("key.pem"), &leaf.join("chain.pem"), SigningProfile::EcdsaP256Sha256).unwrap();
    let clock = Arc::new(SystemClock);
    let wallet =
        Wallet::open("wallet-1".to_owned(), folder.join("wallet"), unchecked_gate(), Arc::new(signer), trust(folder), clock).unwrap();
    let routes = Routes::new(proto::wallet_inbox_server::WalletInboxServer::new(wallet).max_decoding_message_size(2 << 20));
    serve(listen, &identity(folder, "wallet-1"), routes).await.unwrap()
}

pub(crate) fn identity(folder: &Path, leaf: &str) -> TlsIdentity {
    let authority = folder.join("authority");
    let leaf = authority.join(leaf);
    tls_identity(&leaf.join("chain.pem"), &leaf.join("key.pem"), &authority.join("anchors/tls.pem")).unwrap()
}

fn trust(folder: &Path) -> Material {
    let read = |path: &str| {
        let text = std::fs::read_to_string(folder.join("authority").join(path)).unwrap();
        bansao::keys::certificates_from_pem(&text).unwrap()
    };
    let signer_anchors = read("anchors/signer.pem");
    let chain = read("token/chain.pem");
    let (leaf, intermediates) = chain.split_at(1);
    Material {
        token_keys: TokenKeys::trusted(leaf, intermediates, &signer_anchors),
        timestamp_anchors: read("anchors/timestamp.pem"),
        signer_anchors,
        ..Material::default()
    }
}

pub(crate) async fn collect_copy(mut parts: Streaming<proto::GetCopyResponse>) -> (proto::Copy, Vec<u8>) {
    let mut copy = None;
    let mut pdf = Vec::new();
    while let Some(message) = parts.message().await.unwrap() {
        match message.part.unwrap() {
            get_copy_response::Part::Copy(description) => copy = Some(description),
            get_copy_response::Part::Chunk(chunk) => pdf.extend_from_slice(&chunk),
        }
    }
    (copy.unwrap(), pdf)
}

pub(crate) fn header(request_id: &str, kind: &str, assertion: &str, files: &[Vec<u8>]) -> proto::SubmitScanRequest {
    let declare = |bytes: &Vec<u8>| proto::FileDeclaration {
        display_name: "scan".to_owned(),
        size_bytes: bytes.len() as u64,
        sha256: Sha256::of(bytes).as_bytes().to_vec().into(),
    };
    let header = proto::SubmissionHeader {
        request_id: request_id.to_owned(),
        declared_kind: kind.to_owned(),
        citizen_assertion: assertion.to_owned(),
        files: files.iter().map(declare).collect(),
        copies: 1,
    };
    proto::SubmitScanRequest { part: Some(Part::Header(header)) }
}

pub(crate) fn chunk(bytes: &[u8]) -> proto::SubmitScanRequest {
    proto::SubmitScanRequest { part: Some(Part::Chunk(bytes.to_vec().into())) }
}

/// Folder of the specimens.
pub(crate) fn scans() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scans")
}

/// The files of a specimen, `kind/case`.
pub(crate) fn specimen(case: &str) -> Vec<Vec<u8>> {
    let folder = scans().join(case);
    let described: toml::Table = std::fs::read_to_string(folder.join("case.toml")).unwrap().parse().unwrap();
    let files = described["files"].as_array().unwrap();
    files.iter().map(|file| std::fs::read(folder.join(file.as_str().unwrap())).unwrap()).collect()
}

/// The specimen that must be certified, of the plainest kind.
pub(crate) const GOOD: &str = "birth_certificate/b2015-print";

/// A page with nothing on it: refused without reading.
pub(crate) fn blank_page() -> Vec<u8> {
    let page = image::RgbImage::from_pixel(1654, 2339, image::Rgb([250, 249, 246]));
    let mut png = std::io::Cursor::new(Vec::new());
    page.write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

/// The stable code of a status.
pub(crate) fn reason(status: &Status) -> String {
    bansao::api::reason(status).unwrap_or_else(|| format!("{status:?}"))
}
