//! The project's own commands; each sets up what it needs.
//!
//! | command | what it does |
//! |---|---|
//! | `cargo xtask demo` | starts every part on loopback, certifies sample scans of all kinds, verifies the copies |
//! | `cargo xtask demo --hsm` | the same with the signers' keys in a SoftHSM token |
//! | `cargo xtask demo --own` | the same built without Tesseract, which need not be installed: our own network reads alone |
//! | `cargo xtask test` | everything that CI runs |
//! | `cargo xtask ci` | the same as `test` |
//! | `cargo xtask tidy` | house rules: import directions, no stray words, file sizes |
//! | `cargo xtask pki DIR` | makes the development keys and certificates |
//! | `cargo xtask fixtures [--check]` | draws the specimen scans anew, or says which differ |
//! | `cargo xtask fixtures --scored [DIR]` | draws the scored set, into `target/score` by default |
//! | `cargo xtask fixtures --trial [DIR]` | draws its split to find faults with, likewise |
//! | `cargo xtask fixtures --drawing N [DIR]` | draws one more such split, another for every number, likewise |
//! | `cargo xtask score DIR …` | inspects the scored set and counts; see `score/mod.rs` |
//! | `cargo xtask soak [--minutes N]` | mutated files through every decoder, release build, five minutes by default; then as long again the fuzz targets |
//! | `cargo xtask fuzz [--seconds N] [TARGET …]` | the fuzz targets of `fuzz/`, all of them unless named, thirty seconds each by default |
//! | `cargo xtask attack COPY.pdf [TRUST.pem]` | hostile variants and legal updates of a signed copy, and whether the verdicts are right |
//! | `cargo xtask bench [scan \| copy \| issue \| verify \| wire] [--quick]` | the benchmarks, release build |

mod attack;
mod demo;
mod fuzz;
mod run;
mod score;
mod setup;
mod tidy;
mod token;

use std::process::ExitCode;
use std::time::Duration;

use run::{Failed, cargo, say};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["demo", options @ ..] if options.iter().all(|option| ["--hsm", "--own"].contains(option)) => demo(options),
        ["test" | "ci"] => test(),
        ["tidy"] => tidy::run(),
        ["pki", folder] => setup::packages(setup::RUN).and_then(|()| cargo(&["run", "--quiet", "--", "pki", "init", "--data", folder])),
        ["fixtures", "--scored", rest @ ..] => splits(&["--scored"], &[setup::SCORE], rest),
        ["fixtures", "--trial", rest @ ..] => splits(&["--trial"], &[setup::TRIAL], rest),
        ["fixtures", "--drawing", number, rest @ ..] => splits(&["--drawing", number], &[setup::SCORE, setup::TRIAL, setup::DRAWING], rest),
        ["score", rest @ ..] => score::run(rest),
        ["fixtures", rest @ ..] => fixtures(rest),
        ["soak", rest @ ..] => soak(rest),
        ["fuzz", rest @ ..] => fuzz(rest),
        ["attack", rest @ ..] => setup::packages(setup::RUN).and_then(|()| attack::run(rest)),
        ["bench", rest @ ..] => bench(rest),
        _ => {
            say(
                "cargo xtask demo [--hsm] [--own] | test | ci | tidy | pki DIR | fixtures [--check | --scored [DIR] | --trial [DIR] | --drawing N [DIR]] | score DIR | soak [--minutes N] | fuzz [--seconds N] [TARGET …] | attack COPY.pdf [TRUST.pem] | bench [scan | copy | issue | verify | wire] [--quick]",
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failed(reason)) => {
            say(&format!("xtask: {reason}"));
            ExitCode::FAILURE
        }
    }
}

fn demo(options: &[&str]) -> Result<(), Failed> {
    let (hsm, own) = (options.contains(&"--hsm"), options.contains(&"--own"));
    setup::packages(if own { setup::RUN_OWN } else { setup::RUN })?;
    if hsm {
        setup::packages(setup::HSM)?;
    }
    demo::run(hsm, own)
}

/// The order is the order of cost: what fails fast comes first.
fn test() -> Result<(), Failed> {
    setup::packages(setup::TEST)?;
    tidy::run()?;
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])?;
    cargo(&[&["clippy", "--lib", "--bins", "--quiet"], setup::WITHOUT_TESSERACT, &["--", "-D", "warnings"]].concat())?;
    setup::judges()?;
    if run::succeeds("cargo", &["nextest", "--version"]) {
        cargo(&["nextest", "run", "--workspace", "--no-fail-fast"])?;
        return cargo(&["test", "--workspace", "--doc", "--quiet"]);
    }
    cargo(&["test", "--workspace", "--no-fail-fast"])
}

fn fixtures(rest: &[&str]) -> Result<(), Failed> {
    setup::packages(setup::FIXTURES)?;
    let mut arguments = vec!["run", "--release", "--quiet", "--package", "bansao-specimen", "--", "--out", "fixtures/scans"];
    arguments.extend(rest);
    cargo(&arguments)
}

/// Draws the splits that `which` names, with fonts of `packages`.
fn splits(which: &[&str], packages: &[&[setup::Package]], rest: &[&str]) -> Result<(), Failed> {
    packages.iter().try_for_each(|packages| setup::packages(packages))?;
    let folder = rest.first().unwrap_or(&"target/score");
    cargo(&[&["run", "--release", "--quiet", "--package", "bansao-specimen", "--"], which, &["--out", folder]].concat())
}

/// `--seed N` draws other inputs; files that are named are tried as they are, and nothing else is.
fn soak(rest: &[&str]) -> Result<(), Failed> {
    let mut arguments = vec!["run", "--release", "--quiet", "--package", "bansao-scan", "--example", "soak", "--"];
    arguments.extend(rest);
    cargo(&arguments)?;
    let mut minutes = 5.0;
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        match (*word, words.next()) {
            ("--minutes", Some(value)) => minutes = value.parse().map_err(|_| Failed("--minutes N".to_owned()))?,
            ("--seed", Some(_)) => {}
            _ => return Ok(()),
        }
    }
    setup::packages(setup::FUZZ)?;
    fuzz::run(&[], Duration::from_secs_f64((minutes * 60.0 / FUZZ_TARGETS).max(20.0)))
}

/// Among how many targets the minutes of a soak are divided.
const FUZZ_TARGETS: f64 = 12.0;

fn fuzz(rest: &[&str]) -> Result<(), Failed> {
    setup::packages(setup::FUZZ)?;
    let (seconds, named) = match rest {
        ["--seconds", seconds, named @ ..] => (seconds.parse().map_err(|_| Failed("--seconds N".to_owned()))?, named),
        named => (30, named),
    };
    fuzz::run(named, Duration::from_secs(seconds))
}

/// `scan`, `copy` or `wire` measures a part, `--quick` does everything twice. pyHanko, which is measured beside ours, is installed
/// with the other judges.
fn bench(rest: &[&str]) -> Result<(), Failed> {
    setup::packages(setup::TEST)?;
    setup::judges()?;
    let mut arguments = vec!["bench", "--quiet", "--workspace", "--bench", "stages", "--"];
    arguments.extend(rest);
    cargo(&arguments)
}
