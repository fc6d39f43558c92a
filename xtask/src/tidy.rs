//! House rules as a check: import directions (`ARCHITECTURE.md`), who may know what, and what must not be in the tree.

use std::path::{Path, PathBuf};

use crate::run::{Failed, root, say};

/// Which modules of the root crate a module may name, beside itself. What is not here may name everything.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("record", &[]),
    ("finding", &["record"]),
    ("clock", &[]),
    ("limits", &[]),
    ("intake", &["record", "limits"]),
    ("inspect", &["record", "finding", "limits"]),
    ("worker", &["record", "finding", "limits", "inspect"]),
    ("decide", &["record", "finding", "inspect"]),
    ("http", &[]),
    ("keys", &["record", "clock", "http"]),
    ("jws", &["keys"]),
    ("trust", &["record", "clock", "keys", "jws"]),
    ("identity", &["record", "clock", "http", "jws"]),
    ("anatomy", &["record"]),
    ("certify", &["record", "finding", "clock", "inspect", "keys", "anatomy"]),
    ("verify", &["record", "finding", "clock", "inspect", "anatomy"]),
    ("store", &["record", "finding", "clock", "inspect", "decide"]),
    ("deliver", &["record", "store"]),
    ("error", &["finding"]),
    (
        "flow",
        &[
            "record", "finding", "clock", "limits", "intake", "inspect", "decide", "keys", "trust", "anatomy", "certify", "verify",
            "store", "deliver", "error",
        ],
    ),
    ("wire", &[]),
    ("api", &["record", "finding", "clock", "error", "flow"]),
    ("peers", &["record", "clock", "jws", "keys", "deliver", "flow", "wire", "api"]),
    ("config", &["record", "finding", "limits", "inspect", "decide"]),
    ("authority", &["record", "clock", "http", "keys", "jws"]),
];

/// Words that a module may not use: the flow knows no wire, and only the edges read the environment.
const MAY_NOT_SAY: &[(&str, &[&str])] = &[
    ("flow", &["tonic", "axum", "hyper", "sqlx", "prost"]),
    ("inspect", &["tonic", "axum", "hyper", "sqlx", "tokio"]),
    ("worker", &["tonic", "axum", "hyper", "sqlx", "tokio"]),
    ("decide", &["tonic", "sqlx", "tokio"]),
    ("verify", &["tonic", "sqlx", "tokio"]),
    ("api", &["sqlx"]),
];

/// Modules that may read the environment.
const READ_ENVIRONMENT: &[&str] = &["config", "cli", "main", "telemetry"];

pub(crate) fn run() -> Result<(), Failed> {
    let mut faults = Vec::new();
    for path in rust_files(&root().join("src"))? {
        let text = std::fs::read_to_string(&path)?;
        check_module(&path, &text, &mut faults);
    }
    for path in rust_files(&root().join("crates"))? {
        let text = std::fs::read_to_string(&path)?;
        let names_root = text.lines().any(|line| line.contains("bansao::") && !line.trim_start().starts_with("//"));
        if names_root {
            faults.push(format!("{}: a crate under crates/ names the root crate", shown(&path)));
        }
    }
    if faults.is_empty() {
        say("tidy: in order");
        return Ok(());
    }
    Err(Failed(format!("tidy:\n  {}", faults.join("\n  "))))
}

fn check_module(path: &Path, text: &str, faults: &mut Vec<String>) {
    let module = module_of(path);
    if !text.starts_with("//!") {
        faults.push(format!("{}: does not open with what it is", shown(path)));
    }
    let code: Vec<&str> =
        text.split("\n#[cfg(test)]").next().unwrap_or_default().lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let is_test = path.file_name().is_some_and(|name| name == "tests.rs");
    if is_test {
        return;
    }
    if let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) {
        for named in code.iter().flat_map(|line| named_modules(line)) {
            if named != module && !allowed.contains(&named.as_str()) && named.chars().all(|c| c.is_lowercase() || c == '_') {
                faults.push(format!("{}: {module} may not name {named}", shown(path)));
            }
        }
    }
    let banned = MAY_NOT_SAY.iter().find(|(name, _)| *name == module).map(|(_, words)| *words).unwrap_or_default();
    for word in banned {
        if code.iter().any(|line| line.contains(&format!("{word}::"))) && !(*word == "tokio" && text.contains("tokio::task")) {
            faults.push(format!("{}: {module} may not use {word}", shown(path)));
        }
    }
    if !READ_ENVIRONMENT.contains(&module.as_str()) && code.iter().any(|line| line.contains("env::var") || line.contains("env::args")) {
        faults.push(format!("{}: only config and the commands read the environment", shown(path)));
    }
}

/// The modules that a line names as `crate::module`.
fn named_modules(line: &str) -> Vec<String> {
    line.split("crate::").skip(1).map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect()
}

/// The top-level module that a file under `src/` belongs to.
fn module_of(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).unwrap_or(path);
    let first = below.components().next().map(|c| c.as_os_str().to_string_lossy().into_owned()).unwrap_or_default();
    first.trim_end_matches(".rs").to_owned()
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            found.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
