//! Inspection: from the files of a submission to an [`InspectionReport`].
//!
//! Files become pages (`bansao-scan`), pages become words (`read/`), words become the form and its fields (`forms/`),
//! and the checks say what stands against them (`checks/`). Everything that comes in is an argument, the reader and the
//! day included; the result is a report, never an error: what could not be done is a finding too, and so refers.

pub mod checks;
pub mod earlier;
pub mod evidence;
pub mod forms;
mod gather;
mod inspector;
mod look;
mod office;
mod parallel;
pub mod print;
pub mod read;
pub mod register;
mod report;
pub mod seen;
pub mod units;

use bansao_scan::{Caveat, Fingerprint, Original, Page, ScanError, Source, canonical_pixels};
use time::Date;

use crate::finding::{Code, Finding};
use crate::limits::Limits;
use crate::record::{Kind, Sha256};
use forms::FormSet;
use gather::fields;
use look::look;
use office::weigh_offices;
use read::text::PageText;
use read::{Reader, recognise};
use seen::{Seen, SeenPage};

pub use inspector::{Direct, Inspector, InspectorUnavailable, PagesError, ScannedContent, ScannedPage};
pub use report::{Field, FieldSource, InspectionReport, PageJpeg, PageReport, Word};

/// Inspects one submission: its files are the pages of one certificate, in order.
///
/// Blocks for as long as reading takes, bounded by `limits`: at most `pages` pages of `page_seconds` each.
pub fn inspect(
    files: &[Vec<u8>],
    declared: Option<&Kind>,
    forms: &FormSet,
    reader: &dyn Reader,
    limits: &Limits,
    today: Date,
) -> InspectionReport {
    let mut report = InspectionReport::begun(reader.name());
    let pages = match open(files, limits) {
        Ok(pages) => pages,
        Err(finding) => {
            report.findings.push(finding);
            return report;
        }
    };
    let looked = parallel::for_each(&pages, |(_, page)| look(page, reader, limits));
    let mut seen_pages = Vec::with_capacity(pages.len());
    let mut texts = Vec::with_capacity(pages.len());
    for (at, ((_, page), looked)) in pages.iter().zip(looked).enumerate() {
        report.findings.extend(caveat(page).map(|finding| finding.on_page(at)));
        report.findings.extend(looked.failure.map(|finding| finding.on_page(at)));
        seen_pages.push(looked.page);
        texts.push(looked.text);
    }
    let recognised = recognise(forms, &texts);
    if let Some(recognised) = &recognised {
        report.kind = recognised.form.certified.then(|| recognised.form.kind.clone());
        report.form = Some(recognised.form.id.clone());
        match fields(recognised, &texts, &seen_pages, reader, limits.page_deadline()) {
            Ok(read) => report.fields = read,
            Err(error) => report.findings.push(Finding::new(Code::CheckFailed).seen(error)),
        }
        if let Err(error) = weigh_offices(recognised, &report.fields, &mut seen_pages, reader, limits.page_deadline()) {
            report.findings.push(Finding::new(Code::CheckFailed).seen(error));
        }
    }
    let seen = Seen { pages: &seen_pages, texts: &texts, recognised: recognised.as_ref(), fields: &report.fields, forms, declared, today };
    report.findings.extend(checks::run(checks::CHECKS, &seen));
    report.pages =
        pages.iter().zip(&seen_pages).zip(&texts).map(|(((file, page), seen), text)| page_report(*file, page, seen, text)).collect();
    report
}

/// The bounds on one file of a submission.
pub fn scan_limits(limits: &Limits) -> bansao_scan::Limits {
    bansao_scan::Limits {
        file_bytes: limits.submission_bytes,
        pages: limits.pages,
        megapixels: u32::try_from(limits.image_megapixels).unwrap_or(u32::MAX),
        ..bansao_scan::Limits::default()
    }
}

/// All pages with the file that each comes from.
fn open(files: &[Vec<u8>], limits: &Limits) -> Result<Vec<(usize, Page)>, Finding> {
    let bounds = scan_limits(limits);
    let mut pages = Vec::new();
    for (file, bytes) in files.iter().enumerate() {
        let Source { pages: found, .. } = bansao_scan::open(bytes, &bounds).map_err(|error| refusal(&error))?;
        pages.extend(found.into_iter().map(|page| (file, page)));
        if pages.len() > limits.pages {
            return Err(Finding::new(Code::TooManyPages).seen(pages.len()).expected(limits.pages));
        }
    }
    if pages.is_empty() { Err(Finding::new(Code::FileDamaged).seen("no file")) } else { Ok(pages) }
}

/// Why a file was not opened, in the catalogue's words.
fn refusal(error: &ScanError) -> Finding {
    let code = match error {
        ScanError::UnsupportedFormat => Code::UnsupportedFormat,
        ScanError::UnsupportedCoding { .. } => Code::UnsupportedCoding,
        ScanError::TooManyPages { .. } => Code::TooManyPages,
        ScanError::FileTooLarge { .. }
        | ScanError::ImageTooLarge { .. }
        | ScanError::TooManyPixels { .. }
        | ScanError::TooComplex { .. } => Code::ImageTooLarge,
        ScanError::Encrypted => Code::PdfEncrypted,
        ScanError::ActiveContent(_) => Code::PdfActiveContent,
        ScanError::AlreadySigned => Code::PdfSigned,
        ScanError::PageNotAScan { .. } => Code::PdfNotAScan,
        ScanError::Ambiguous { .. } => Code::PdfAmbiguous,
        // Empty, damaged, without pages, and whatever is added later.
        _ => Code::FileDamaged,
    };
    Finding::new(code).seen(error)
}

/// What a person has to know of a page that opened.
fn caveat(page: &Page) -> Option<Finding> {
    match page.caveat.as_ref()? {
        Caveat::Drawn { why } => Some(Finding::new(Code::PdfPageDrawn).seen(why)),
        Caveat::Symbols => Some(Finding::new(Code::SymbolsSubstituted)),
    }
}

/// Words less sure than this would only clutter the copy's text layer.
const LEAST_WORD: f32 = 0.3;

fn page_report(file: usize, page: &Page, seen: &SeenPage, text: &PageText) -> PageReport {
    let word = |word: &read::text::TextWord| {
        let layer = seen.layer.as_ref()?;
        (word.confidence >= LEAST_WORD).then(|| Word { text: word.text.clone(), region: seen.region(&layer.to_page(&word.rect)) })
    };
    let jpeg = match &page.original {
        Original::Jpeg(stream) => Some(PageJpeg { sha256: Sha256::of(stream), orientation: page.orientation.to_exif() }),
        Original::Raster => None,
    };
    PageReport {
        file,
        pixels_sha256: Sha256::of(&canonical_pixels(&page.image)),
        jpeg,
        size_px: page.image.dimensions(),
        dpi: seen.measures.resolution.dpi,
        skew_degrees: -(seen.measures.skew_degrees + seen.flat.as_ref().map_or(0.0, bansao_scan::sheet::Flat::lean_degrees)),
        fingerprint: seen.layer.as_ref().and_then(Fingerprint::of).map(|print| earlier::to_hex(&print)),
        words: text.rows.iter().flat_map(|row| &row.words).filter_map(word).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of one of the scan crate's small files.
    fn opened(name: &str) -> Page {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/scan/tests/files").join(name);
        let bytes = std::fs::read(path).unwrap();
        bansao_scan::open(&bytes, &scan_limits(&Limits::default())).unwrap().pages.remove(0)
    }

    #[test]
    fn what_a_person_has_to_know_of_a_page_becomes_a_finding() {
        let page = opened("gray--flate.pdf");
        assert!(caveat(&page).is_none());
        let drawn = caveat(&Page { caveat: Some(Caveat::Drawn { why: "printed text".to_owned() }), ..page.clone() }).unwrap();
        assert_eq!((drawn.code, drawn.seen.as_deref()), (Code::PdfPageDrawn, Some("printed text")));
        assert_eq!(caveat(&Page { caveat: Some(Caveat::Symbols), ..page }).unwrap().code, Code::SymbolsSubstituted);
    }

    #[test]
    fn files_that_do_not_open_have_codes_of_their_own() {
        let what = || "x".to_owned();
        let codes = [
            (ScanError::Empty, Code::FileDamaged),
            (ScanError::UnsupportedFormat, Code::UnsupportedFormat),
            (ScanError::UnsupportedCoding { page: 1, coding: what() }, Code::UnsupportedCoding),
            (ScanError::Ambiguous { what: what() }, Code::PdfAmbiguous),
            (ScanError::AlreadySigned, Code::PdfSigned),
            (ScanError::PageNotAScan { page: 1, why: what() }, Code::PdfNotAScan),
            (ScanError::TooComplex { what: "x" }, Code::ImageTooLarge),
        ];
        for (error, code) in codes {
            assert_eq!(refusal(&error).code, code, "{error}");
        }
    }
}
