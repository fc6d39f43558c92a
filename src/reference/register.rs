//! A reference register: entries in memory, looked up by the key that a paper states.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;
use tonic::{Request, Response, Status};

use crate::api::Gate;
use crate::api::convert;
use crate::api::proto;
use crate::api::proto::registry_service_server::RegistryService;
use crate::clock::Clock;
use crate::record::{Facts, Kind, PartialDate, Role, fold};

/// The entries cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// A file or folder cannot be read.
    #[error("cannot read {0}")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// A file is not what is expected.
    #[error("{0}")]
    Malformed(PathBuf, #[source] Box<toml::de::Error>),
}

/// The register.
pub struct Register {
    gate: Gate,
    clock: Arc<dyn Clock>,
    entries: Vec<(Kind, Facts)>,
}

/// What the register takes from the `case.toml` of a specimen.
#[derive(Deserialize)]
struct Case {
    kind: Kind,
    #[serde(default)]
    fields: toml::Table,
    #[serde(default)]
    register: toml::Table,
}

impl Register {
    /// A register with these entries.
    pub fn new(gate: Gate, clock: Arc<dyn Clock>, entries: Vec<(Kind, Facts)>) -> Self {
        Self { gate, clock, entries }
    }

    /// The sample people: what the register holds of every specimen under `folder` (`<kind>/<case>/case.toml`).
    ///
    /// # Errors
    /// [`RegisterError`].
    pub fn sample_people(folder: &Path) -> Result<Vec<(Kind, Facts)>, RegisterError> {
        let mut entries = Vec::new();
        for kind in folders(folder)? {
            for case in folders(&kind)? {
                let path = case.join("case.toml");
                if path.is_file() {
                    entries.extend(entry(&path)?);
                }
            }
        }
        Ok(entries)
    }
}

fn folders(path: &Path) -> Result<Vec<PathBuf>, RegisterError> {
    let unreadable = |error| RegisterError::Unreadable(path.to_owned(), error);
    let mut found = Vec::new();
    for item in std::fs::read_dir(path).map_err(unreadable)? {
        let item = item.map_err(unreadable)?.path();
        if item.is_dir() {
            found.push(item);
        }
    }
    found.sort();
    Ok(found)
}

fn entry(path: &Path) -> Result<Option<(Kind, Facts)>, RegisterError> {
    let text = std::fs::read_to_string(path).map_err(|error| RegisterError::Unreadable(path.to_owned(), error))?;
    let case: Case = toml::from_str(&text).map_err(|error| RegisterError::Malformed(path.to_owned(), Box::new(error)))?;
    if case.register.get("absent").and_then(toml::Value::as_bool) == Some(true) || case.fields.is_empty() {
        return Ok(None);
    }
    let mut facts = Facts::new();
    for (field, value) in case.fields.iter().chain(&case.register) {
        if let Some(value) = value.as_str() {
            facts.set(field, value);
        }
    }
    Ok(Some((case.kind, facts)))
}

#[tonic::async_trait]
impl RegistryService for Register {
    async fn look_up(&self, request: Request<proto::LookUpRequest>) -> Result<Response<proto::LookUpResponse>, Status> {
        self.gate.admit(&request, &[Role::Service]).await?;
        let request = request.into_inner();
        if request.key.is_empty() {
            return Err(Status::invalid_argument("key is empty"));
        }
        let asked = |facts: &Facts| request.key.iter().all(|key| facts.get(&key.field).is_some_and(|held| same_key(held, &key.value)));
        let entries = self
            .entries
            .iter()
            .filter(|(kind, facts)| kind.as_str() == request.kind && asked(facts))
            .map(|(_, facts)| proto::RegistryEntry { facts: convert::facts(facts) })
            .collect();
        Ok(Response::new(proto::LookUpResponse { entries, as_of_time: Some(convert::timestamp(self.clock.now_ms())) }))
    }
}

/// Keys are the same as dates, or as text without regard to case, spacing and punctuation.
fn same_key(held: &str, asked: &str) -> bool {
    match (PartialDate::parse(held), PartialDate::parse(asked)) {
        (Ok(held), Ok(asked)) if held.day.is_some() && asked.day.is_some() => held == asked,
        _ => fold(held).replace(' ', "") == fold(asked).replace(' ', ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_agree_however_they_are_spaced() {
        assert!(same_key("AA 12345678", "AA12345678"));
        assert!(same_key("02/8/2024", "02/08/2024"));
        assert!(same_key("12/2022", "12 / 2022"));
        assert!(!same_key("12/2022", "12/2021"));
    }
}
