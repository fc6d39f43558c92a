//! What `bansao inspect` is given: a file, or the folder of a specimen with its `case.toml`.

use std::collections::BTreeMap;
use std::io::{Error, ErrorKind, Result};
use std::path::Path;

use bytes::Bytes;
use serde::Deserialize;

use crate::record::{Facts, Kind};

/// One submission from the disk.
pub(super) struct Specimen {
    pub(super) files: Vec<Bytes>,
    /// The kind that it is declared to be.
    pub(super) kind: Option<Kind>,
    /// What the register answers, if the specimen says so: the entry, or none.
    pub(super) register: Option<Option<Facts>>,
}

/// What inspection needs of `case.toml`; the rest is for tests.
#[derive(Deserialize)]
struct Case {
    kind: Kind,
    files: Vec<String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
    #[serde(default)]
    register: BTreeMap<String, toml::Value>,
}

impl Specimen {
    pub(super) fn open(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            return Ok(Self { files: vec![std::fs::read(path)?.into()], kind: None, register: None });
        }
        let text = std::fs::read_to_string(path.join("case.toml"))?;
        let case: Case = toml::from_str(&text).map_err(|error| Error::new(ErrorKind::InvalidData, error))?;
        let files = case.files.iter().map(|file| Ok(std::fs::read(path.join(file))?.into())).collect::<Result<_>>()?;
        Ok(Self { files, kind: Some(case.kind.clone()), register: Some(case.entry()) })
    }
}

impl Case {
    /// The register holds what the paper says, changed by `[register]`, or nothing.
    fn entry(self) -> Option<Facts> {
        if self.register.contains_key("absent") || self.fields.is_empty() {
            return None;
        }
        let mut facts: Facts = self.fields.into_iter().collect();
        for (id, value) in &self.register {
            facts.set(id, value.as_str().unwrap_or_default());
        }
        Some(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_declares_its_kind_and_answers_as_the_register() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("scan.jpg"), b"pixels").unwrap();
        let case = "kind = \"birth_certificate\"\nfiles = [\"scan.jpg\"]\nexpect = \"refer\"\n[fields]\nfull_name = \"LÊ AN\"\n[register]\nfull_name = \"LÊ ÂN\"\n";
        std::fs::write(folder.path().join("case.toml"), case).unwrap();
        let specimen = Specimen::open(folder.path()).unwrap();
        assert_eq!(specimen.files, [Bytes::from_static(b"pixels")]);
        assert_eq!(specimen.kind.unwrap().as_str(), "birth_certificate");
        assert_eq!(specimen.register.unwrap().unwrap().get("full_name"), Some("LÊ ÂN"));
    }

    #[test]
    fn a_file_is_a_submission_without_a_register() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"scan").unwrap();
        let specimen = Specimen::open(file.path()).unwrap();
        assert!(specimen.kind.is_none() && specimen.register.is_none() && specimen.files.len() == 1);
    }
}
