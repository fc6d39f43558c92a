//! Configuration: one struct a subject, read strictly from one TOML file. Unknown keys are errors; paths are relative to
//! the file. Every key, chain, anchor, time-stamping authority, register and wallet comes from here.

mod development;
mod key;
mod trust;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use crate::decide::{Delegation, Effect, Mandate};
use crate::finding::Code;
use crate::inspect::read::{Engine, LANGUAGE_DATA};
use crate::limits::Limits;
use crate::record::{Agency, Certifier, Fees, Kind};

pub use development::Development;
pub use key::{HsmConfig, KeyConfig, RemoteConfig, Scheme};
pub use trust::{Trust, TrustListConfig};

/// The configuration cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what is expected, with line and column.
    #[error("{path}: {source}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A value contradicts another.
    #[error("{0}")]
    Contradiction(String),
}

/// The whole configuration of `bansao serve`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The service itself.
    pub service: Service,
    /// TLS towards callers, and towards registers and wallets.
    pub tls: Tls,
    /// The identity provider that knows the citizens.
    pub identity: Identity,
    /// Trust anchors.
    pub trust: Trust,
    /// Time-stamping authorities.
    pub timestamp: Timestamp,
    /// Revocation data.
    #[serde(default)]
    pub revocation: Revocation,
    /// The key that signs QR tokens.
    pub token: KeyConfig,
    /// The key that signs reports of verification; without one no report is signed.
    #[serde(default)]
    pub report: Option<KeyConfig>,
    /// The agencies that certify here.
    pub agencies: Vec<AgencyConfig>,
    /// Registers: kind of certificate → endpoint.
    #[serde(default)]
    pub registries: BTreeMap<Kind, Endpoint>,
    /// Wallets.
    #[serde(default)]
    pub wallets: Vec<WalletConfig>,
    /// Decision policy.
    #[serde(default)]
    pub policy: PolicyConfig,
    /// The workers that inspect.
    #[serde(default)]
    pub inspection: Inspection,
    /// Bounds.
    #[serde(default)]
    pub limits: Limits,
    /// Fonts of the copy.
    #[serde(default)]
    pub fonts: FontFiles,
    /// Fees, for the books.
    #[serde(default)]
    pub fees: Fees,
}

/// What is asked of the machine that the service runs on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// The service does not start where the workers' sandbox is not enforced.
    #[default]
    Production,
    /// It starts and warns.
    Development,
}

/// The workers that inspect: processes of this program that open scans in a sandbox.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Inspection {
    /// Workers at once; 0 means as many as submissions are worked on at once.
    pub workers: usize,
    /// Submissions that a worker sees before another takes its place.
    pub submissions_per_worker: u32,
    /// Memory of one worker, MiB of address space.
    pub memory_mib: u64,
    /// What reads: `pair` (our own network, and Tesseract on values that matter), `own` or `tesseract`.
    pub engine: Engine,
    /// Tesseract's language data for Vietnamese print (`tesseract-ocr-vie`).
    pub language_data: PathBuf,
    /// The program whose `inspect-worker` command a worker is; this one unless named.
    pub program: PathBuf,
}

impl Default for Inspection {
    fn default() -> Self {
        Self {
            workers: 0,
            submissions_per_worker: 1,
            memory_mib: 2048,
            engine: Engine::default(),
            language_data: PathBuf::from(LANGUAGE_DATA),
            program: PathBuf::from("/proc/self/exe"),
        }
    }
}

/// The service itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Production unless said otherwise.
    #[serde(default)]
    pub profile: Profile,
    /// Identifier of the certifying system in tokens and receipts.
    pub issuer: String,
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Folder of the database, the blobs and the data key.
    pub data_dir: PathBuf,
    /// Page that a QR code opens; the token follows as fragment.
    pub verification_url: String,
    /// Submissions that are worked on at once; 0 means one a core.
    #[serde(default)]
    pub workers: usize,
    /// Folder of form definitions in place of the built-in ones.
    #[serde(default)]
    pub forms_dir: Option<PathBuf>,
}

/// Certificates of the connection.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// Certificate chain, PEM, leaf first; used as server and, towards registers and wallets, as client.
    pub chain: PathBuf,
    /// Private key, PKCS#8 PEM.
    pub key: PathBuf,
    /// Anchors of clients, registers and wallets, PEM.
    pub anchors: PathBuf,
    /// Whether client certificates are checked against the CRLs that they name. Off only where another layer does it.
    #[serde(default = "yes")]
    pub check_revocation: bool,
}

fn yes() -> bool {
    true
}

/// The identity provider.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Expected `iss`.
    pub issuer: String,
    /// Expected `aud`.
    pub audience: String,
    /// JWKS: an http URL or a file.
    pub jwks: String,
}

/// Time-stamping authorities.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timestamp {
    /// RFC 3161 over HTTP, tried in order.
    pub urls: Vec<String>,
}

/// Revocation data.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Revocation {
    /// OCSP responders in place of those that certificates name, in order.
    pub ocsp_urls: Vec<String>,
    /// Revocation lists in place of those that certificates name, in order.
    pub crl_urls: Vec<String>,
    /// Whether addresses in certificates may lead into private networks and to this machine; for development.
    pub allow_private_addresses: bool,
}

/// One agency.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgencyConfig {
    /// Who it is.
    #[serde(flatten)]
    pub agency: Agency,
    /// Symbol of the act in book numbers.
    #[serde(default = "copy_symbol")]
    pub symbol: String,
    /// Number of the book that is open.
    #[serde(default = "first_book")]
    pub book: u32,
    /// Kiosks that stand in it, by the id in their certificate.
    pub kiosks: Vec<String>,
    /// Its seal.
    pub seal: KeyConfig,
    /// Its certifiers.
    pub certifiers: Vec<CertifierConfig>,
    /// Their standing delegations.
    #[serde(default)]
    pub delegations: Vec<Delegation>,
    /// Mandates of officers who approve in a certifier's stead.
    #[serde(default)]
    pub mandates: Vec<Mandate>,
}

impl AgencyConfig {
    /// A mandate is given by a certifier of the agency to somebody else.
    fn check_mandates(&self) -> Result<(), ConfigError> {
        for mandate in &self.mandates {
            let certifier = self.certifiers.iter().find(|one| one.certifier.id == mandate.certifier);
            let own = self.certifiers.iter().any(|one| one.officer.as_ref() == Some(&mandate.officer));
            if certifier.is_none() || own || mandate.decision.trim().is_empty() || mandate.until < mandate.from {
                return Err(ConfigError::Contradiction(format!(
                    "agency {}: a mandate needs a certifier, an officer who is none, a decision and days in order: {}",
                    self.agency.id, mandate.officer
                )));
            }
        }
        Ok(())
    }
}

fn first_book() -> u32 {
    1
}

fn copy_symbol() -> String {
    "SCT/BS".to_owned()
}

/// One certifier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertifierConfig {
    /// Who it is.
    #[serde(flatten)]
    pub certifier: Certifier,
    /// The certifier's officer id, where they review referrals.
    #[serde(default)]
    pub officer: Option<String>,
    /// Their key.
    pub signature: KeyConfig,
}

/// Where a gRPC peer listens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// `https://host:port`.
    pub url: String,
}

/// One wallet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalletConfig {
    /// Id in its certificate.
    pub id: String,
    /// `https://host:port` of its inbox.
    pub url: String,
}

/// Decision policy.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    /// Effects of findings that differ from the built-in ones.
    pub effects: BTreeMap<Code, Effect>,
}

/// Font files, TrueType or OpenType, Times-compatible (domain reference 1.7).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FontFiles {
    /// Upright.
    pub regular: PathBuf,
    /// Bold.
    pub bold: PathBuf,
    /// Italic.
    pub italic: PathBuf,
}

impl Default for FontFiles {
    fn default() -> Self {
        let liberation = Path::new("/usr/share/fonts/truetype/liberation2");
        Self {
            regular: liberation.join("LiberationSerif-Regular.ttf"),
            bold: liberation.join("LiberationSerif-Bold.ttf"),
            italic: liberation.join("LiberationSerif-Italic.ttf"),
        }
    }
}

impl Config {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`ConfigError`], with line and column where the file itself is wrong.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let mut config: Self =
            toml::from_str(&text).map_err(|source| ConfigError::Malformed { path: path.to_owned(), source: Box::new(source) })?;
        config.resolve(path.parent().unwrap_or(Path::new(".")));
        config.check()?;
        Ok(config)
    }

    fn resolve(&mut self, base: &Path) {
        let fonts = &mut self.fonts;
        let mut paths = vec![
            &mut self.service.data_dir,
            &mut self.tls.chain,
            &mut self.tls.key,
            &mut self.tls.anchors,
            &mut fonts.regular,
            &mut fonts.bold,
            &mut fonts.italic,
        ];
        paths.extend([&mut self.inspection.language_data, &mut self.inspection.program]);
        paths.extend(self.token.paths());
        paths.extend(self.report.iter_mut().flat_map(KeyConfig::paths));
        paths.extend(self.service.forms_dir.as_mut());
        paths.extend(self.trust.paths());
        for agency in &mut self.agencies {
            paths.extend(agency.seal.paths());
            paths.extend(agency.certifiers.iter_mut().flat_map(|certifier| certifier.signature.paths()));
        }
        for path in paths {
            *path = base.join(&*path);
        }
        if !self.identity.jwks.starts_with("http://") && !self.identity.jwks.starts_with("https://") {
            self.identity.jwks = base.join(&self.identity.jwks).to_string_lossy().into_owned();
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let contradiction = |text: String| Err(ConfigError::Contradiction(text));
        if self.agencies.is_empty() {
            return contradiction("agencies: at least one is needed".to_owned());
        }
        if self.timestamp.urls.is_empty() {
            return contradiction("timestamp.urls: at least one is needed".to_owned());
        }
        self.trust.check(self.service.profile)?;
        self.token.check("token")?;
        self.report.iter().try_for_each(|report| report.check("report"))?;
        if std::iter::once(&self.token).chain(&self.token.next).any(|key| key.scheme != Scheme::EcdsaP256) {
            return contradiction("token: the scheme of QR tokens is ecdsa-p256".to_owned());
        }
        for agency in &self.agencies {
            agency.seal.check(&format!("agency {}: seal", agency.agency.id))?;
            for certifier in &agency.certifiers {
                certifier.signature.check(&format!("agency {}: certifier {}", agency.agency.id, certifier.certifier.id))?;
            }
            for delegation in &agency.delegations {
                if !agency.certifiers.iter().any(|c| c.certifier.id == delegation.certifier) {
                    return contradiction(format!("agency {}: delegation names no certifier: {}", agency.agency.id, delegation.certifier));
                }
            }
        }
        self.agencies.iter().try_for_each(AgencyConfig::check_mandates)?;
        let mut kiosks: Vec<&String> = self.agencies.iter().flat_map(|agency| &agency.kiosks).collect();
        kiosks.sort();
        match kiosks.windows(2).find(|pair| matches!(pair, [a, b] if a == b)) {
            Some(pair) => contradiction(format!("kiosk {:?} stands in two agencies", pair.first())),
            None => Ok(()),
        }
    }
}
