//! What a certificate says: values under the field ids of the domain reference, and the kind they belong to.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A kind of certificate, by its identifier in the form set (`birth_certificate`, `land_certificate`, …).
///
/// A kind is data: which ones exist is said by the form set that the service has loaded, not by this type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(String);

impl Kind {
    /// The kind named `id`; lower-case letters, digits and `_`, at most 64 of them.
    pub fn new(id: &str) -> Option<Self> {
        let fits = !id.is_empty() && id.len() <= 64 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        fits.then(|| Self(id.to_owned()))
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of a field, as in the domain reference, section 2 (`full_name`, `mother.full_name`, `land_serial_no`, …).
pub type FieldId = String;

/// Field values as printed, by field id. Personal data: never logged, encrypted at rest.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(BTreeMap<FieldId, String>);

impl Facts {
    /// No facts.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of `id`, if the certificate states one.
    pub fn get(&self, id: &str) -> Option<&str> {
        self.0.get(id).map(String::as_str)
    }

    /// Sets `id` to `value`; an empty value removes it.
    pub fn set(&mut self, id: &str, value: &str) {
        if value.is_empty() {
            self.0.remove(id);
        } else {
            self.0.insert(id.to_owned(), value.to_owned());
        }
    }

    /// All facts in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(id, value)| (id.as_str(), value.as_str()))
    }

    /// How many facts there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, String)> for Facts {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect())
    }
}

/// Only the ids are shown: values are personal data and must not reach a log.
impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
