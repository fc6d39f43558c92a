//! `bansao-specimen --out DIR [--check] [--preview DIR] [--only TEXT] [--threads N]`
//!
//! Draws every case into `DIR/<kind>/<case>`. `--check` writes nothing and exits 1 when a file differs; `--preview`
//! writes half-size PNGs to look at; `--only` restricts to cases whose path contains the text.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use bansao_specimen::cases::{self, Case, Rendered};
use bansao_specimen::error::{Error, Result};
use bansao_specimen::file::{Page, png};
use bansao_specimen::fonts::{FontFiles, Fonts};

#[derive(Debug, Default)]
struct Options {
    out: Option<PathBuf>,
    preview: Option<PathBuf>,
    only: String,
    check: bool,
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
            "--check" => options.check = true,
            other => return Err(Error::Usage(format!("unknown option {other}"))),
        }
    }
    Ok(options)
}

/// Draws the cases; the number of files that differ is returned (0 when writing).
fn run(options: &Options) -> Result<usize> {
    let files = FontFiles::read()?;
    let fonts = files.parse()?;
    let cases: Vec<Case> = cases::all().into_iter().filter(|c| c.path().contains(&options.only)).collect();
    let next = AtomicUsize::new(0);
    let outcome = Mutex::new((Vec::new(), 0_usize));
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let done = one(case, &fonts, options);
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
    say(&format!("{} cases, {size} bytes, {} differ", cases.len(), differing.len()));
    Ok(differing.len())
}

fn one(case: &Case, fonts: &Fonts<'_>, options: &Options) -> Result<(Vec<String>, usize)> {
    let rendered = case.render(fonts)?;
    if let Some(folder) = &options.preview {
        preview(case, &rendered, folder)?;
    }
    let size = rendered.files.iter().map(|(_, bytes)| bytes.len()).sum();
    let Some(out) = &options.out else { return Ok((Vec::new(), size)) };
    let folder = out.join(case.path());
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

fn preview(case: &Case, rendered: &Rendered, folder: &Path) -> Result<()> {
    for (i, page) in rendered.pages.iter().enumerate() {
        let half = page.image.resized(page.image.width.div_ceil(2), page.image.height.div_ceil(2));
        let name = format!("{}-{}.png", case.path().replace('/', "-"), i + 1);
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
