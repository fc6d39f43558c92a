//! The pages of a copy: those of the stored scan, and no others than were inspected.
//!
//! A file that is an inspected JPEG itself, by its digest, passes through without being decoded again. Everything else is taken
//! apart by a worker, and each page's pixels are compared with the inspected ones by digest.

use std::sync::Arc;

use bytes::Bytes;

use crate::certify::compose::{PageContent, PageImage};
use crate::inspect::{PageReport, ScannedContent, ScannedPage};
use crate::record::ScanFile;

/// Whether each file is the JPEG of one inspected page, in order, and nothing else.
pub(super) fn is_passed_through(files: &[ScanFile], inspected: &[PageReport]) -> bool {
    let is_page = |(at, (file, report)): (usize, (&ScanFile, &PageReport))| {
        report.file == at && report.jpeg.is_some_and(|jpeg| jpeg.sha256 == file.sha256)
    };
    files.len() == inspected.len() && files.iter().zip(inspected).enumerate().all(is_page)
}

/// A file that is the JPEG of an inspected page, as a page of the copy.
pub(super) fn passed_through(file: Bytes, report: &PageReport) -> Option<PageContent> {
    let orientation = report.jpeg?.orientation;
    let image = PageImage::Jpeg { bytes: Arc::new(file.into()), orientation };
    Some(PageContent { image, dpi: report.dpi, words: report.words.clone() })
}

/// The scan's pages for the copy, unaltered: a JPEG passes through as received. They must be the pages that were inspected.
pub(super) fn pages(scanned: Vec<ScannedPage>, inspected: &[PageReport]) -> Result<Vec<PageContent>, &'static str> {
    if scanned.len() != inspected.len() {
        return Err("other pages than were inspected");
    }
    scanned.into_iter().zip(inspected).map(|(page, report)| page_content(page, report)).collect()
}

fn page_content(page: ScannedPage, report: &PageReport) -> Result<PageContent, &'static str> {
    if page.pixels_sha256 != report.pixels_sha256 {
        return Err("a page has other pixels than were inspected");
    }
    let image = match page.content {
        ScannedContent::Jpeg { bytes, orientation } => PageImage::Jpeg { bytes: Arc::new(bytes), orientation },
        ScannedContent::Rgb { pixels, width, height } => PageImage::Rgb { pixels: Arc::new(pixels), width, height },
    };
    Ok(PageContent { image, dpi: report.dpi, words: report.words.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::PageJpeg;
    use crate::record::Sha256;

    fn scanned(byte: u8) -> ScannedPage {
        let content = ScannedContent::Rgb { pixels: vec![byte; 3], width: 1, height: 1 };
        ScannedPage { content, pixels_sha256: Sha256::of(b"") }.with_own_digest().unwrap()
    }

    fn inspected(page: &ScannedPage) -> PageReport {
        let (size_px, words) = ((1, 1), Vec::new());
        PageReport {
            file: 0,
            pixels_sha256: page.pixels_sha256,
            jpeg: None,
            size_px,
            dpi: 300.0,
            skew_degrees: 0.0,
            words,
            fingerprint: None,
        }
    }

    #[test]
    fn only_files_that_are_the_inspected_pages_pass_through() {
        let file = |bytes: &[u8]| ScanFile { display_name: "a.jpg".into(), size_bytes: bytes.len() as u64, sha256: Sha256::of(bytes) };
        let page = |file, bytes: &[u8]| {
            let jpeg = Some(PageJpeg { sha256: Sha256::of(bytes), orientation: 6 });
            PageReport { file, jpeg, ..inspected(&scanned(255)) }
        };
        let (files, both) = ([file(b"front"), file(b"back")], [page(0, b"front"), page(1, b"back")]);
        assert!(is_passed_through(&files, &both));
        assert!(!is_passed_through(&files, &[page(1, b"back"), page(0, b"front")]), "in another order");
        assert!(!is_passed_through(&files, &[page(0, b"front"), page(1, b"back "),]), "other bytes");
        assert!(!is_passed_through(&files, &[page(0, b"front"), PageReport { jpeg: None, ..page(1, b"back") }]), "no JPEG");
        assert!(!is_passed_through(&files[..1], &[page(0, b"front"), page(0, b"front")]), "two pages of one file");
        let content = passed_through(Bytes::from_static(b"front"), &both[0]).unwrap();
        assert!(matches!(&content.image, PageImage::Jpeg { bytes, orientation: 6 } if bytes.as_slice() == b"front"));
    }

    #[test]
    fn only_inspected_pages_go_into_a_copy() {
        let (white, grey) = (scanned(255), scanned(128));
        let report = [inspected(&white), inspected(&grey)];
        assert_eq!(pages(vec![white.clone(), grey.clone()], &report).map(|pages| pages.len()), Ok(2));
        assert!(pages(vec![grey.clone(), white.clone()], &report).is_err(), "other pixels");
        assert!(pages(vec![white.clone()], &report).is_err(), "a page less");
        assert!(pages(vec![white, grey.clone(), grey], &report).is_err(), "a page more");
    }
}
