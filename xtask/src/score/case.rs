//! A specimen's `case.toml`: what it is, and what must be made of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Value;

use crate::run::Failed;

/// A case of the set.
#[derive(Debug)]
pub(super) struct Case {
    /// Its folder.
    pub(super) folder: PathBuf,
    /// The folder below the set's: split, kind, name.
    pub(super) path: String,
    pub(super) kind: String,
    pub(super) form: Option<String>,
    /// Allowed decisions.
    pub(super) expect: Vec<String>,
    pub(super) files: Vec<String>,
    pub(super) degradation: String,
    pub(super) fill: String,
    pub(super) altered: String,
    pub(super) fields: BTreeMap<String, String>,
}

impl Case {
    pub(super) fn is_of(&self, split: &str) -> bool {
        self.path.split('/').any(|part| part == split)
    }

    /// Whether the machine may certify it.
    pub(super) fn may_pass(&self) -> bool {
        self.expect.iter().any(|decision| decision == "approve")
    }

    /// Whether it shows what its fields say: an honest paper, legible.
    pub(super) fn is_readable(&self) -> bool {
        self.may_pass()
    }
}

/// The cases below a folder, in the order of their paths.
pub(super) fn find(root: &Path, cases: &mut Vec<Case>) -> Result<(), Failed> {
    walk(root, root, cases)?;
    cases.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(())
}

fn walk(root: &Path, folder: &Path, cases: &mut Vec<Case>) -> Result<(), Failed> {
    if folder.join("case.toml").exists() {
        cases.push(read(root, folder)?);
        return Ok(());
    }
    for entry in std::fs::read_dir(folder).map_err(|error| Failed(format!("{}: {error}", folder.display())))? {
        let path = entry?.path();
        if path.is_dir() {
            walk(root, &path, cases)?;
        }
    }
    Ok(())
}

fn read(root: &Path, folder: &Path) -> Result<Case, Failed> {
    let file = folder.join("case.toml");
    let table: toml::Table = std::fs::read_to_string(&file)?.parse().map_err(|error| Failed(format!("{}: {error}", file.display())))?;
    let text = |key: &str| table.get(key).and_then(Value::as_str).map(str::to_owned);
    let list = |key: &str| match table.get(key) {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let fields = table.get("fields").and_then(Value::as_table).cloned().unwrap_or_default();
    Ok(Case {
        folder: folder.to_owned(),
        path: folder.strip_prefix(root).unwrap_or(folder).display().to_string(),
        kind: text("kind").unwrap_or_default(),
        form: text("form"),
        expect: list("expect"),
        files: list("files"),
        degradation: text("degradation").unwrap_or_else(|| "unlabelled".to_owned()),
        fill: text("fill").unwrap_or_else(|| "unlabelled".to_owned()),
        altered: text("altered").unwrap_or_default(),
        fields: fields.into_iter().filter_map(|(id, value)| Some((id, value.as_str()?.to_owned()))).collect(),
    })
}
