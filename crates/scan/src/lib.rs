//! Hostile bytes in, pixels and measures out.
//!
//! What comes from a kiosk is a file that anybody may have made. This crate turns it into pages of plain pixels, or
//! says in a typed error why it does not, and then measures what is on the pages: it knows nothing of certificates,
//! registers or law, reads no letters, and does no input or output. Time, chance and threads do not occur; every
//! bound is in [`Limits`].
//!
//! In reading order:
//!
//! | module | what it answers |
//! |---|---|
//! | [`limits`], [`error`] | how much is too much; what can be wrong with a file |
//! | [`sniff`](mod@sniff) | which of the four formats these bytes are |
//! | [`open`](mod@open) | the pages of a JPEG, PNG, TIFF or PDF of scans |
//! | [`raster`] | boxes, scaling and the few pixel tools that the rest shares |
//! | [`sheet`] | the corners of a sheet in a photograph, and the sheet made flat |
//! | [`measure`](mod@measure) | resolution, sharpness, blankness, skew, colour, crop |
//! | [`seal`] | round red seals, and the ink of a signature beside one |
//! | [`rectify`] | upright, straight, with the background and leaders taken out: the layer to read |
//! | [`layout`] | lines and words by image means, and the crops to recognise |
//! | [`forensic`] | paper, grain, edges and ink of each word against its neighbours: traces of alteration |
//! | [`fingerprint`] | bits that another scan of the same paper shares |
//! | [`likeness`] | a page laid over another of the same paper, and where they show something else |
//! | [`qr`] | QR symbols, found by one decoder and confirmed by another |
//! | [`digest`] | the bytes that stand for a page when it is hashed |
//!
//! The usual walk:
//!
//! ```no_run
//! use bansao_scan::{Limits, layout, measure, open, qr, rectify, seal};
//!
//! fn look(bytes: &[u8]) -> Result<(), bansao_scan::ScanError> {
//!     for page in open(bytes, &Limits::default())?.pages {
//!         let measures = measure(&page);
//!         let dpi = measures.resolution.dpi;
//!         let seals = seal::find(&page.image, dpi);
//!         let layer = rectify::text_layer(&page.image, dpi, measures.pose(), &rectify::LayerOptions::reading());
//!         let lines = layout::lines(&layer.image, dpi);
//!         let symbols = qr::read(&page.image);
//!         drop((seals, lines, symbols));
//!     }
//!     Ok(())
//! }
//! ```

pub mod digest;
pub mod error;
pub mod fingerprint;
pub mod forensic;
pub mod layout;
pub mod likeness;
pub mod limits;
pub mod measure;
pub mod open;
mod pdf;
pub mod qr;
pub mod raster;
pub mod rectify;
mod samples;
pub mod seal;
pub mod sheet;
pub mod sniff;

pub use digest::canonical_pixels;
pub use error::{Active, ScanError};
pub use fingerprint::Fingerprint;
pub use image::metadata::Orientation;
pub use image::{GrayImage, RgbImage};
pub use limits::Limits;
pub use measure::{Measures, measure};
pub use open::{Caveat, Original, Page, Source, open};
pub use raster::Rect;
pub use sniff::{Format, sniff};
