//! What can go wrong while drawing: a missing font, a page too large for the rasteriser, an encoder, the disk.

use std::path::PathBuf;

/// Why a specimen could not be drawn or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A font file is not installed.
    #[error("{} is missing: install the Debian package {package}", path.display())]
    FontMissing {
        /// Where the font was looked for.
        path: PathBuf,
        /// The Debian package that holds it.
        package: &'static str,
    },
    /// A font file is there and cannot be parsed.
    #[error("{} is not a usable font", path.display())]
    FontUnusable {
        /// The file.
        path: PathBuf,
    },
    /// A font has no outline of its own for a Vietnamese letter: what it draws would not be what the case says.
    #[error("{} does not draw {letter:?}, or draws it like another letter", path.display())]
    FontWrong {
        /// The file.
        path: PathBuf,
        /// The first such letter.
        letter: char,
    },
    /// No font of ours has a glyph for this character.
    #[error("no glyph for {0:?}")]
    GlyphMissing(char),
    /// A page of these pixel dimensions cannot be drawn.
    #[error("a page of {width} x {height} pixels cannot be drawn")]
    PageSize {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// A field that an alteration names was not drawn on the paper.
    #[error("the paper has no field {0}")]
    FieldNotDrawn(String),
    /// The JPEG encoder refused.
    #[error("jpeg: {0}")]
    Jpeg(#[from] jpeg_encoder::EncodingError),
    /// The PNG encoder refused.
    #[error("png: {0}")]
    Png(#[from] png::EncodingError),
    /// The PDF writer refused.
    #[error("pdf: {0}")]
    Pdf(#[from] lopdf::Error),
    /// The QR text is too long.
    #[error("qr: {0}")]
    Qr(#[from] qrcodegen::DataTooLong),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Compression into memory failed.
    #[error("compression: {0}")]
    Compression(#[from] std::io::Error),
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;
