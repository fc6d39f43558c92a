//! What a token says, and its deterministic CBOR form (RFC 8949, section 4.2.1).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ciborium::Value;

use crate::key::KEY_ID_BYTES;
use crate::{TokenError, registry};

/// The version of the format that this crate writes and reads.
pub const FORMAT_VERSION: u64 = 1;

/// Facts in one token, at most.
const FACTS: usize = 32;

/// The latest time of issue that a token can state: 9999-12-31T23:59:59Z.
const LAST_SECOND: u64 = 253_402_300_799;

/// What a token says. Personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims {
    /// The key that signs: [`key_id`](crate::key_id) of its certificate. Stands in the protected header.
    pub key_id: [u8; KEY_ID_BYTES],
    /// Who runs the service, 1 to 64 bytes of UTF-8: `bansao.hanoi.gov.vn`.
    pub issuer: String,
    /// The kind of certificate, by its identifier, 1 to 64 bytes: `birth_certificate`.
    pub kind: String,
    /// The number of the certification and its book as printed, 1 to 64 bytes: `07, 1/2026-SCT/BS`.
    pub certification_no: String,
    /// The agency, by its identifier, 1 to 64 bytes.
    pub agency_id: String,
    /// The agency's name as printed, at most 256 bytes.
    pub agency_name: Option<String>,
    /// When the copy was issued, seconds since 1970 UTC.
    pub issued_at: u64,
    /// The copy's identifier, 1 to 64 bytes.
    pub copy_id: String,
    /// Values as printed (1 to 512 bytes) by field id (1 to 64 bytes); at most 32.
    pub facts: BTreeMap<String, String>,
    /// SHA-256 over `salt` and the digests of the page images, in order.
    pub pages_digest: [u8; 32],
    /// 128 random bits, so that the digest of a page that someone knows does not tell which copy it is in.
    pub salt: [u8; 16],
}

impl Claims {
    /// The payload: a map with the integer keys 0 to 10.
    ///
    /// # Errors
    /// [`TokenError::Claim`] when a claim is out of bounds.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, TokenError> {
        let mut map = vec![
            (Value::from(key::VERSION), Value::from(FORMAT_VERSION)),
            (Value::from(key::ISSUER), text("issuer", &self.issuer, 64)?),
            (Value::from(key::KIND), kind_value(&self.kind)?),
            (Value::from(key::CERTIFICATION_NO), text("certification_no", &self.certification_no, 64)?),
            (Value::from(key::AGENCY_ID), text("agency_id", &self.agency_id, 64)?),
        ];
        if let Some(name) = &self.agency_name {
            map.push((Value::from(key::AGENCY_NAME), text("agency_name", name, 256)?));
        }
        if self.issued_at > LAST_SECOND {
            return Err(TokenError::Claim("issued_at"));
        }
        map.extend([
            (Value::from(key::ISSUED_AT), Value::from(self.issued_at)),
            (Value::from(key::COPY_ID), copy_id_value(&self.copy_id)?),
            (Value::from(key::FACTS), facts_value(&self.facts)?),
            (Value::from(key::PAGES_DIGEST), Value::Bytes(self.pages_digest.to_vec())),
            (Value::from(key::SALT), Value::Bytes(self.salt.to_vec())),
        ]);
        let mut bytes = Vec::with_capacity(256);
        ciborium::into_writer(&Value::Map(map), &mut bytes).map_err(|_| TokenError::Claim("payload"))?;
        Ok(bytes)
    }

    /// Reads a payload. The caller compares the encoding of the result with what was read.
    pub(crate) fn decode(key_id: [u8; KEY_ID_BYTES], payload: &[u8]) -> Result<Self, TokenError> {
        let mut rest = payload;
        let value: Value = ciborium::from_reader(&mut rest).map_err(|_| TokenError::Claim("payload"))?;
        if !rest.is_empty() {
            return Err(TokenError::Claim("payload"));
        }
        let mut map = Entries::read(value)?;
        let version = uint("version", map.take(key::VERSION))?;
        if version != FORMAT_VERSION {
            return Err(TokenError::Version(version));
        }
        let claims = Self {
            key_id,
            issuer: string("issuer", map.take(key::ISSUER))?,
            kind: kind_from(map.take(key::KIND))?,
            certification_no: string("certification_no", map.take(key::CERTIFICATION_NO))?,
            agency_id: string("agency_id", map.take(key::AGENCY_ID))?,
            agency_name: map.take(key::AGENCY_NAME).map(|name| string("agency_name", Some(name))).transpose()?,
            issued_at: uint("issued_at", map.take(key::ISSUED_AT))?,
            copy_id: copy_id_from(map.take(key::COPY_ID))?,
            facts: facts_from(map.take(key::FACTS))?,
            pages_digest: bytes("pages_digest", map.take(key::PAGES_DIGEST))?,
            salt: bytes("salt", map.take(key::SALT))?,
        };
        if map.is_empty() { Ok(claims) } else { Err(TokenError::Claim("unknown")) }
    }
}

/// The facts are personal data: only their ids are shown.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("issuer", &self.issuer)
            .field("kind", &self.kind)
            .field("certification_no", &self.certification_no)
            .field("agency_id", &self.agency_id)
            .field("issued_at", &self.issued_at)
            .field("copy_id", &self.copy_id)
            .field("facts", &self.facts.keys())
            .finish_non_exhaustive()
    }
}

/// The keys of the payload, in the order in which they stand.
mod key {
    pub(super) const VERSION: u64 = 0;
    pub(super) const ISSUER: u64 = 1;
    pub(super) const KIND: u64 = 2;
    pub(super) const CERTIFICATION_NO: u64 = 3;
    pub(super) const AGENCY_ID: u64 = 4;
    pub(super) const AGENCY_NAME: u64 = 5;
    pub(super) const ISSUED_AT: u64 = 6;
    pub(super) const COPY_ID: u64 = 7;
    pub(super) const FACTS: u64 = 8;
    pub(super) const PAGES_DIGEST: u64 = 9;
    pub(super) const SALT: u64 = 10;
}

/// The entries of a map with integer keys, none of them twice.
struct Entries(BTreeMap<u64, Value>);

impl Entries {
    fn read(value: Value) -> Result<Self, TokenError> {
        let entries = value.into_map().map_err(|_| TokenError::Claim("payload"))?;
        let mut map = BTreeMap::new();
        for (key, value) in entries {
            let key = uint("key", Some(key))?;
            if map.insert(key, value).is_some() {
                return Err(TokenError::Claim("duplicate"));
            }
        }
        Ok(Self(map))
    }

    fn take(&mut self, key: u64) -> Option<Value> {
        self.0.remove(&key)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn text(claim: &'static str, value: &str, most: usize) -> Result<Value, TokenError> {
    let fits = !value.is_empty() && value.len() <= most && !value.chars().any(char::is_control);
    if fits { Ok(Value::Text(value.to_owned())) } else { Err(TokenError::Claim(claim)) }
}

fn kind_value(kind: &str) -> Result<Value, TokenError> {
    registry::kind_number(kind).map_or_else(|| text("kind", kind, 64), |number| Ok(Value::from(number)))
}

fn kind_from(value: Option<Value>) -> Result<String, TokenError> {
    match value {
        Some(Value::Integer(number)) => {
            u64::try_from(number).ok().and_then(registry::kind_name).map(str::to_owned).ok_or(TokenError::Claim("kind"))
        }
        other => string("kind", other),
    }
}

/// Characters of the identifiers that the service gives out: 130 bits, packed into 17 bytes.
const COPY_ID_CHARS: usize = 26;

/// The 26 characters of `a`-`z`, `2`-`7` as the 17 bytes that they stand for; any other identifier as text.
fn copy_id_value(id: &str) -> Result<Value, TokenError> {
    let packed = (id.len() == COPY_ID_CHARS && !id.bytes().any(|byte| byte.is_ascii_uppercase()))
        .then(|| crate::text::decode(format!("{}AA", id.to_ascii_uppercase()).as_bytes()))
        .flatten();
    packed.map_or_else(|| text("copy_id", id, 64), |bytes| Ok(Value::Bytes(bytes)))
}

fn copy_id_from(value: Option<Value>) -> Result<String, TokenError> {
    match value {
        Some(Value::Bytes(bytes)) if bytes.len() == 17 => {
            Ok(crate::text::encode_text(&bytes).to_ascii_lowercase().chars().take(COPY_ID_CHARS).collect())
        }
        other => string("copy_id", other),
    }
}

/// `dd/mm/yyyy` as the number `yyyymmdd`: five bytes instead of eleven.
fn packed_date(printed: &str) -> Option<u32> {
    let mut parts = printed.split('/');
    let mut number = |digits: usize| {
        let part = parts.next()?;
        (part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u32>().ok()).flatten()
    };
    let (day, month, year) = (number(2)?, number(2)?, number(4)?);
    let packed = year.checked_mul(10_000)?.checked_add(month.checked_mul(100)?)?.checked_add(day)?;
    (parts.next().is_none() && year >= 1000).then_some(packed)
}

fn printed_date(packed: u32) -> Option<String> {
    let in_range = (10_000_000..100_000_000).contains(&packed);
    in_range.then(|| format!("{:02}/{:02}/{:04}", packed % 100, packed / 100 % 100, packed / 10_000))
}

/// Registered fields first, by number, then the others by the order of their encodings: shorter before longer, then by bytes.
fn facts_value(facts: &BTreeMap<String, String>) -> Result<Value, TokenError> {
    if facts.len() > FACTS {
        return Err(TokenError::Claim("facts"));
    }
    let mut fields: Vec<(Option<u64>, &String, &String)> =
        facts.iter().map(|(field, value)| (registry::field_number(field), field, value)).collect();
    fields.sort_by_key(|(number, field, _)| (number.is_none(), *number, field.len(), field.as_str()));
    let entries = fields.into_iter().map(|(number, field, value)| {
        let key = number.map_or_else(|| text("fact", field, 64), |number| Ok(Value::from(number)))?;
        Ok((key, packed_date(value).map_or_else(|| text("fact", value, 512), |date| Ok(Value::from(date)))?))
    });
    Ok(Value::Map(entries.collect::<Result<_, TokenError>>()?))
}

fn facts_from(value: Option<Value>) -> Result<BTreeMap<String, String>, TokenError> {
    let refuse = || TokenError::Claim("facts");
    let entries = value.ok_or_else(refuse)?.into_map().map_err(|_| refuse())?;
    let mut facts = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (key, value) in entries {
        let field = match key {
            Value::Integer(number) => u64::try_from(number).ok().and_then(registry::field_name).map(str::to_owned).ok_or_else(refuse)?,
            other => string("fact", Some(other))?,
        };
        if !seen.insert(field.clone()) {
            return Err(TokenError::Claim("duplicate"));
        }
        let value = match value {
            Value::Integer(date) => u32::try_from(date).ok().and_then(printed_date).ok_or_else(refuse)?,
            other => string("fact", Some(other))?,
        };
        facts.insert(field, value);
    }
    Ok(facts)
}

fn string(claim: &'static str, value: Option<Value>) -> Result<String, TokenError> {
    value.and_then(|value| value.into_text().ok()).ok_or(TokenError::Claim(claim))
}

fn uint(claim: &'static str, value: Option<Value>) -> Result<u64, TokenError> {
    value.and_then(|value| value.into_integer().ok()).and_then(|number| u64::try_from(number).ok()).ok_or(TokenError::Claim(claim))
}

fn bytes<const N: usize>(claim: &'static str, value: Option<Value>) -> Result<[u8; N], TokenError> {
    value.and_then(|value| value.into_bytes().ok()).and_then(|bytes| bytes.try_into().ok()).ok_or(TokenError::Claim(claim))
}
