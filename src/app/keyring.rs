//! Opens the configured keys, each for one role: a key that stands for a certifier seals for nobody (domain reference 1.8, F2).

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use bansao_pades::SigningProfile;
use bansao_pades::path::{PathLimits, PathQuery, Usage, find_path};
use thiserror::Error;
use time::OffsetDateTime;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{StartError, trust_files};
use crate::clock::Clock;
use crate::config::{Config, KeyConfig, RemoteConfig, Scheme};
use crate::http::HttpClient;
use crate::keys::{
    FileSigner, HsmKey, HsmModules, HsmSigner, KeyError, KeyRing, Purpose, RemoteKey, RemoteSigner, Signer, TrustAnchors, public_key,
    sign_detached,
};
use crate::trust::TrustSource;

/// What a key is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KeyRole {
    /// A person who certifies for an agency.
    Certifier {
        /// The agency, by id.
        agency: String,
        /// The person's name, which their certificate must bear.
        name: String,
    },
    /// An agency.
    Seal {
        /// The agency, by id.
        agency: String,
        /// The agency's name, which its certificate must bear.
        name: String,
    },
    /// The tokens in QR codes.
    Token,
    /// Reports of verification.
    Report,
}

impl fmt::Display for KeyRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certifier { agency, name } => write!(f, "certifier {name} of {agency}"),
            Self::Seal { agency, .. } => write!(f, "seal of {agency}"),
            Self::Token => f.write_str("token"),
            Self::Report => f.write_str("report"),
        }
    }
}

/// A key that is not the one for its role.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// One key in two roles.
    #[error("the key of the {first} is also that of the {second}: every role has its own")]
    Shared {
        /// Who has it.
        first: KeyRole,
        /// Who has it too.
        second: KeyRole,
    },
    /// The certificate is somebody else's.
    #[error("the certificate of the {role} is issued to {subject}")]
    OtherName {
        /// The role.
        role: KeyRole,
        /// Its subject.
        subject: String,
    },
}

/// The keys that were opened, with their roles.
pub(super) struct Keyring {
    modules: HsmModules,
    http: HttpClient,
    clock: Arc<dyn Clock>,
    roles: HashMap<Vec<u8>, KeyRole>,
}

impl Keyring {
    /// No keys yet; those in a signing service are asked for by `http`.
    pub(super) fn new(http: HttpClient, clock: Arc<dyn Clock>) -> Self {
        Self { modules: HsmModules::default(), http, clock, roles: HashMap::new() }
    }

    /// The keys of one role, in the order in which they take over.
    pub(super) fn open(&mut self, role: KeyRole, config: &KeyConfig) -> Result<KeyRing, StartError> {
        let mut keys = KeyRing::new(self.signer(&role, config)?);
        for next in &config.next {
            let signer = self.signer(&role, next)?;
            keys.then(start_of(next), signer);
        }
        Ok(keys)
    }

    fn signer(&mut self, role: &KeyRole, config: &KeyConfig) -> Result<Arc<dyn Signer>, StartError> {
        let signer = self.open_signer(config)?;
        let leaf = signer.certificate_chain().first().map(Vec::as_slice).unwrap_or_default();
        check_name(role, leaf)?;
        let public = public_key(leaf).map_err(|reason| KeyError::Certificate { path: config.chain.display().to_string(), reason })?;
        match self.roles.get(&public) {
            Some(first) if first != role => Err(KeyFault::Shared { first: first.clone(), second: role.clone() }.into()),
            _ => {
                self.roles.insert(public, role.clone());
                Ok(signer)
            }
        }
    }

    fn open_signer(&self, config: &KeyConfig) -> Result<Arc<dyn Signer>, KeyError> {
        let profile = profile(config.scheme);
        if let Some(hsm) = &config.hsm {
            let key = HsmKey { module: hsm.module.clone(), token: hsm.token.clone(), label: hsm.label.clone(), pin: hsm.pin.clone() };
            return Ok(Arc::new(HsmSigner::open(&self.modules, &key, &config.chain, profile)?));
        }
        if let Some(remote) = config.remote.clone() {
            let RemoteConfig { url, anchors, credential, client_id, client_secret, pin } = remote;
            let key = RemoteKey { url, anchors, credential, client_id, client_secret, pin };
            return Ok(Arc::new(RemoteSigner::open(key, &config.chain, profile, self.http.clone(), Arc::clone(&self.clock))?));
        }
        let key =
            config.key.as_deref().ok_or_else(|| KeyError::Key { path: config.place(), reason: "no place is configured".to_owned() })?;
        Ok(match &config.passphrase {
            None => Arc::new(FileSigner::open(key, &config.chain, profile)?),
            Some(passphrase) => Arc::new(FileSigner::open_encrypted(key, passphrase, &config.chain, profile)?),
        })
    }
}

fn profile(scheme: Scheme) -> SigningProfile {
    match scheme {
        Scheme::RsaPkcs1v15 => SigningProfile::RsaPkcs1Sha256,
        Scheme::RsaPkcs1v15Sha384 => SigningProfile::RsaPkcs1Sha384,
        Scheme::RsaPkcs1v15Sha512 => SigningProfile::RsaPkcs1Sha512,
        Scheme::RsaPss => SigningProfile::RsaPssSha256,
        Scheme::RsaPssSha384 => SigningProfile::RsaPssSha384,
        Scheme::RsaPssSha512 => SigningProfile::RsaPssSha512,
        Scheme::EcdsaP256 => SigningProfile::EcdsaP256Sha256,
        Scheme::EcdsaP384 => SigningProfile::EcdsaP384Sha384,
        Scheme::Ed25519 => SigningProfile::Ed25519,
    }
}

/// Midnight in Việt Nam of the day on which a successor takes over.
fn start_of(config: &KeyConfig) -> OffsetDateTime {
    config.from.map_or(OffsetDateTime::UNIX_EPOCH, |day| day.midnight().assume_offset(time::macros::offset!(+7)))
}

/// The certificate must be issued to the person, or to the agency, whose name the copy bears.
fn check_name(role: &KeyRole, leaf: &[u8]) -> Result<(), KeyFault> {
    let (KeyRole::Certifier { name, .. } | KeyRole::Seal { name, .. }) = role else { return Ok(()) };
    let other = |subject: String| KeyFault::OtherName { role: role.clone(), subject };
    let (_, certificate) = X509Certificate::from_der(leaf).map_err(|error| other(error.to_string()))?;
    let subject = certificate.subject();
    let named = subject.iter_common_name().filter_map(|one| one.as_str().ok()).any(|one| folded(one) == folded(name));
    if named { Ok(()) } else { Err(other(subject.to_string())) }
}

/// Upper case, spaces single: the forms in which one name is written.
fn folded(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let composed: String = name.nfc().collect();
    composed.split_whitespace().map(str::to_uppercase).collect::<Vec<_>>().join(" ")
}

/// One configured key, as a person who looks after it wants to see it.
#[derive(Debug, Clone)]
pub struct KeyReport {
    /// What it is for.
    pub role: KeyRole,
    /// Where it lies.
    pub place: String,
    /// From when on it signs; the first has always signed.
    pub from: Option<OffsetDateTime>,
    /// Whether it is the one that signs now.
    pub current: bool,
    /// Scheme; subject and end of its certificate; or why it cannot be used.
    pub opened: Result<OpenedKey, String>,
}

/// What is known of a key that could be opened.
#[derive(Debug, Clone)]
pub struct OpenedKey {
    /// Scheme and digest.
    pub profile: SigningProfile,
    /// Whose certificate it is.
    pub subject: String,
    /// End of the certificate.
    pub not_after: OffsetDateTime,
    /// What is wrong: a trial signature that its certificate does not verify, no path to an anchor now.
    pub faults: Vec<String>,
}

/// Looks at every configured key now; with `trial`, lets each sign a text that means nothing and checks the signature.
///
/// # Errors
/// [`StartError`] for trust anchors that cannot be read; what is wrong with a key stands in its report.
pub async fn survey(config: &Config, trial: bool, clock: &Arc<dyn Clock>) -> Result<Vec<KeyReport>, StartError> {
    let now = clock.now();
    let trust = trust_files(config, clock)?.current();
    let mut keyring = Keyring::new(HttpClient::new(), Arc::clone(clock));
    let mut reports = Vec::new();
    for (role, key) in configured(config) {
        let line: Vec<&KeyConfig> = std::iter::once(key).chain(&key.next).collect();
        let begun = |one: &&&KeyConfig| one.from.is_none() || start_of(one) <= now;
        let current = line.iter().rev().find(begun).map_or(key, |one| *one);
        for one in line {
            let opened = match keyring.signer(&role, one) {
                Err(StartError::Key(error)) => Err(error.to_string()),
                Err(StartError::Role(fault)) => Err(fault.to_string()),
                Err(error) => return Err(error),
                Ok(signer) => look_at(&*signer, &role, &trust.anchors, trial, now).await,
            };
            let from = one.from.map(|_| start_of(one));
            reports.push(KeyReport { role: role.clone(), place: one.place(), from, current: std::ptr::eq(one, current), opened });
        }
    }
    Ok(reports)
}

fn configured(config: &Config) -> impl Iterator<Item = (KeyRole, &KeyConfig)> {
    let agencies = config.agencies.iter().flat_map(|agency| {
        let id = agency.agency.id.clone();
        let seal = (KeyRole::Seal { agency: id.clone(), name: agency.agency.name.clone() }, &agency.seal);
        let certifiers = agency
            .certifiers
            .iter()
            .map(move |one| (KeyRole::Certifier { agency: id.clone(), name: one.certifier.full_name.clone() }, &one.signature));
        std::iter::once(seal).chain(certifiers)
    });
    let report = config.report.iter().map(|report| (KeyRole::Report, report));
    std::iter::once((KeyRole::Token, &config.token)).chain(report).chain(agencies)
}

async fn look_at(
    signer: &dyn Signer,
    role: &KeyRole,
    anchors: &TrustAnchors,
    trial: bool,
    now: OffsetDateTime,
) -> Result<OpenedKey, String> {
    let (leaf, intermediates) = signer.certificate_chain().split_first().ok_or("no certificate")?;
    let (_, certificate) = X509Certificate::from_der(leaf).map_err(|error| error.to_string())?;
    let mut faults = Vec::new();
    let usage = if *role == KeyRole::Token { Usage::Any } else { Usage::DocumentSigning };
    let query = PathQuery { leaf, intermediates, anchors: anchors.of(Purpose::Signer), at: now, usage, limits: PathLimits::default() };
    // Whoever reads reports trusts their key by itself: it leads to no anchor of signers, and must not.
    if *role != KeyRole::Report {
        faults.extend(find_path(&query).err().map(|error| error.to_string()));
    }
    if trial {
        faults.extend(try_out(signer).await.err());
    }
    Ok(OpenedKey {
        profile: signer.profile(),
        subject: certificate.subject().to_string(),
        not_after: certificate.validity().not_after.to_datetime(),
        faults,
    })
}

/// Signs a text that means nothing; a container takes only a signature that its certificate verifies.
async fn try_out(signer: &dyn Signer) -> Result<(), String> {
    sign_detached(b"bansao keys check", signer).await.map(drop).map_err(|error| error.to_string())
}
