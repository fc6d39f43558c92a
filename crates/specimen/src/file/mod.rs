//! Files as scanners and their users make them, and files that only an attacker makes.

mod hostile;
mod image;
mod pdf;
mod tiff;

pub use image::{jpeg, png};

use crate::error::Result;
use crate::raster::Raster;

/// A scanned page and the resolution that its file claims.
#[derive(Debug, Clone)]
pub struct Page {
    /// Pixels.
    pub image: Raster,
    /// Claimed resolution.
    pub dpi: u32,
}

/// How pages are put into files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A JPEG file a page, of this quality.
    Jpeg(u8),
    /// A PNG file a page, reduced to a palette.
    Png,
    /// The same, progressive.
    JpegProgressive(u8),
    /// One TIFF, JPEG-compressed pages of this quality.
    TiffJpeg(u8),
    /// One TIFF, palette, deflate.
    TiffPalette,
    /// One PDF, each page one JPEG of this quality.
    Pdf(u8),
    /// A PDF with a password.
    PdfEncrypted,
    /// A PDF that runs a script when opened.
    PdfScript,
    /// A PDF that starts a program when opened.
    PdfLaunch,
    /// A PDF with another file inside.
    PdfAttachment,
    /// A PDF with a form field, of one small page.
    PdfForm,
    /// A PDF with an XML form, of one small page.
    PdfXfa,
    /// A PDF that bears a signature, of one small page.
    PdfSigned,
    /// A PDF in which a stream is longer than it says, of one small page.
    PdfLongStream,
    /// A PDF in which a name is written over the scan.
    PdfOverlay(u8),
    /// A PDF of scans whose cross-reference table is lost.
    PdfNoTable(u8),
    /// A PDF that breaks off.
    PdfTruncated,
    /// A TIFF whose second page is followed by its first.
    TiffRing,
    /// A JPEG that breaks off.
    JpegTruncated,
    /// A text file called `.jpg`.
    TextAsJpeg,
    /// A TIFF of this many small pages.
    TiffManyPages(u32),
    /// A PDF of this many small pages.
    PdfManyPages(u32),
    /// A PNG header of 20,000 × 20,000 pixels with next to nothing behind it.
    PngBomb,
}

impl Container {
    /// The files, named `scan…`.
    ///
    /// # Errors
    /// As the encoders.
    pub fn pack(self, pages: &[Page]) -> Result<Vec<(String, Vec<u8>)>> {
        let one = |name: &str, bytes| Ok(vec![(format!("scan.{name}"), bytes)]);
        match self {
            Self::Jpeg(quality) => numbered(pages, "jpg", |p| jpeg(p, quality)),
            Self::JpegProgressive(quality) => numbered(pages, "jpg", |p| image::progressive(p, quality)),
            Self::Png => numbered(pages, "png", png),
            Self::TiffJpeg(quality) => one("tif", tiff::jpeg_pages(pages, quality)?),
            Self::TiffPalette => one("tif", tiff::palette_pages(pages)?),
            Self::Pdf(quality) => one("pdf", pdf::scans(pages, quality, pdf::Extra::None)?),
            Self::PdfEncrypted => one("pdf", pdf::scans(pages, 70, pdf::Extra::Password)?),
            Self::PdfScript => one("pdf", pdf::scans(pages, 70, pdf::Extra::Script)?),
            Self::PdfLaunch => one("pdf", pdf::scans(pages, 70, pdf::Extra::Launch)?),
            Self::PdfAttachment => one("pdf", pdf::scans(pages, 70, pdf::Extra::Attachment)?),
            Self::PdfForm => one("pdf", pdf::scans(&hostile::small_pages(1), 60, pdf::Extra::Form)?),
            Self::PdfXfa => one("pdf", pdf::scans(&hostile::small_pages(1), 60, pdf::Extra::Xfa)?),
            Self::PdfSigned => one("pdf", pdf::scans(&hostile::small_pages(1), 60, pdf::Extra::Signature)?),
            Self::PdfLongStream => one("pdf", pdf::scans(&hostile::small_pages(1), 60, pdf::Extra::LongStream)?),
            Self::PdfOverlay(quality) => one("pdf", pdf::scans(pages, quality, pdf::Extra::Overlay)?),
            Self::PdfNoTable(quality) => one("pdf", pdf::scans(pages, quality, pdf::Extra::NoTable)?),
            Self::TiffRing => one("tif", tiff::ring(&hostile::small_pages(2))?),
            Self::PdfTruncated => one("pdf", hostile::cut(pdf::scans(pages, 70, pdf::Extra::None)?)),
            Self::JpegTruncated => {
                let whole = pages.first().map(|p| jpeg(p, 72)).transpose()?.unwrap_or_default();
                one("jpg", hostile::cut(whole))
            }
            Self::TextAsJpeg => one("jpg", hostile::TEXT.as_bytes().to_vec()),
            Self::TiffManyPages(count) => one("tif", tiff::palette_pages(&hostile::small_pages(count))?),
            Self::PdfManyPages(count) => one("pdf", pdf::scans(&hostile::small_pages(count), 60, pdf::Extra::None)?),
            Self::PngBomb => one("png", hostile::png_bomb()?),
        }
    }
}

fn numbered(pages: &[Page], extension: &str, encode: impl Fn(&Page) -> Result<Vec<u8>>) -> Result<Vec<(String, Vec<u8>)>> {
    let name = |i: usize| match pages.len() {
        1 => format!("scan.{extension}"),
        _ => format!("scan-{}.{extension}", i + 1),
    };
    pages.iter().enumerate().map(|(i, page)| Ok((name(i), encode(page)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::image::GenericImageView;

    fn page() -> Page {
        let mut image = Raster::plain(64, 48, [250, 240, 230]);
        image.rgb[..30].fill(20);
        Page { image, dpi: 200 }
    }

    #[test]
    fn other_decoders_read_every_picture_format() {
        for container in [Container::Jpeg(72), Container::JpegProgressive(60), Container::Png] {
            let files = container.pack(&[page()]).unwrap();
            let picture = ::image::load_from_memory(&files[0].1).unwrap();
            assert_eq!(picture.dimensions(), (64, 48), "{container:?}");
            let far = picture.to_rgb8().get_pixel(60, 40).0;
            assert!(far.iter().zip([250, 240, 230]).all(|(a, b)| a.abs_diff(b) < 6), "{container:?}: {far:?}");
        }
    }

    #[test]
    fn pages_are_counted() {
        let pages = [page(), page(), page()];
        assert_eq!(Container::Jpeg(70).pack(&pages).unwrap().len(), 3);
        let pdf = Container::Pdf(70).pack(&pages).unwrap();
        assert_eq!(lopdf::Document::load_mem(&pdf[0].1).unwrap().get_pages().len(), 3);
        let many = Container::PdfManyPages(21).pack(&[]).unwrap();
        assert_eq!(lopdf::Document::load_mem(&many[0].1).unwrap().get_pages().len(), 21);
    }
}
