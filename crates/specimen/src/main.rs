//! `bansao-specimen --out DIR [--scored] [--trial] [--drawing N] [--check] [--preview DIR] [--only TEXT] [--threads N]`
//!
//! Draws every case into `DIR/<kind>/<case>`; `--scored` draws the scored set into `DIR/<split>/<kind>/<case>` instead, `--trial` the split `trial`, `--drawing` the
//! drawing of that number. `--check` writes nothing and exits 1 when a file differs; `--preview`
//! writes half-size PNGs to look at; `--only` restricts to cases whose path contains the text.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use bansao_specimen::cases::{self, Case, Rendered};
use bansao_specimen::error::{Error, Result};
use bansao_specimen::file::{Page, png};
use bansao_specimen::fonts::{FontFiles, Fonts, USUAL};
use bansao_specimen::scored::{self, Split};

#[derive(Debug, Default)]
struct Options {
    out: Option<PathBuf>,
    preview: Option<PathBuf>,
    only: String,
    check: bool,
    scored: bool,
    trial: bool,
    drawing: Option<u32>,
    threads: usize,
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("bansao-specimen: {error}"));
            ExitCode::from(2)
        }
    }
}

fn options() -> Result<Options> {
    let mut options = Options { threads: 2, ..Options::default() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| Error::Usage(format!("{word} needs a value")));
        match word.as_str() {
            "--out" => options.out = Some(value()?.into()),
            "--preview" => options.preview = Some(value()?.into()),
            "--only" => options.only = value()?,
            "--threads" => options.threads = value()?.parse().unwrap_or(2),
            "--scored" => options.scored = true,
            "--trial" => options.trial = true,
            "--drawing" => {
                let number = value()?;
                options.drawing = Some(number.parse().map_err(|_| Error::Usage(format!("{number} is no number of a drawing")))?);
            }
            "--check" => options.check = true,
            other => return Err(Error::Usage(format!("unknown option {other}"))),
        }
    }
    Ok(options)
}

/// Draws the cases; the number of files that differ is returned (0 when writing).
fn run(options: &Options) -> Result<usize> {
    let jobs: Vec<Job> = jobs(options).into_iter().filter(|job| job.path.contains(&options.only)).collect();
    let drawn = splits(options);
    let sets = if drawn.is_empty() { vec![USUAL] } else { drawn.iter().flat_map(|split| scored::sets(*split)).copied().collect() };
    let files = sets.into_iter().map(FontFiles::of).collect::<Result<Vec<_>>>()?;
    let fonts = files.iter().map(FontFiles::parse).collect::<Result<Vec<_>>>()?;
    let next = AtomicUsize::new(0);
    let outcome = Mutex::new((Vec::new(), 0_usize));
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let done = one(job, &fonts[job.fonts], options);
                    let mut sum = outcome.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    match done {
                        Ok((differing, size)) => {
                            sum.0.extend(differing.into_iter().map(Ok));
                            sum.1 += size;
                        }
                        Err(error) => sum.0.push(Err(error)),
                    }
                }
            });
        }
    });
    let (found, size) = outcome.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let differing = found.into_iter().collect::<Result<Vec<String>>>()?;
    for path in &differing {
        say(&format!("differs: {path}"));
    }
    say(&format!("{} cases, {size} bytes, {} differ", jobs.len(), differing.len()));
    Ok(differing.len())
}

/// A case, where it goes, and its fonts.
struct Job {
    case: Case,
    path: String,
    fonts: usize,
}

/// The splits that are drawn; none for the committed specimens.
fn splits(options: &Options) -> Vec<Split> {
    let named = Split::ALL.into_iter().filter(|split| if *split == Split::Trial { options.trial } else { options.scored });
    named.chain(options.drawing.map(Split::Drawing)).collect()
}

fn jobs(options: &Options) -> Vec<Job> {
    let splits = splits(options);
    if splits.is_empty() {
        return cases::all().into_iter().map(|case| Job { path: case.path(), case, fonts: 0 }).collect();
    }
    let mut jobs = Vec::new();
    let mut first = 0;
    for split in splits {
        let job = |(case, set): (Case, usize)| Job { path: format!("{}/{}", split.id(), case.path()), case, fonts: first + set };
        jobs.extend(scored::cases(split).into_iter().map(job));
        first += scored::sets(split).len();
    }
    jobs
}

fn one(job: &Job, fonts: &Fonts<'_>, options: &Options) -> Result<(Vec<String>, usize)> {
    let rendered = job.case.render(fonts)?;
    if let Some(folder) = &options.preview {
        preview(&job.path, &rendered, folder)?;
    }
    let size = rendered.files.iter().map(|(_, bytes)| bytes.len()).sum();
    let Some(out) = &options.out else { return Ok((Vec::new(), size)) };
    let folder = out.join(&job.path);
    if options.check {
        let differs = |(name, bytes): &(String, Vec<u8>)| {
            let path = folder.join(name);
            (std::fs::read(&path).ok().as_ref() != Some(bytes)).then(|| path.display().to_string())
        };
        return Ok((rendered.files.iter().filter_map(differs).collect(), size));
    }
    for (name, bytes) in &rendered.files {
        store(&folder.join(name), bytes)?;
    }
    Ok((Vec::new(), size))
}

fn preview(path: &str, rendered: &Rendered, folder: &Path) -> Result<()> {
    for (i, page) in rendered.pages.iter().enumerate() {
        let half = page.image.resized(page.image.width.div_ceil(2), page.image.height.div_ceil(2));
        let name = format!("{}-{}.png", path.replace('/', "-"), i + 1);
        store(&folder.join(name), &png(&Page { image: half, dpi: page.dpi / 2 })?)?;
    }
    Ok(())
}

fn store(path: &Path, bytes: &[u8]) -> Result<()> {
    let at = |source| Error::File { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(at)?;
    }
    std::fs::write(path, bytes).map_err(at)
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
