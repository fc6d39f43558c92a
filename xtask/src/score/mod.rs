//! `cargo xtask score DIR [--split NAME] [--only TEXT] [--limit N] [--against-tesseract] [--engine NAME] [--jobs N]
//! [--bansao PROGRAM] [--json FILE]`: inspects the specimens under `DIR` and counts what was decided and read.
//!
//! `bansao inspect --json` runs over the folders in a warm worker, as the service would; the people of each case answer as
//! the register. A release build is made unless `--bansao` names a program. `--limit` takes cases evenly from the whole.
//! `--engine` is passed on to `bansao inspect`. Processor time is the worker's own, so other load on the machine hardly
//! tells; it is not comparable between machines. The table goes to standard output, all figures and every case to a file.

mod case;
mod count;
mod inspect;
mod table;
mod tesseract;
mod text;

use std::path::{Path, PathBuf};

use case::Case;
use inspect::Outcome;

use crate::run::{Failed, cargo, root, say};
use crate::setup;

/// What the command line asks for.
#[derive(Debug, Default)]
struct Options {
    folder: PathBuf,
    split: Option<String>,
    only: String,
    limit: Option<usize>,
    against_tesseract: bool,
    engine: Option<String>,
    jobs: usize,
    program: Option<PathBuf>,
    json: Option<PathBuf>,
}

pub(crate) fn run(words: &[&str]) -> Result<(), Failed> {
    let options = parse(words)?;
    let mut cases = Vec::new();
    case::find(&options.folder, &mut cases)?;
    cases.retain(|case| case.path.contains(&options.only) && options.split.as_ref().is_none_or(|split| case.is_of(split)));
    let cases = evenly(cases, options.limit);
    if cases.is_empty() {
        return Err(Failed(format!("no case under {}: `cargo xtask fixtures --scored` draws them", options.folder.display())));
    }
    let program = match &options.program {
        Some(program) => program.clone(),
        None => {
            setup::packages(setup::RUN)?;
            cargo(&["build", "--release", "--quiet", "--package", "bansao"])?;
            root().join("target/release/bansao")
        }
    };
    let outcomes = inspect::all(&program, &cases, options.engine.as_deref(), options.jobs)?;
    let stock = if options.against_tesseract {
        setup::packages(setup::STOCK)?;
        tesseract::all(&cases)?
    } else {
        Vec::new()
    };
    let scored: Vec<(&Case, &Outcome)> = cases.iter().zip(&outcomes).collect();
    say(&table::text(&scored, &stock));
    let file = options.json.unwrap_or_else(|| options.folder.join("score.json"));
    std::fs::write(&file, serde_json::to_string_pretty(&table::json(&scored, &stock)).unwrap_or_default())?;
    say(&format!("every case: {}", file.display()));
    Ok(())
}

fn parse(words: &[&str]) -> Result<Options, Failed> {
    let mut options = Options { jobs: 1, ..Options::default() };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().map(|value| (*value).to_owned()).ok_or_else(|| Failed(format!("{word} needs a value")));
        let number = |text: String| text.parse::<usize>().map_err(|_| Failed(format!("{text} is no number")));
        match *word {
            "--split" => options.split = Some(value()?),
            "--only" => options.only = value()?,
            "--limit" => options.limit = Some(number(value()?)?),
            "--against-tesseract" => options.against_tesseract = true,
            "--engine" => options.engine = Some(value()?),
            "--jobs" => options.jobs = number(value()?)?.max(1),
            "--bansao" => options.program = Some(Path::new(&value()?).to_owned()),
            "--json" => options.json = Some(value()?.into()),
            folder if !folder.starts_with("--") => options.folder = root().join(folder),
            other => return Err(Failed(format!("unknown option {other}"))),
        }
    }
    if options.folder.as_os_str().is_empty() {
        return Err(Failed("score needs a folder, such as target/score".to_owned()));
    }
    Ok(options)
}

/// `limit` of the cases, spread over the whole list.
fn evenly(cases: Vec<Case>, limit: Option<usize>) -> Vec<Case> {
    let (count, limit) = (cases.len(), limit.unwrap_or(usize::MAX));
    if limit >= count {
        return cases;
    }
    let kept = |at: &usize| (at * limit) / count != ((at + 1) * limit) / count;
    cases.into_iter().enumerate().filter(|(at, _)| kept(at)).map(|(_, case)| case).collect()
}
