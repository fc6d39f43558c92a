//! Stock Tesseract on the same files: the whole page, one thread, `vie`, page segmentation modes 3, 6 and 11.
//!
//! It gives text, not fields, so a value counts as read where the page's text contains it once spaces, punctuation and case
//! are dropped: kinder than what is asked of inspection, which must also know where the value belongs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::case::Case;
use super::inspect::usage;
use super::text::{letters, printed};
use crate::run::{Failed, say};

/// The modes that are measured.
pub(super) const MODES: [&str; 3] = ["3", "6", "11"];

/// What one mode gave over the honest cases.
#[derive(Debug, Clone)]
pub(super) struct Stock {
    pub(super) mode: &'static str,
    /// For each case in order: values found, values, pages, processor milliseconds; none for cases that are not readable.
    pub(super) cases: Vec<Option<(usize, usize, usize, u64)>>,
}

pub(super) fn all(cases: &[Case]) -> Result<Vec<Stock>, Failed> {
    let folder = std::env::temp_dir().join(format!("bansao-score-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut stocks = MODES.map(|mode| Stock { mode, cases: Vec::new() }).to_vec();
    for (at, case) in cases.iter().enumerate() {
        let pages = if case.is_readable() { pages(case, &folder)? } else { Vec::new() };
        for stock in &mut stocks {
            let read = if pages.is_empty() { None } else { Some(read(case, &pages, stock.mode)?) };
            stock.cases.push(read);
        }
        if at % 20 == 19 {
            say(&format!("stock Tesseract: {} of {}", at + 1, cases.len()));
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(stocks)
}

/// The pictures of a case; those of a PDF are taken out.
fn pages(case: &Case, folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    // What the last case left.
    std::fs::remove_dir_all(folder)?;
    std::fs::create_dir_all(folder)?;
    let mut pages = Vec::new();
    for file in &case.files {
        let path = case.folder.join(file);
        if path.extension().is_none_or(|extension| extension != "pdf") {
            pages.push(path);
            continue;
        }
        let stem = folder.join(format!("page-{}", pages.len()));
        let status = Command::new("pdfimages").arg("-all").arg(&path).arg(&stem).stderr(Stdio::null()).status()?;
        if !status.success() {
            return Err(Failed(format!("pdfimages {}: {status}", path.display())));
        }
        let mut found: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
        found.sort();
        pages.extend(found);
    }
    Ok(pages)
}

fn read(case: &Case, pages: &[PathBuf], mode: &'static str) -> Result<(usize, usize, usize, u64), Failed> {
    let me = std::process::id();
    let before = usage(me).0;
    let mut text = String::new();
    for page in pages {
        let mut command = Command::new("tesseract");
        command.arg(page).args(["-", "-l", "vie", "--psm", mode]).env("OMP_THREAD_LIMIT", "1").stderr(Stdio::null());
        text.push_str(&String::from_utf8_lossy(&command.output()?.stdout));
    }
    let text = letters(&text);
    let found = case.fields.values().filter(|value| printed(value).iter().any(|way| text.contains(&letters(way)))).count();
    Ok((found, case.fields.len(), pages.len(), usage(me).0.saturating_sub(before)))
}
