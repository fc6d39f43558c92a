//! The fuzz targets with the stable compiler: built with libFuzzer's instrumentation, seeded, and run one after the other.
//!
//! What `cargo fuzz` does with a nightly compiler, but for the address sanitizer, which stable has not; the code under test has no unsafe
//! code of its own that it could catch.

use std::process::Command;
use std::time::Duration;

use crate::run::{Failed, root, say};

/// The instrumentation that libFuzzer is led by: an 8-bit counter for each edge, the edges' places, and operands of comparisons.
const INSTRUMENTED: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

/// Longest input, bytes; what is longer than that is the tests' matter.
const MAX_LEN: &str = "65536";

/// Runs the named targets, or all of them, `each` long. One that finds something leaves the input under `fuzz/artifacts`.
///
/// # Errors
/// When the targets cannot be built, and when one of them found something, after the others had their time.
pub(crate) fn run(named: &[&str], each: Duration) -> Result<(), Failed> {
    let folder = root().join("fuzz");
    let targets = targets()?;
    if let Some(unknown) = named.iter().find(|name| !targets.iter().any(|target| target == *name)) {
        return Err(Failed(format!("no fuzz target {unknown}; there are {}", targets.join(", "))));
    }
    let host = host()?;
    // Named explicitly, so that build scripts and macros, which run here, are not instrumented.
    let build = ["build", "--quiet", "--bins", "--examples", "--target", &host];
    say(&format!("fuzz: cargo {} (minutes, the first time)", build.join(" ")));
    let built = Command::new("cargo").current_dir(&folder).env("RUSTFLAGS", INSTRUMENTED).args(build).status()?;
    if !built.success() {
        return Err(Failed("the fuzz targets cannot be built".to_owned()));
    }
    let programs = folder.join("target").join(&host).join("debug");
    if !Command::new(programs.join("examples/seeds")).status()?.success() {
        return Err(Failed("the seeds cannot be made".to_owned()));
    }
    let mut found = Vec::new();
    for target in targets.iter().filter(|target| named.is_empty() || named.contains(&target.as_str())) {
        let artifacts = folder.join("artifacts").join(target);
        std::fs::create_dir_all(&artifacts)?;
        let corpus = folder.join("corpus").join(target);
        say(&format!("fuzz: {target}, {} s", each.as_secs()));
        let ended = Command::new(programs.join(target))
            .current_dir(&folder)
            .arg(format!("-max_total_time={}", each.as_secs()))
            .arg(format!("-max_len={MAX_LEN}"))
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .args(["-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1", "-verbosity=0"])
            .arg(&corpus)
            .status()?;
        if !ended.success() {
            found.push(target.clone());
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    Err(Failed(format!("found by {}: the inputs are under {}", found.join(", "), folder.join("artifacts").display())))
}

/// The targets, as the folder has them.
fn targets() -> Result<Vec<String>, Failed> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root().join("fuzz/fuzz_targets"))? {
        names.extend(entry?.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

fn host() -> Result<String, Failed> {
    let said = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failed("rustc does not say for which machine it builds".to_owned()))
}
