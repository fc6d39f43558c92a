//! The digests of a copy's page images: what the QR token is compared with (`docs/QR-TOKEN.md`, section 4).
//!
//! A JPEG that passed through counts by its bytes, other images by their decoded samples. The same rule gives the digests
//! when a copy is composed and when a stranger's PDF is checked.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};
use thiserror::Error;

use crate::record::Sha256;

/// Bytes that one page image, or one stream of the file's structure, may decode to.
const MOST_BYTES: usize = 512 << 20;

/// Pages that a copy can have.
const MOST_PAGES: usize = 512;

/// A PDF is not built like a copy of this service.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PageDigestError {
    /// Not a PDF that can be read, or an encrypted one.
    #[error("not a readable PDF")]
    Unreadable,
    /// Fewer than two pages, or too many.
    #[error("{0} pages")]
    Pages(usize),
    /// A scan page, from 0, does not have exactly one image.
    #[error("page {page} has {images} images")]
    Images {
        /// Which page.
        page: usize,
        /// How many images it has.
        images: usize,
    },
    /// The image of a page, from 0, is in a form that this service does not write.
    #[error("the image of page {0} is in another form")]
    Form(usize),
}

/// The digests of the images on all pages but the last, in order.
///
/// # Errors
/// [`PageDigestError`] when the PDF is not built like a copy.
pub fn extract_page_digests(pdf: &[u8]) -> Result<Vec<Sha256>, PageDigestError> {
    page_digests_of(&read_copy(pdf)?)
}

/// A copy's objects, read once for all questions about them.
///
/// # Errors
/// [`PageDigestError::Unreadable`].
pub fn read_copy(pdf: &[u8]) -> Result<Document, PageDigestError> {
    let options = LoadOptions { strict: true, max_decompressed_size: Some(MOST_BYTES), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(pdf, options).map_err(|_| PageDigestError::Unreadable)?;
    if document.trailer.has(b"Encrypt") { Err(PageDigestError::Unreadable) } else { Ok(document) }
}

/// As [`extract_page_digests`], of a copy that is read already.
///
/// # Errors
/// [`PageDigestError`] when the PDF is not built like a copy.
pub fn page_digests_of(document: &Document) -> Result<Vec<Sha256>, PageDigestError> {
    of_pages(document, |image| image_content(image).map(|content| content.digest()))
}

/// The images on all pages but the last, in order, as picture files: a JPEG as it was received, others as PNG.
///
/// # Errors
/// [`PageDigestError`] when the PDF is not built like a copy.
pub fn page_pictures(document: &Document) -> Result<Vec<Vec<u8>>, PageDigestError> {
    of_pages(document, |image| image_content(image)?.into_file())
}

fn of_pages<T>(document: &Document, of: impl Fn(&Stream) -> Option<T>) -> Result<Vec<T>, PageDigestError> {
    let mut pages: Vec<ObjectId> = document.get_pages().into_values().collect();
    if !(2..=MOST_PAGES).contains(&pages.len()) {
        return Err(PageDigestError::Pages(pages.len()));
    }
    pages.pop();
    pages.into_iter().enumerate().map(|(page, id)| of(page_image(document, page, id)?).ok_or(PageDigestError::Form(page))).collect()
}

fn page_image(document: &Document, page: usize, id: ObjectId) -> Result<&Stream, PageDigestError> {
    let form = || PageDigestError::Form(page);
    let resources = document.get_dictionary(id).and_then(|page| resolved(document, page, b"Resources")).map_err(|_| form())?;
    let objects = resources.as_dict().and_then(|resources| resolved(document, resources, b"XObject"));
    let objects = objects.and_then(Object::as_dict).map_err(|_| PageDigestError::Images { page, images: 0 })?;
    let streams: Vec<&Stream> = objects
        .iter()
        .filter_map(|(_, object)| document.dereference(object).ok())
        .filter_map(|(_, object)| object.as_stream().ok())
        .collect();
    match streams.as_slice() {
        [image] if is(&image.dict, b"Subtype", b"Image") => Ok(image),
        other => Err(PageDigestError::Images { page, images: other.len() }),
    }
}

fn resolved<'a>(document: &'a Document, dictionary: &'a Dictionary, key: &[u8]) -> lopdf::Result<&'a Object> {
    document.dereference(dictionary.get(key)?).map(|(_, object)| object)
}

fn is(dictionary: &Dictionary, key: &[u8], name: &[u8]) -> bool {
    dictionary.get(key).and_then(Object::as_name).is_ok_and(|found| found == name)
}

/// The image of a page.
enum ImageContent<'a> {
    Jpeg(&'a [u8]),
    Rgb { samples: Vec<u8>, size: (u32, u32) },
}

impl ImageContent<'_> {
    fn digest(&self) -> Sha256 {
        match self {
            Self::Jpeg(bytes) => Sha256::of(bytes),
            Self::Rgb { samples, .. } => Sha256::of(samples),
        }
    }

    fn into_file(self) -> Option<Vec<u8>> {
        match self {
            Self::Jpeg(bytes) => Some(bytes.to_vec()),
            Self::Rgb { samples, size: (width, height) } => {
                let mut file = Cursor::new(Vec::new());
                RgbImage::from_raw(width, height, samples)?.write_to(&mut file, ImageFormat::Png).ok()?;
                Some(file.into_inner())
            }
        }
    }
}

fn image_content(image: &Stream) -> Option<ImageContent<'_>> {
    let dictionary = &image.dict;
    if [&b"SMask"[..], b"Mask", b"DecodeParms", b"F"].iter().any(|key| dictionary.has(key)) {
        return None;
    }
    let filters = image.filters().ok()?;
    match filters.as_slice() {
        [filter] if *filter == b"DCTDecode" => Some(ImageContent::Jpeg(&image.content)),
        [filter] if *filter == b"FlateDecode" => {
            let number = |key: &[u8]| dictionary.get(key).and_then(Object::as_i64).ok().and_then(|number| u32::try_from(number).ok());
            let size = (number(b"Width")?, number(b"Height")?);
            let expected = usize::try_from(size.0).ok()?.checked_mul(usize::try_from(size.1).ok()?)?.checked_mul(3)?;
            let samples = image.decompressed_content_with_limit(expected.min(MOST_BYTES)).ok()?;
            (number(b"BitsPerComponent") == Some(8) && samples.len() == expected).then_some(ImageContent::Rgb { samples, size })
        }
        _ => None,
    }
}
