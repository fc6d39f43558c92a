//! Keys that never leave a security module: PKCS #11 (OASIS, 2.40) through the module's shared library.
//!
//! The token is found by its label, for slots change their number; the key by its own label. Sessions are pooled and opened
//! again when the module drops them. A PIN that was refused is not tried again in this process: a few more tries would lock
//! the token. What this module is not: it makes no keys and changes nothing on a token.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bansao_pades::SigningProfile;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::rsa::{PkcsMgfType, PkcsPssParams};
use cryptoki::mechanism::{Mechanism, MechanismType};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use super::certificate::public_key;
use super::file::{read_chain, read_private};
use super::{KeyError, Signer};

/// Sessions that are kept open when idle.
const IDLE_SESSIONS: usize = 8;

/// Where a key lies in a security module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HsmKey {
    /// The module's shared library.
    pub module: PathBuf,
    /// Label of the token.
    pub token: String,
    /// Label of the private key.
    pub label: String,
    /// File with the user PIN, mode 0600, one line.
    pub pin: PathBuf,
}

/// The modules of this process: a library is initialised once however many keys use it.
#[derive(Default)]
pub struct HsmModules {
    open: Mutex<HashMap<PathBuf, Pkcs11>>,
    /// For each token, whether it refused a PIN: its keys share the answer, for they share the tries.
    refusals: Mutex<HashMap<(PathBuf, String), Arc<AtomicBool>>>,
}

impl HsmModules {
    fn open(&self, path: &Path) -> Result<Pkcs11, Error> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = open.get(path) {
            return Ok(module.clone());
        }
        let module = Pkcs11::new(path)?;
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(error),
        }
        open.insert(path.to_owned(), module.clone());
        Ok(module)
    }

    fn refusal(&self, key: &HsmKey) -> Arc<AtomicBool> {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(refusals.entry((key.module.clone(), key.token.clone())).or_default())
    }
}

/// A key in a security module.
pub struct HsmSigner {
    vault: Arc<Vault>,
    profile: SigningProfile,
    chain: Vec<Vec<u8>>,
}

/// One token, its PIN and the sessions on it.
struct Vault {
    module: Pkcs11,
    key: HsmKey,
    pin: AuthPin,
    pin_refused: Arc<AtomicBool>,
    idle: Mutex<Vec<Opened>>,
}

/// A session that is logged in, and the key in it.
struct Opened {
    session: Session,
    key: ObjectHandle,
}

impl HsmSigner {
    /// Opens the token, finds the key and checks that it belongs to the certificate in `chain` (PEM, leaf first).
    ///
    /// # Errors
    /// [`KeyError::Module`] for what the module says, [`KeyError::Key`] for a key of another kind, or a key of another certificate.
    pub fn open(modules: &HsmModules, key: &HsmKey, chain: &Path, profile: SigningProfile) -> Result<Self, KeyError> {
        let name = name(key);
        let certificates = read_chain(chain)?;
        let pin = AuthPin::new(read_private(&key.pin)?.trim_end_matches(['\r', '\n']).to_owned().into());
        let module = modules.open(&key.module).map_err(|error| says(key, &error))?;
        let vault = Vault { module, key: key.clone(), pin, pin_refused: modules.refusal(key), idle: Mutex::default() };
        let opened = vault.open()?;
        let wanted = match profile {
            SigningProfile::EcdsaP256Sha256 | SigningProfile::EcdsaP384Sha384 => KeyType::EC,
            SigningProfile::Ed25519 => return Err(KeyError::Key { path: name, reason: "no Ed25519 by PKCS #11".to_owned() }),
            _ => KeyType::RSA,
        };
        let (kind, numbers) = opened.describe().map_err(|error| says(key, &error))?;
        if kind != Some(wanted) {
            return Err(KeyError::Key { path: name, reason: format!("not a key for {profile:?}") });
        }
        let certified = certificates.first().map(|leaf| public_key(leaf)).and_then(Result::ok).unwrap_or_default();
        // The modulus, or the point, stands in the certified key as it is.
        let belongs = numbers.is_none_or(|number| certified.windows(number.len().max(1)).any(|part| part == number));
        if !belongs {
            return Err(KeyError::Mismatch { key: name, certificate: chain.display().to_string() });
        }
        vault.keep(opened);
        Ok(Self { vault: Arc::new(vault), profile, chain: certificates })
    }
}

impl fmt::Debug for HsmSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HsmSigner").field("key", &self.vault.key).field("profile", &self.profile).finish_non_exhaustive()
    }
}

#[async_trait]
impl Signer for HsmSigner {
    fn profile(&self) -> SigningProfile {
        self.profile
    }

    fn certificate_chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (vault, message, profile) = (Arc::clone(&self.vault), message.to_vec(), self.profile);
        tokio::task::spawn_blocking(move || vault.sign(&message, profile)).await.map_err(|e| KeyError::Signing(e.to_string()))?
    }
}

impl Vault {
    /// Signs in an idle session or a new one. A session that the module dropped takes all idle ones with it, and the
    /// signature is asked for once more in a new one.
    fn sign(&self, message: &[u8], profile: SigningProfile) -> Result<Vec<u8>, KeyError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(opened) = idle {
            match opened.sign(message, profile) {
                Ok(signature) => {
                    self.keep(opened);
                    return Ok(signature);
                }
                Err(error) if is_dropped(&error) => {
                    tracing::warn!(%error, key = name(&self.key), "the security module dropped a session");
                    drop(opened);
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
                }
                Err(error) => return Err(says(&self.key, &error)),
            }
        }
        let opened = self.open()?;
        let signature = opened.sign(message, profile).map_err(|error| says(&self.key, &error))?;
        self.keep(opened);
        Ok(signature)
    }

    fn keep(&self, opened: Opened) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_SESSIONS {
            idle.push(opened);
        }
    }

    fn open(&self) -> Result<Opened, KeyError> {
        let failed = |error: Error| says(&self.key, &error);
        let module = |reason: &str| KeyError::Module { key: name(&self.key), reason: reason.to_owned() };
        if self.pin_refused.load(Ordering::Acquire) {
            return Err(module("the PIN was refused before; it is not tried again"));
        }
        let slot = self.slot().map_err(failed)?.ok_or_else(|| module("no token has this label"))?;
        let session = self.module.open_ro_session(slot).map_err(failed)?;
        match session.login(UserType::User, Some(&self.pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) => {
                if matches!(error, Error::Pkcs11(RvError::PinIncorrect | RvError::PinLocked | RvError::PinExpired, _)) {
                    self.pin_refused.store(true, Ordering::Release);
                }
                return Err(failed(error));
            }
        }
        let label = self.key.label.clone().into_bytes();
        let template = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Sign(true), Attribute::Label(label)];
        match session.find_objects(&template).map_err(failed)?.as_slice() {
            [key] => Ok(Opened { key: *key, session }),
            [] => Err(module("no private key that signs has this label")),
            _ => Err(module("several private keys have this label")),
        }
    }

    fn slot(&self) -> Result<Option<Slot>, Error> {
        for slot in self.module.get_slots_with_initialized_token()? {
            if self.module.get_token_info(slot)?.label() == self.key.token {
                return Ok(Some(slot));
            }
        }
        Ok(None)
    }
}

impl Opened {
    fn sign(&self, message: &[u8], profile: SigningProfile) -> Result<Vec<u8>, Error> {
        let pss = |hash_alg, mgf, s_len: std::ffi::c_ulong| PkcsPssParams { hash_alg, mgf, s_len: s_len.into() };
        let mechanism = match profile {
            SigningProfile::RsaPkcs1Sha256 => Mechanism::Sha256RsaPkcs,
            SigningProfile::RsaPkcs1Sha384 => Mechanism::Sha384RsaPkcs,
            SigningProfile::RsaPkcs1Sha512 => Mechanism::Sha512RsaPkcs,
            SigningProfile::RsaPssSha256 => Mechanism::Sha256RsaPkcsPss(pss(MechanismType::SHA256, PkcsMgfType::MGF1_SHA256, 32)),
            SigningProfile::RsaPssSha384 => Mechanism::Sha384RsaPkcsPss(pss(MechanismType::SHA384, PkcsMgfType::MGF1_SHA384, 48)),
            SigningProfile::RsaPssSha512 => Mechanism::Sha512RsaPkcsPss(pss(MechanismType::SHA512, PkcsMgfType::MGF1_SHA512, 64)),
            SigningProfile::EcdsaP256Sha256 | SigningProfile::EcdsaP384Sha384 => {
                // Modules that hash for ECDSA themselves are rare: hashed here, and the two numbers come back bare.
                let digest = profile.digest_algorithm().digest(message);
                return self.session.sign(&Mechanism::Ecdsa, self.key, &digest).map(|raw| ecdsa_to_der(&raw));
            }
            _ => return Err(Error::NotSupported),
        };
        self.session.sign(&mechanism, self.key, message)
    }

    /// Kind of the key, and the number that its certificate must hold: the modulus, or the point of the public key with the same id.
    fn describe(&self) -> Result<(Option<KeyType>, Option<Vec<u8>>), Error> {
        let wanted = [AttributeType::KeyType, AttributeType::Modulus, AttributeType::Id];
        let (mut kind, mut number, mut id) = (None, None, None);
        for attribute in self.session.get_attributes(self.key, &wanted)? {
            match attribute {
                Attribute::KeyType(value) => kind = Some(value),
                Attribute::Modulus(value) => number = Some(value),
                Attribute::Id(value) if !value.is_empty() => id = Some(value),
                _ => {}
            }
        }
        if let (Some(KeyType::EC), Some(id)) = (kind, id) {
            let template = [Attribute::Class(ObjectClass::PUBLIC_KEY), Attribute::Id(id)];
            if let [public] = self.session.find_objects(&template)?.as_slice() {
                let point = self.session.get_attributes(*public, &[AttributeType::EcPoint])?;
                // The point lies in an octet string (PKCS #11 2.40, 2.3.3): two bytes of header at these sizes.
                number = point.into_iter().find_map(|attribute| match attribute {
                    Attribute::EcPoint(point) => Some(point.get(2..)?.to_vec()),
                    _ => None,
                });
            }
        }
        Ok((kind, number))
    }
}

/// Errors after which a new session may work.
fn is_dropped(error: &Error) -> bool {
    use RvError::{
        CryptokiNotInitialized, DeviceError, DeviceRemoved, KeyHandleInvalid, ObjectHandleInvalid, SessionClosed, SessionHandleInvalid,
        TokenNotPresent, UserNotLoggedIn,
    };
    let Error::Pkcs11(error, _) = error else { return false };
    matches!(
        error,
        SessionClosed
            | SessionHandleInvalid
            | UserNotLoggedIn
            | DeviceError
            | DeviceRemoved
            | TokenNotPresent
            | ObjectHandleInvalid
            | KeyHandleInvalid
            | CryptokiNotInitialized
    )
}

fn name(key: &HsmKey) -> String {
    format!("{}/{}", key.token, key.label)
}

fn says(key: &HsmKey, error: &Error) -> KeyError {
    KeyError::Module { key: name(key), reason: error.to_string() }
}

/// `r || s` as `SEQUENCE { INTEGER r, INTEGER s }` (RFC 3279, 2.2.3).
fn ecdsa_to_der(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at(raw.len() / 2);
    let body = [integer(r), integer(s)].concat();
    [&[0x30, u8::try_from(body.len()).unwrap_or(u8::MAX)][..], &body].concat()
}

/// At most 49 bytes of content, so that the length is one byte.
fn integer(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len().saturating_sub(1));
    let digits = number.get(start..).unwrap_or_default();
    let sign: &[u8] = if digits.first().is_some_and(|byte| *byte >= 0x80) { &[0] } else { &[] };
    [&[0x02, u8::try_from(digits.len() + sign.len()).unwrap_or(u8::MAX)][..], sign, digits].concat()
}

#[cfg(test)]
mod tests;
