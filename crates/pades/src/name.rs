//! Distinguished names as they are compared (RFC 5280, 7.1): case, compatibility forms and runs of spaces do not count,
//! nor does the string type in which an attribute was written; the order of attributes within one relative name neither.
//!
//! It is no string preparation by every table of RFC 4518: characters that map to nothing are compared as they are, so that
//! a name may fail to match, which loses a path and gains none.

use const_oid::ObjectIdentifier;
use der::{Encode, Tag, Tagged};
use unicode_normalization::UnicodeNormalization;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::{Name, RelativeDistinguishedName};

/// One relative name: its attributes in a fixed order.
type Relative = Vec<(ObjectIdentifier, Value)>;

/// A name in the form in which it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct NameKey(Vec<Relative>);

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Value {
    Text(String),
    /// DER of a value that is no string.
    Other(Vec<u8>),
}

impl NameKey {
    pub(crate) fn of(name: &Name) -> Self {
        Self(name.0.iter().map(relative).collect())
    }

    /// This name with one relative name behind it (`nameRelativeToCRLIssuer`, RFC 5280, 4.2.1.13).
    pub(crate) fn joined(&self, last: &RelativeDistinguishedName) -> Self {
        let mut parts = self.0.clone();
        parts.push(relative(last));
        Self(parts)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this name lies in the subtree below `base`, the base itself included (RFC 5280, 4.2.1.10).
    pub(crate) fn is_within(&self, base: &Self) -> bool {
        self.0.starts_with(&base.0)
    }
}

fn relative(rdn: &RelativeDistinguishedName) -> Relative {
    let mut parts: Relative = rdn.0.iter().map(|a| (a.oid, value(a))).collect();
    parts.sort_unstable();
    parts
}

fn value(attribute: &AttributeTypeAndValue) -> Value {
    match text(attribute) {
        Some(text) => Value::Text(folded(&text)),
        None => Value::Other(attribute.value.to_der().unwrap_or_default()),
    }
}

/// The characters of a string value, whatever its type.
pub(crate) fn text(attribute: &AttributeTypeAndValue) -> Option<String> {
    let bytes = attribute.value.value();
    match attribute.value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString => String::from_utf8(bytes.to_vec()).ok(),
        Tag::TeletexString => Some(bytes.iter().map(|&b| char::from(b)).collect()),
        Tag::BmpString => {
            let units: Vec<u16> = bytes.chunks_exact(2).filter_map(|c| <[u8; 2]>::try_from(c).ok()).map(u16::from_be_bytes).collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
}

fn folded(text: &str) -> String {
    let lower = if text.is_ascii() { text.to_ascii_lowercase() } else { text.nfkc().flat_map(char::to_lowercase).nfkc().collect() };
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn key(text: &str) -> NameKey {
        NameKey::of(&Name::from_str(text).unwrap())
    }

    #[test]
    fn case_spaces_and_composition_do_not_count() {
        assert_eq!(key("CN=Sở  Tư pháp,C=VN"), key("CN=SỞ TƯ PHÁP,C=vn"));
        let decomposed: String = "Sở Tư pháp".nfd().collect();
        assert_eq!(key(&format!("CN={decomposed}")), key("CN=Sở Tư pháp"));
        assert_ne!(key("CN=Sở Tư pháp"), key("CN=So Tu phap"));
        assert_ne!(key("CN=A,C=VN"), key("C=VN,CN=A"));
    }

    #[test]
    fn a_subtree_holds_its_base_and_what_lies_below() {
        // Names are written with the last part first.
        assert!(key("CN=A,O=Office,C=VN").is_within(&key("O=office,C=VN")));
        assert!(key("O=Office,C=VN").is_within(&key("O=Office,C=VN")));
        assert!(!key("C=VN").is_within(&key("O=Office,C=VN")));
        assert!(!key("CN=A,O=Officer,C=VN").is_within(&key("O=Office,C=VN")));
    }
}
