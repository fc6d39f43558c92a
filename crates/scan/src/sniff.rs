//! Which format bytes are, by content and never by name.

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// ISO/IEC 10918-1, in JFIF, Exif or bare form.
    Jpeg,
    /// ISO/IEC 15948.
    Png,
    /// TIFF 6.0 (not BigTIFF).
    Tiff,
    /// ISO 32000.
    Pdf,
}

/// A reader may look for `%PDF-` this far from the start (ISO 32000-1, annex H, implementation note 13).
const PDF_HEADER_WITHIN: usize = 1024;

/// The format of `bytes`, or `None` where no signature fits.
///
/// A PDF header counts only where no image signature stands at the start, so that a file is never two things at once.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        Some(Format::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(Format::Png)
    } else if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
        Some(Format::Tiff)
    } else {
        let head = bytes.get(..PDF_HEADER_WITHIN).unwrap_or(bytes);
        head.windows(5).any(|window| window == b"%PDF-").then_some(Format::Pdf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        assert_eq!(sniff(b"\xFF\xD8\xFF\xE0"), Some(Format::Jpeg));
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n"), Some(Format::Png));
        assert_eq!(sniff(b"II*\0"), Some(Format::Tiff));
        assert_eq!(sniff(b"MM\0*"), Some(Format::Tiff));
        assert_eq!(sniff(b"\r\n%PDF-1.7"), Some(Format::Pdf));
        assert_eq!(sniff(b""), None);
        assert_eq!(sniff(b"GIF89a"), None);
    }

    #[test]
    fn a_pdf_header_far_inside_does_not_count() {
        let mut bytes = vec![b' '; 2000];
        bytes.extend_from_slice(b"%PDF-1.7");
        assert_eq!(sniff(&bytes), None);
    }

    #[test]
    fn an_image_with_a_pdf_inside_is_an_image() {
        assert_eq!(sniff(b"\xFF\xD8\xFF\xFE\x00\x0A%PDF-1.4"), Some(Format::Jpeg));
    }
}
