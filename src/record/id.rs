//! Identifiers that the service gives out: 128 random bits, written as 26 base-32 letters and digits.

use std::fmt;

use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An identifier is not of the form that the service gives out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an identifier is 26 characters of a-z and 2-7")]
pub struct IdError;

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const LENGTH: usize = 26;

fn random_id(random: &dyn SecureRandom) -> Result<String, ring::error::Unspecified> {
    let mut bytes = [0u8; LENGTH];
    random.fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect())
}

/// Five bits a letter; the last one holds the three that remain.
fn id_of_bits(bits: &[u8; 16]) -> String {
    let whole = u128::from_be_bytes(*bits);
    (0..LENGTH).map(|place| char::from(ALPHABET[(whole.rotate_left(5 * (place as u32 + 1)) & 31) as usize])).collect()
}

fn is_id(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident, $collection:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new identifier.
            ///
            /// # Errors
            /// Only when the system has no randomness to give.
            pub fn random(random: &dyn SecureRandom) -> Result<Self, ring::error::Unspecified> {
                random_id(random).map(Self)
            }

            /// The identifier that these bits make: the same bits, the same identifier.
            pub fn of_bits(bits: &[u8; 16]) -> Self {
                Self(id_of_bits(bits))
            }

            /// Reads an identifier, bare or as a resource name.
            ///
            /// # Errors
            /// [`IdError`] when it is neither.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                let bare = text.strip_prefix(concat!($collection, "/")).unwrap_or(text);
                if is_id(bare) { Ok(Self(bare.to_owned())) } else { Err(IdError) }
            }

            /// The bare identifier.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The resource name (aip.dev/122).
            pub fn resource_name(&self) -> String {
                format!(concat!($collection, "/{}"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

identifiers! {
    /// One request to certify: `submissions/{id}`.
    SubmissionId, "submissions";
    /// One issued copy: `copies/{id}`.
    CopyId, "copies";
    /// One push of a copy to a wallet: `deliveries/{id}`.
    DeliveryId, "deliveries";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_make_one_id_and_each_of_them_counts() {
        let id = |bits: u128| SubmissionId::of_bits(&bits.to_be_bytes()).to_string();
        assert_eq!(id(0), "a".repeat(26));
        let all: std::collections::BTreeSet<String> = (0..128).map(|bit| id(1 << bit)).chain([id(0), id(u128::MAX)]).collect();
        assert_eq!(all.len(), 130);
        assert!(all.iter().all(|id| SubmissionId::parse(id).is_ok()));
    }

    #[test]
    fn an_id_reads_back_bare_and_as_a_resource_name() {
        let id = SubmissionId::random(&ring::rand::SystemRandom::new()).unwrap();
        assert_eq!(SubmissionId::parse(id.as_str()), Ok(id.clone()));
        assert_eq!(SubmissionId::parse(&id.resource_name()), Ok(id.clone()));
        assert_eq!(SubmissionId::parse(&format!("copies/{id}")), Err(IdError));
        assert_eq!(SubmissionId::parse("../../etc/passwd"), Err(IdError));
    }
}
