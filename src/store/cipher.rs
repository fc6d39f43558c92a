//! Encryption at rest: AES-256-GCM with a fresh 96-bit nonce for each value, the row's identity as associated data.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use thiserror::Error;

/// A value could not be encrypted or decrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("encryption at rest failed")]
pub struct CipherError;

/// Encrypts and decrypts values with the service's data key.
pub struct Cipher {
    key: LessSafeKey,
    pseudonyms: hmac::Key,
    random: SystemRandom,
}

struct Bytes32;

impl KeyType for Bytes32 {
    fn len(&self) -> usize {
        32
    }
}

impl Cipher {
    /// A cipher under the 32-byte `master` key; separate keys are derived for encryption and for pseudonyms (HKDF, RFC 5869).
    ///
    /// # Errors
    /// [`CipherError`] when the key is unusable.
    pub fn new(master: &[u8; 32]) -> Result<Self, CipherError> {
        let derived = |label: &[u8]| -> Result<[u8; 32], CipherError> {
            let mut key = [0; 32];
            let extracted = Salt::new(HKDF_SHA256, b"bansao data key").extract(master);
            let info = [label];
            let expanded = extracted.expand(&info, Bytes32).map_err(|_| CipherError)?;
            expanded.fill(&mut key).map_err(|_| CipherError)?;
            Ok(key)
        };
        let key = UnboundKey::new(&AES_256_GCM, &derived(b"encryption")?).map_err(|_| CipherError)?;
        let pseudonyms = hmac::Key::new(hmac::HMAC_SHA256, &derived(b"pseudonyms")?);
        Ok(Self { key: LessSafeKey::new(key), pseudonyms, random: SystemRandom::new() })
    }

    /// `plain` encrypted: nonce, ciphertext, tag. `context` must be given again to decrypt.
    ///
    /// # Errors
    /// [`CipherError`] when there is no randomness.
    pub fn encrypt(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, CipherError> {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).map_err(|_| CipherError)?;
        let mut sealed = Vec::with_capacity(NONCE_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let (sealing, body) = (Nonce::assume_unique_for_key(nonce), sealed.get_mut(NONCE_LEN..).unwrap_or_default());
        let tag = self.key.seal_in_place_separate_tag(sealing, Aad::from(context.as_bytes()), body).map_err(|_| CipherError)?;
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    /// What [`Cipher::encrypt`] was given.
    ///
    /// # Errors
    /// [`CipherError`] when the bytes, the context or the key are not those of the encryption.
    pub fn decrypt(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        self.decrypt_in_place(context, sealed.to_vec())
    }

    /// The same, where `sealed` stands.
    ///
    /// # Errors
    /// As [`Cipher::decrypt`].
    pub fn decrypt_in_place(&self, context: &str, mut sealed: Vec<u8>) -> Result<Vec<u8>, CipherError> {
        let (nonce, _) = sealed.split_at_checked(NONCE_LEN).ok_or(CipherError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CipherError)?;
        let plain = self.key.open_within(nonce, Aad::from(context.as_bytes()), &mut sealed, NONCE_LEN..).map_err(|_| CipherError)?;
        let length = plain.len();
        sealed.truncate(length);
        Ok(sealed)
    }

    /// 128 bits that follow from the key and `name`, for what must come out the same again and be guessed by nobody.
    pub fn derive(&self, name: &str) -> [u8; 16] {
        let tag = hmac::sign(&self.pseudonyms, format!("derive/{name}").as_bytes());
        let mut bits = [0; 16];
        for (bit, byte) in bits.iter_mut().zip(tag.as_ref()) {
            *bit = *byte;
        }
        bits
    }

    /// A keyed hash of a personal id: equal ids give equal pseudonyms, and nobody without the key can try ids out.
    pub fn pseudonym(&self, personal_id: &str) -> String {
        let tag = hmac::sign(&self.pseudonyms, personal_id.as_bytes());
        tag.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decrypts_only_with_the_same_key_and_context() {
        let cipher = Cipher::new(&[7; 32]).unwrap();
        let sealed = cipher.encrypt("row 1", b"secret").unwrap();
        assert_eq!(cipher.decrypt("row 1", &sealed).unwrap(), b"secret");
        assert!(cipher.decrypt("row 2", &sealed).is_err());
        assert!(Cipher::new(&[8; 32]).unwrap().decrypt("row 1", &sealed).is_err());
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert!(cipher.decrypt("row 1", &sealed[..10]).is_err());
    }
}
