//! `cargo xtask attack COPY.pdf [TRUST.pem]`: derives hostile variants and legal updates from a signed copy, has `bansao verify` judge
//! them all, and says which verdicts are wrong. The files stay in `target/attack`, for other verifiers to be tried with.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::run::{Failed, cargo, root, say, shown};

/// What `cargo xtask demo` leaves.
const DEMO_TRUST: &str = "target/demo/authority/trust.pem";

pub(crate) fn run(arguments: &[&str]) -> Result<(), Failed> {
    let (copy, trust) = match arguments {
        [copy] => (*copy, DEMO_TRUST),
        [copy, trust] => (*copy, *trust),
        _ => return Err(Failed("cargo xtask attack COPY.pdf [TRUST.pem]".to_owned())),
    };
    let folder = root().join("target/attack");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let folder = folder.display().to_string();
    cargo(&["build", "--quiet", "--workspace", "--bins"])?;
    shown(&program("bansao-attack"), &[copy, &folder])?;
    let verdicts = verdicts(trust, &[copy, &folder])?;
    let own = verdicts.get(&file_name(copy)).cloned().ok_or_else(|| Failed(format!("{copy} was not judged")))?;
    say(&format!("{copy}: {}", own.verdict));
    let manifest = std::fs::read_to_string(format!("{folder}/manifest.jsonl"))?;
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in manifest.lines() {
        let entry: Value = serde_json::from_str(line).map_err(|e| Failed(e.to_string()))?;
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (file, name, expect) = (text("file"), text("name"), text("expect"));
        let judged = verdicts.get(&file).ok_or_else(|| Failed(format!("{file} was not judged")))?;
        let right = match expect.as_str() {
            "same" => judged.verdict == own.verdict,
            "invalid" => judged.verdict == "INVALID",
            _ => judged.verdict != "VALID",
        };
        let family = name.split('/').next().unwrap_or_default().to_owned();
        let count = counts.entry(family).or_default();
        count.1 += 1;
        if right {
            count.0 += 1;
        } else {
            wrong.push(format!("{name}: {expect} expected, got {} ({})", judged.verdict, judged.codes));
        }
    }
    for (family, (right, all)) in &counts {
        say(&format!("  {family:<10} {right:>4} of {all}"));
    }
    let slowest = verdicts.values().map(|v| v.elapsed_ms).fold(0.0, f64::max);
    say(&format!("  slowest verdict {slowest:.0} ms"));
    if own.verdict != "VALID" {
        return Err(Failed("the copy itself is not valid here, so legal updates tell nothing".to_owned()));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Failed(format!("{} verdicts are wrong:\n  {}", wrong.len(), wrong.join("\n  ")))) }
}

#[derive(Debug, Clone)]
struct Judged {
    verdict: String,
    codes: String,
    elapsed_ms: f64,
}

/// What `bansao verify` says, by file name.
fn verdicts(trust: &str, subjects: &[&str]) -> Result<BTreeMap<String, Judged>, Failed> {
    let output = Command::new(program("bansao")).args(["verify", "--offline", "--json", "--trust", trust]).args(subjects).output()?;
    let mut out = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let report: Value = serde_json::from_str(line).map_err(|e| Failed(format!("{e}: {line}")))?;
        let text = |key: &str| report.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let codes = report.get("codes").map(ToString::to_string).unwrap_or_default();
        let elapsed_ms = report.get("elapsed_ms").and_then(Value::as_f64).unwrap_or_default();
        out.insert(file_name(&text("file")), Judged { verdict: text("verdict"), codes, elapsed_ms });
    }
    if out.is_empty() {
        return Err(Failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(out)
}

fn program(name: &str) -> String {
    root().join("target/debug").join(name).display().to_string()
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}
