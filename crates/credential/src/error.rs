//! What can be wrong with a token.

use thiserror::Error;

/// A token was refused, or could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TokenError {
    /// More bytes, or characters, than a token can have.
    #[error("longer than a token can be")]
    TooLong,
    /// The text is empty, or a URL without a fragment.
    #[error("no token in the text")]
    Missing,
    /// A character outside the base-32 alphabet, or bits left over at the end.
    #[error("not the base-32 text of a token")]
    Text,
    /// Not a tagged COSE_Sign1 message.
    #[error("not a COSE_Sign1 message")]
    Structure,
    /// The message asks for an extension that this format does not have.
    #[error("an unknown critical header")]
    UnknownCritical,
    /// The key id is not 8 bytes long.
    #[error("no key id")]
    KeyId,
    /// Nobody knows the key that the token names.
    #[error("signed by an unknown key")]
    UnknownKey,
    /// The message states another algorithm than the key's.
    #[error("the algorithm is not the key's")]
    Algorithm,
    /// The signature is not the key's over this content.
    #[error("the signature does not match")]
    Signature,
    /// A claim is missing, unknown, twice there, of another type, or out of bounds.
    #[error("claim {0} is not as specified")]
    Claim(&'static str),
    /// A version of the format that this code does not know.
    #[error("format version {0} is unknown")]
    Version(u64),
    /// Right in content, but not in the one encoding that the format allows.
    #[error("not in deterministic encoding")]
    NotCanonical,
    /// The verification address cannot stand before a token.
    #[error("{0:?} cannot be the verification address")]
    Address(String),
}

/// A token could not be signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignError<E> {
    /// The claims or the signature are out of bounds.
    #[error(transparent)]
    Token(TokenError),
    /// The signer failed.
    #[error("the signer failed")]
    Signer(#[source] E),
}
