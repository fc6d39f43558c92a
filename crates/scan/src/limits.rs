//! How much a file may cost before it is refused.
//!
//! The bounds are checked before the work that they bound: sizes from headers before pixels are decoded, page counts
//! before the first page, inflated bytes while they inflate. They cap what decoders are asked to do; a decoder's own
//! overhead is for the process limits of whoever runs this crate on hostile input.

/// Bounds for one file. Every field is inclusive: a file at the bound is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file in bytes.
    pub file_bytes: u64,
    /// Pages of one file.
    pub pages: usize,
    /// Pixels of one image, in millions.
    pub megapixels: u32,
    /// Pixels of all pages of a file together.
    pub total_pixels: u64,
    /// Bytes that any one compressed stream may inflate to (PDF streams, PNG text chunks, TIFF strips).
    pub decompressed_bytes: usize,
    /// Indirect objects of a PDF.
    pub pdf_objects: usize,
    /// Depth of nested PDF objects and forms.
    pub recursion: usize,
    /// Scans of one progressive JPEG: each is a pass over the whole picture.
    pub jpeg_scans: usize,
}

impl Limits {
    /// Pixels that one image may have.
    #[must_use]
    pub fn image_pixels(&self) -> u64 {
        u64::from(self.megapixels).saturating_mul(1_000_000)
    }
}

impl Default for Limits {
    /// 40 MB, 20 pages, 100 megapixels an image and 200 a file: twenty A4 pages at 300 dpi pass.
    fn default() -> Self {
        Self {
            file_bytes: 40_000_000,
            pages: 20,
            megapixels: 100,
            total_pixels: 200_000_000,
            decompressed_bytes: 320_000_000,
            pdf_objects: 50_000,
            recursion: 48,
            jpeg_scans: 64,
        }
    }
}
