//! Keys in files: PKCS #8 in PEM that only its owner may read, plain or encrypted (PBES2, RFC 8018: PBKDF2 or scrypt with AES),
//! beside the certificate chain in PEM. The passphrase of an encrypted one lies in another file with mode 0600.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bansao_pades::SigningProfile;
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use zeroize::Zeroizing;

use super::certificate::{certificates_from_pem, check_order, public_key};
use super::{KeyError, Signer};

/// A key file is a few kilobytes at most; a longer one is not read to its end.
const MAX_KEY_BYTES: u64 = 64 << 10;

/// A key that was read from a file into the memory of this process.
pub struct FileSigner {
    key: Arc<Key>,
    profile: SigningProfile,
    chain: Vec<Vec<u8>>,
}

enum Key {
    Rsa(RsaKeyPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl FileSigner {
    /// Reads `key` (plain PKCS #8 PEM, mode 0600; RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519 as `profile` says) and
    /// `chain` (PEM, leaf first), and checks that they belong together.
    ///
    /// # Errors
    /// [`KeyError`] for an unreadable or too open file, another kind of key than the profile needs, a chain out of
    /// order, or a certificate of another key.
    pub fn open(key: &Path, chain: &Path, profile: SigningProfile) -> Result<Self, KeyError> {
        Self::read(key, None, chain, profile)
    }

    /// As [`FileSigner::open`], for an encrypted key; the file `passphrase` (mode 0600) holds one line.
    ///
    /// # Errors
    /// As [`FileSigner::open`]; [`KeyError::Key`] for a wrong passphrase, and for a key that is not encrypted: a passphrase
    /// that protects nothing is a mistake.
    pub fn open_encrypted(key: &Path, passphrase: &Path, chain: &Path, profile: SigningProfile) -> Result<Self, KeyError> {
        Self::read(key, Some(passphrase), chain, profile)
    }

    fn read(key: &Path, passphrase: Option<&Path>, chain: &Path, profile: SigningProfile) -> Result<Self, KeyError> {
        let unusable = |reason| KeyError::Key { path: key.display().to_string(), reason };
        let text = read_private(key)?;
        let der = match passphrase {
            None => plain(&text),
            Some(passphrase) => decrypted(&text, read_private(passphrase)?.trim_end_matches(['\r', '\n'])),
        };
        let parsed = der.and_then(|der| Key::parse(&der, profile)).map_err(unusable)?;
        let chain_der = read_chain(chain)?;
        let certified = chain_der.first().and_then(|leaf| public_key(leaf).ok());
        if certified.as_deref() != Some(parsed.public()) {
            return Err(KeyError::Mismatch { key: key.display().to_string(), certificate: chain.display().to_string() });
        }
        Ok(Self { key: Arc::new(parsed), profile, chain: chain_der })
    }

    /// [`Signer::sign`] on the calling thread: for code that cannot wait.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    pub fn sign_in_place(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.key.sign(message, self.profile)
    }
}

impl fmt::Debug for FileSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSigner").field("profile", &self.profile).finish_non_exhaustive()
    }
}

#[async_trait]
impl Signer for FileSigner {
    fn profile(&self) -> SigningProfile {
        self.profile
    }

    fn certificate_chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// RSA takes milliseconds and runs beside the tasks; the curves take less than moving the work would.
    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let Key::Rsa(_) = *self.key else { return self.key.sign(message, self.profile) };
        let (key, message, profile) = (Arc::clone(&self.key), message.to_vec(), self.profile);
        tokio::task::spawn_blocking(move || key.sign(&message, profile)).await.map_err(|e| KeyError::Signing(e.to_string()))?
    }
}

fn plain(pem: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let block = pem::parse(pem).map_err(|e| e.to_string())?;
    match block.tag() {
        "PRIVATE KEY" => Ok(Zeroizing::new(block.into_contents())),
        "ENCRYPTED PRIVATE KEY" => Err("it is encrypted and no passphrase is configured".to_owned()),
        other => Err(format!("a block {other:?}, expected \"PRIVATE KEY\" (PKCS #8)")),
    }
}

fn decrypted(pem: &str, passphrase: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let block = pem::parse(pem).map_err(|e| e.to_string())?;
    if block.tag() != "ENCRYPTED PRIVATE KEY" {
        return Err(format!("a block {:?}, expected \"ENCRYPTED PRIVATE KEY\" (PKCS #8)", block.tag()));
    }
    let info = pkcs8::EncryptedPrivateKeyInfo::try_from(block.contents()).map_err(|e| format!("malformed: {e}"))?;
    let document = info.decrypt(passphrase).map_err(|_| "the passphrase does not open it".to_owned())?;
    Ok(Zeroizing::new(document.as_bytes().to_vec()))
}

/// The certificates of a PEM file, leaf first, each issued by the next.
pub(super) fn read_chain(path: &Path) -> Result<Vec<Vec<u8>>, KeyError> {
    let bad = |reason| KeyError::Certificate { path: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
    let certificates = certificates_from_pem(&text).map_err(bad)?;
    check_order(&certificates).map_err(bad)?;
    Ok(certificates)
}

impl Key {
    fn parse(der: &[u8], profile: SigningProfile) -> Result<Self, String> {
        let refused = |e: ring::error::KeyRejected| format!("not a key for {profile:?}: {e}");
        match profile {
            SigningProfile::RsaPkcs1Sha256
            | SigningProfile::RsaPkcs1Sha384
            | SigningProfile::RsaPkcs1Sha512
            | SigningProfile::RsaPssSha256
            | SigningProfile::RsaPssSha384
            | SigningProfile::RsaPssSha512 => RsaKeyPair::from_pkcs8(der).map(Self::Rsa).map_err(refused),
            SigningProfile::EcdsaP256Sha256 => {
                EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P256_SHA256_ASN1_SIGNING, der, &SystemRandom::new())
                    .map(Self::Ecdsa)
                    .map_err(refused)
            }
            SigningProfile::EcdsaP384Sha384 => {
                EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P384_SHA384_ASN1_SIGNING, der, &SystemRandom::new())
                    .map(Self::Ecdsa)
                    .map_err(refused)
            }
            SigningProfile::Ed25519 => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Self::Ed25519).map_err(refused),
            other => Err(format!("no file keys for {other:?}")),
        }
    }

    fn public(&self) -> &[u8] {
        match self {
            Self::Rsa(key) => key.public_key().as_ref(),
            Self::Ecdsa(key) => key.public_key().as_ref(),
            Self::Ed25519(key) => key.public_key().as_ref(),
        }
    }

    fn sign(&self, message: &[u8], profile: SigningProfile) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        let failed = |_| KeyError::Signing("the cryptographic library refused".to_owned());
        match self {
            Self::Rsa(key) => {
                let padding: &dyn signature::RsaEncoding = match profile {
                    SigningProfile::RsaPssSha256 => &signature::RSA_PSS_SHA256,
                    SigningProfile::RsaPssSha384 => &signature::RSA_PSS_SHA384,
                    SigningProfile::RsaPssSha512 => &signature::RSA_PSS_SHA512,
                    SigningProfile::RsaPkcs1Sha384 => &signature::RSA_PKCS1_SHA384,
                    SigningProfile::RsaPkcs1Sha512 => &signature::RSA_PKCS1_SHA512,
                    _ => &signature::RSA_PKCS1_SHA256,
                };
                let mut signed = vec![0; key.public().modulus_len()];
                key.sign(padding, &random, message, &mut signed).map_err(failed)?;
                Ok(signed)
            }
            Self::Ecdsa(key) => key.sign(&random, message).map(|s| s.as_ref().to_vec()).map_err(failed),
            Self::Ed25519(key) => Ok(key.sign(message).as_ref().to_vec()),
        }
    }
}

/// The text of a file that only its owner may read: mode 0600, a plain file. It is wiped from memory when dropped.
///
/// # Errors
/// [`KeyError::Unreadable`] or [`KeyError::TooOpen`].
pub fn read_private(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let mut file = File::open(path).map_err(|e| unreadable(path, &e))?;
    let metadata = file.metadata().map_err(|e| unreadable(path, &e))?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & 0o7177 != 0 {
        return Err(KeyError::TooOpen { path: path.display().to_string(), mode });
    }
    if !metadata.is_file() || metadata.len() > MAX_KEY_BYTES {
        return Err(KeyError::Unreadable { path: path.display().to_string(), reason: "not a key file".to_owned() });
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(|e| unreadable(path, &e))?;
    Ok(text)
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> KeyError {
    KeyError::Unreadable { path: path.display().to_string(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use ring::signature::UnparsedPublicKey;

    use super::*;

    /// Makes a key and a self-signed certificate by openssl, the judge of what a key file is.
    fn make(folder: &Path, name: &str, algorithm: &[&str]) -> (PathBuf, PathBuf) {
        let (key, certificate) = (folder.join(format!("{name}.key")), folder.join(format!("{name}.pem")));
        openssl(&[&["genpkey", "-out", key.to_str().unwrap(), "-algorithm"], algorithm].concat());
        let (k, c) = (key.to_str().unwrap(), certificate.to_str().unwrap());
        openssl(&["req", "-x509", "-new", "-key", k, "-out", c, "-subj", "/CN=test", "-days", "2"]);
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        (key, certificate)
    }

    fn openssl(arguments: &[&str]) {
        let output = std::process::Command::new("openssl").args(arguments).output().unwrap();
        assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    #[tokio::test]
    async fn every_profile_signs_what_its_certificate_verifies() {
        let folder = tempfile::tempdir().unwrap();
        let rsa = make(folder.path(), "rsa", &["RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
        let p256 = make(folder.path(), "p256", &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        let p384 = make(folder.path(), "p384", &["EC", "-pkeyopt", "ec_paramgen_curve:P-384"]);
        let ed = make(folder.path(), "ed", &["ED25519"]);
        let cases: [(&(PathBuf, PathBuf), SigningProfile, &'static dyn signature::VerificationAlgorithm); 9] = [
            (&rsa, SigningProfile::RsaPkcs1Sha384, &signature::RSA_PKCS1_2048_8192_SHA384),
            (&rsa, SigningProfile::RsaPkcs1Sha512, &signature::RSA_PKCS1_2048_8192_SHA512),
            (&rsa, SigningProfile::RsaPssSha384, &signature::RSA_PSS_2048_8192_SHA384),
            (&rsa, SigningProfile::RsaPssSha512, &signature::RSA_PSS_2048_8192_SHA512),
            (&rsa, SigningProfile::RsaPkcs1Sha256, &signature::RSA_PKCS1_2048_8192_SHA256),
            (&rsa, SigningProfile::RsaPssSha256, &signature::RSA_PSS_2048_8192_SHA256),
            (&p256, SigningProfile::EcdsaP256Sha256, &signature::ECDSA_P256_SHA256_ASN1),
            (&p384, SigningProfile::EcdsaP384Sha384, &signature::ECDSA_P384_SHA384_ASN1),
            (&ed, SigningProfile::Ed25519, &signature::ED25519),
        ];
        for ((key, certificate), profile, algorithm) in cases {
            let signer = FileSigner::open(key, certificate, profile).unwrap();
            let signed = signer.sign(b"message").await.unwrap();
            let public = public_key(&signer.certificate_chain()[0]).unwrap();
            let public = UnparsedPublicKey::new(algorithm, public);
            assert!(public.verify(b"message", &signed).is_ok(), "{profile:?}");
            assert!(public.verify(b"massage", &signed).is_err(), "{profile:?}");
        }
        assert!(matches!(FileSigner::open(&rsa.0, &p256.1, SigningProfile::RsaPssSha256), Err(KeyError::Mismatch { .. })));
        assert!(matches!(FileSigner::open(&rsa.0, &rsa.1, SigningProfile::EcdsaP256Sha256), Err(KeyError::Key { .. })));
        assert!(matches!(FileSigner::open(&p256.0, &p256.0, SigningProfile::EcdsaP256Sha256), Err(KeyError::Certificate { .. })));
    }

    /// openssl encrypts by default with PBKDF2 and AES-256-CBC, and with scrypt when asked.
    #[tokio::test]
    async fn an_encrypted_key_opens_with_its_passphrase_only() {
        let folder = tempfile::tempdir().unwrap();
        let profile = SigningProfile::EcdsaP256Sha256;
        let (key, certificate) = make(folder.path(), "p256", &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        let private = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            path
        };
        let passphrase = private("passphrase", "mật khẩu thử\n");
        let wrong = private("wrong", "mật khẩu khác\n");
        for scheme in [&["-v2", "aes-256-cbc"][..], &["-scrypt"]] {
            let locked = private("locked.key", "");
            let (from, to, pass) = (key.to_str().unwrap(), locked.to_str().unwrap(), format!("file:{}", passphrase.display()));
            openssl(&[&["pkcs8", "-topk8", "-in", from, "-out", to, "-passout", &pass][..], scheme].concat());
            let signer = FileSigner::open_encrypted(&locked, &passphrase, &certificate, profile).unwrap();
            let signed = signer.sign(b"message").await.unwrap();
            let public = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, public_key(&signer.certificate_chain()[0]).unwrap());
            assert!(public.verify(b"message", &signed).is_ok(), "{scheme:?}");
            let unusable = |reason: &str| KeyError::Key { path: locked.display().to_string(), reason: reason.to_owned() };
            let refused = FileSigner::open_encrypted(&locked, &wrong, &certificate, profile).unwrap_err();
            assert_eq!(refused, unusable("the passphrase does not open it"));
            let refused = FileSigner::open(&locked, &certificate, profile).unwrap_err();
            assert_eq!(refused, unusable("it is encrypted and no passphrase is configured"));
        }
        assert!(matches!(FileSigner::open_encrypted(&key, &passphrase, &certificate, profile), Err(KeyError::Key { .. })));
        std::fs::set_permissions(&passphrase, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = FileSigner::open_encrypted(&folder.path().join("locked.key"), &passphrase, &certificate, profile);
        assert!(matches!(refused, Err(KeyError::TooOpen { mode: 0o640, .. })));
    }

    #[test]
    fn a_key_that_others_may_read_is_refused_before_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let (key, certificate) = make(folder.path(), "p256", &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
        for mode in [0o640, 0o604, 0o660, 0o700] {
            std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
            let refused = FileSigner::open(&key, &certificate, SigningProfile::EcdsaP256Sha256).unwrap_err();
            assert_eq!(refused, KeyError::TooOpen { path: key.display().to_string(), mode });
        }
        let absent = FileSigner::open(&folder.path().join("none"), &certificate, SigningProfile::EcdsaP256Sha256).unwrap_err();
        assert!(matches!(absent, KeyError::Unreadable { .. }));
    }

    #[test]
    fn an_rsa_key_of_1024_bits_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (key, certificate) = make(folder.path(), "short", &["RSA", "-pkeyopt", "rsa_keygen_bits:1024"]);
        assert!(matches!(FileSigner::open(&key, &certificate, SigningProfile::RsaPssSha256), Err(KeyError::Key { .. })));
    }
}
