//! Small files to open: pictures, and PDFs around them.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType, ImageFormat, Rgb, RgbImage};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

/// A picture without symmetry: the corner at the top left is dark, the top right red.
pub(crate) fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let (left, top) = (x < width / 4, y < height / 4);
        match (left, top) {
            (true, true) => Rgb([20, 20, 20]),
            (false, true) if x >= width - width / 4 => Rgb([200, 40, 40]),
            _ => Rgb([240, 238, 230]),
        }
    })
}

pub(crate) fn jpeg(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    encoder.set_pixel_density(image::codecs::jpeg::PixelDensity::dpi(200));
    encoder.encode(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// The JPEG with an Exif segment that states an orientation, right after the JFIF one.
pub(crate) fn oriented_jpeg(image: &RgbImage, orientation: u8) -> Vec<u8> {
    let plain = jpeg(image);
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
    let mut segment = vec![0xFF, 0xE1];
    segment.extend_from_slice(&(u16::try_from(tiff.len()).unwrap() + 8).to_be_bytes());
    segment.extend_from_slice(b"Exif\0\0");
    segment.extend_from_slice(&tiff);
    let after_jfif = 4 + usize::from(u16::from_be_bytes([plain[4], plain[5]]));
    [&plain[..after_jfif], &segment, &plain[after_jfif..]].concat()
}

pub(crate) fn png(image: DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    image.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
    bytes
}

/// The PNG with a `pHYs` chunk of so many pixels a metre.
pub(crate) fn png_with_density(image: DynamicImage, per_metre: u32) -> Vec<u8> {
    let plain = png(image);
    let mut body = b"pHYs".to_vec();
    body.extend_from_slice(&per_metre.to_be_bytes());
    body.extend_from_slice(&per_metre.to_be_bytes());
    body.push(1);
    let mut chunk = 9_u32.to_be_bytes().to_vec();
    chunk.extend_from_slice(&body);
    chunk.extend_from_slice(&crc(&body).to_be_bytes());
    [&plain[..33], &chunk, &plain[33..]].concat()
}

pub(crate) fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 })
    })
}

/// An uncompressed RGB TIFF, little-endian, 300 dpi, a directory a page.
pub(crate) fn tiff(pages: &[RgbImage]) -> Vec<u8> {
    let mut bytes = b"II*\0\0\0\0\0".to_vec();
    let mut pointer = 4;
    for page in pages {
        let pixels = bytes.len() as u32;
        bytes.extend_from_slice(page.as_raw());
        let extras = bytes.len() as u32;
        for value in [8_u16, 8, 8, 0] {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        for value in [300_u32, 1] {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        let directory = bytes.len() as u32;
        bytes[pointer..pointer + 4].copy_from_slice(&directory.to_le_bytes());
        let entries: [(u16, u16, u32, u32); 12] = [
            (256, 4, 1, page.width()),
            (257, 4, 1, page.height()),
            (258, 3, 3, extras),
            (259, 3, 1, 1),
            (262, 3, 1, 2),
            (273, 4, 1, pixels),
            (277, 3, 1, 3),
            (278, 4, 1, page.height()),
            (279, 4, 1, page.as_raw().len() as u32),
            (282, 5, 1, extras + 8),
            (283, 5, 1, extras + 8),
            (296, 3, 1, 2),
        ];
        bytes.extend_from_slice(&(entries.len() as u16).to_le_bytes());
        for (tag, kind, count, value) in entries {
            bytes.extend_from_slice(&tag.to_le_bytes());
            bytes.extend_from_slice(&kind.to_le_bytes());
            bytes.extend_from_slice(&count.to_le_bytes());
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        pointer = bytes.len();
        bytes.extend_from_slice(&[0; 4]);
    }
    bytes
}

/// A PDF in the making.
pub(crate) struct Pdf {
    pub(crate) document: Document,
    pages: ObjectId,
    kids: Vec<Object>,
}

impl Pdf {
    pub(crate) fn new() -> Self {
        let mut document = Document::with_version("1.7");
        let pages = document.new_object_id();
        Self { document, pages, kids: Vec::new() }
    }

    /// An A4 page that shows an image by a content stream.
    pub(crate) fn page(self, image: Stream, content: &str) -> Self {
        self.page_of(vec![image], content)
    }

    /// An A4 page with images `Im0`, `Im1` and so on, and the font `F1`.
    pub(crate) fn page_of(mut self, images: Vec<Stream>, content: &str) -> Self {
        let mut names = Dictionary::new();
        for (number, image) in images.into_iter().enumerate() {
            names.set(format!("Im{number}"), self.document.add_object(image));
        }
        let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" };
        let content = self.document.add_object(Stream::new(Dictionary::new(), content.as_bytes().to_vec()));
        let page = self.document.add_object(dictionary! {
            "Type" => "Page",
            "Parent" => self.pages,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            "Resources" => dictionary! { "XObject" => names, "Font" => dictionary! { "F1" => font } },
            "Contents" => content,
        });
        self.kids.push(page.into());
        self
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        self.bytes_with(|_| {}, |_| {})
    }

    /// With something set on the catalog and on the last page.
    pub(crate) fn bytes_with(mut self, catalog: impl FnOnce(&mut Dictionary), page: impl FnOnce(&mut Dictionary)) -> Vec<u8> {
        if let Some(id) = self.kids.last().and_then(|kid| kid.as_reference().ok()) {
            page(self.document.get_dictionary_mut(id).unwrap());
        }
        let count = self.kids.len() as i64;
        let kids = dictionary! { "Type" => "Pages", "Kids" => self.kids, "Count" => count };
        self.document.set_object(self.pages, kids);
        let mut root = dictionary! { "Type" => "Catalog", "Pages" => self.pages };
        catalog(&mut root);
        let root = self.document.add_object(root);
        self.document.trailer.set("Root", root);
        let mut bytes = Vec::new();
        self.document.save_to(&mut bytes).unwrap();
        bytes
    }
}

/// The content stream of a scanner.
pub(crate) const FULL_PAGE: &str = "q 595 0 0 842 0 0 cm /Im0 Do Q";

pub(crate) fn jpeg_stream(image: &RgbImage) -> Stream {
    let dictionary = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => i64::from(image.width()),
        "Height" => i64::from(image.height()),
        "ColorSpace" => "DeviceRGB",
        "BitsPerComponent" => 8,
        "Filter" => "DCTDecode",
    };
    Stream::new(dictionary, jpeg(image))
}

pub(crate) fn flate_stream(image: &RgbImage) -> Stream {
    let dictionary = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => i64::from(image.width()),
        "Height" => i64::from(image.height()),
        "ColorSpace" => "DeviceRGB",
        "BitsPerComponent" => 8,
    };
    let mut stream = Stream::new(dictionary, image.as_raw().clone());
    stream.compress().unwrap();
    stream
}
