//! Files that ask for more than they may: small on the outside, and refused for the reason, before the work.

use std::io::Write;

use crate::common::{FULL_PAGE, Pdf, crc, flate_stream, jpeg_stream, picture, png};
use bansao_scan::{Limits, ScanError, open};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use image::DynamicImage;
use lopdf::{Document, Object, Stream, dictionary};

/// Refused as too much, and with how little memory that is possible.
fn too_much(bytes: &[u8], limits: &Limits) -> &'static str {
    match open(bytes, limits) {
        Err(ScanError::TooComplex { what }) => what,
        Err(_) => "refused for another reason",
        Ok(_) => "opened",
    }
}

fn damaged(bytes: &[u8]) -> bool {
    matches!(open(bytes, &Limits::default()), Err(ScanError::Damaged { .. }))
}

/// So many zeros, deflated: a thousandth of it.
fn zeros(count: usize) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    let block = vec![0; 1_000_000];
    for _ in 0..count / block.len() {
        packer.write_all(&block).unwrap();
    }
    packer.finish().unwrap()
}

fn tight() -> Limits {
    Limits { megapixels: 4, total_pixels: 8_000_000, decompressed_bytes: 10_000_000, pdf_objects: 500, recursion: 24, ..Limits::default() }
}

/// An uncompressed or compressed TIFF of gray bytes with the tags that matter, little-endian.
fn gray_tiff(width: u32, height: u32, compression: u32, tile: Option<(u32, u32)>, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"II*\0\0\0\0\0".to_vec();
    bytes.extend_from_slice(data);
    let (at, length) = if tile.is_some() { (324, 325) } else { (273, 279) };
    let mut entries =
        vec![(256, width), (257, height), (258, 8), (259, compression), (262, 1), (at, 8), (277, 1), (length, data.len() as u32)];
    entries.extend(tile.map(|(width, _)| (322, width)));
    entries.extend(tile.map(|(_, height)| (323, height)));
    entries.sort_unstable();
    let directory = (bytes.len() as u32).to_le_bytes();
    bytes[4..8].copy_from_slice(&directory);
    bytes.extend_from_slice(&(entries.len() as u16).to_le_bytes());
    for (tag, value) in entries {
        bytes.extend_from_slice(&(tag as u16).to_le_bytes());
        bytes.extend_from_slice(&[4, 0, 1, 0, 0, 0]);
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes
}

#[test]
fn a_tiff_inflates_no_further_than_its_pixels() {
    // A gigabyte of zeros behind a picture of a hundred pixels: the picture, and no more.
    let source = open(&gray_tiff(10, 10, 8, None, &zeros(1_000_000_000)), &tight()).unwrap();
    assert_eq!(source.pages[0].image.dimensions(), (10, 10));
    assert!(damaged(&gray_tiff(2000, 2000, 8, None, &zeros(3_000_000))));
    // PackBits and LZW that say too little.
    assert!(damaged(&gray_tiff(2000, 2000, 32773, None, &[0x81, 0])));
    assert!(damaged(&gray_tiff(2000, 2000, 5, None, &[0x80, 0x3F, 0xFF])));
    assert!(damaged(&gray_tiff(2000, 2000, 4, None, &[0xFF; 40])));
}

#[test]
fn tiff_tiles_far_beyond_the_page_are_refused() {
    assert_eq!(too_much(&gray_tiff(10, 10, 8, Some((100_000, 100_000)), &zeros(1_000_000)), &tight()), "pixels of a TIFF chunk");
    assert_eq!(too_much(&gray_tiff(2000, 1, 8, Some((1, 4_000_000)), &zeros(1_000_000)), &tight()), "pixels of TIFF tiles beyond the page");
}

#[test]
fn a_png_whose_text_inflates_without_end_is_kept_in_bounds() {
    let plain = png(DynamicImage::ImageRgb8(picture(20, 20)));
    let mut body = b"zTXtcomment\0\0".to_vec();
    body.extend_from_slice(&zeros(2_000_000_000));
    let mut chunk = (body.len() as u32 - 4).to_be_bytes().to_vec();
    chunk.extend_from_slice(&body);
    chunk.extend_from_slice(&crc(&body).to_be_bytes());
    let bomb = [&plain[..33], &chunk, &plain[33..]].concat();
    // Text is not read: the picture comes out, or the file is refused; the test's memory is the bound.
    if let Ok(source) = open(&bomb, &tight()) {
        assert_eq!(source.pages[0].image.dimensions(), (20, 20));
    }
}

/// A PDF whose catalogue lies in a stream of objects, which is inflated as the file is loaded (7.5.7, 7.5.8).
fn object_stream(packed: &[u8]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let objects = bytes.len() as u32;
    let head = format!("1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length {}>>stream\n", packed.len());
    bytes.extend_from_slice(&[head.as_bytes(), packed, b"\nendstream\nendobj\n"].concat());
    let table = bytes.len() as u32;
    bytes.extend_from_slice(b"2 0 obj\n<</Type/XRef/Size 4/W[1 4 1]/Root 3 0 R/Length 24>>stream\n");
    for (kind, value) in [(0_u8, 0_u32), (1, objects), (1, table), (2, 1)] {
        bytes.push(kind);
        bytes.extend_from_slice(&value.to_be_bytes());
        bytes.push(0);
    }
    bytes.extend_from_slice(format!("\nendstream\nendobj\nstartxref\n{table}\n%%EOF\n").as_bytes());
    bytes
}

fn deflated(count: usize) -> Stream {
    Stream::new(dictionary! { "Filter" => "FlateDecode" }, zeros(count))
}

#[test]
fn pdf_streams_inflate_within_bounds() {
    let mut image = flate_stream(&picture(59, 84));
    image.set_content(zeros(500_000_000));
    assert_eq!(too_much(&Pdf::new().page(image, FULL_PAGE).bytes(), &tight()), "inflated bytes of a PDF");

    // Inside out: each layer a thousandth of the next.
    let mut nested = flate_stream(&picture(59, 84));
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(&zeros(500_000_000)).unwrap();
    nested.set_content(packer.finish().unwrap());
    nested.dict.set("Filter", vec!["FlateDecode".into(), Object::from("FlateDecode")]);
    assert_eq!(too_much(&Pdf::new().page(nested, FULL_PAGE).bytes(), &tight()), "inflated bytes of a PDF");

    assert_eq!(too_much(&object_stream(&zeros(500_000_000)), &tight()), "inflated bytes of a PDF");

    let mut content = Pdf::new().page(jpeg_stream(&picture(59, 84)), FULL_PAGE);
    let long = content.document.add_object(deflated(500_000_000));
    assert_eq!(too_much(&content.bytes_with(|_| {}, |page| page.set("Contents", long)), &tight()), "content of a PDF page");
}

#[test]
fn what_would_be_drawn_inflates_within_bounds_too() {
    let over = format!("{FULL_PAGE} 0 g 10 10 30 30 re f");
    let with = |extra: Stream| {
        let mut pdf = Pdf::new().page(jpeg_stream(&picture(59, 84)), &over);
        pdf.document.add_object(extra);
        pdf.bytes()
    };
    assert_eq!(too_much(&with(deflated(500_000_000)), &tight()), "inflated bytes of a PDF");
    let mut large = flate_stream(&picture(59, 84));
    large.dict.set("Width", 50_000);
    large.dict.set("Height", 50_000);
    assert_eq!(too_much(&with(large), &tight()), "pixels of an image in a PDF");
    // A page of five metres at 600 dpi.
    let wide = Pdf::new().page(jpeg_stream(&picture(600, 840)), "q 1 0 0 1 0 0 cm /Im0 Do Q q 14400 0 0 14400 0 0 cm /Im0 Do Q");
    let wide = wide.bytes_with(|_| {}, |page| page.set("MediaBox", vec![0.into(), 0.into(), 14_400.into(), Object::Integer(14_400)]));
    assert!(matches!(open(&wide, &tight()), Err(ScanError::TooComplex { .. } | ScanError::ImageTooLarge { .. })));
}

#[test]
fn forms_that_multiply_are_counted() {
    let mut pdf = Pdf::new();
    let mut inner = Stream::new(dictionary! { "Type" => "XObject", "Subtype" => "Form" }, vec![b'\n'; 100]);
    for _ in 0..7 {
        let below = pdf.document.add_object(inner);
        let names = dictionary! { "XObject" => dictionary! { "X" => below } };
        let form = dictionary! { "Type" => "XObject", "Subtype" => "Form", "Resources" => names };
        inner = Stream::new(form, "/X Do ".repeat(40).into_bytes());
    }
    let bytes = pdf.page(inner, &"/Im0 Do ".repeat(40)).bytes();
    assert_eq!(too_much(&bytes, &Limits::default()), "operators of a PDF page");
}

#[test]
fn nesting_has_a_floor() {
    let mut deep = Pdf::new().page(jpeg_stream(&picture(59, 84)), FULL_PAGE);
    let nested = (0..60).fold(Object::Null, |inner, _| Object::Array(vec![inner]));
    deep.document.add_object(nested);
    assert_eq!(too_much(&deep.bytes(), &tight()), "nesting of PDF objects");
    // So deep that a parser without a bound would not return.
    let mut abyss = b"%PDF-1.7\n1 0 obj\n".to_vec();
    abyss.extend(std::iter::repeat_n(b'[', 200_000));
    abyss.extend_from_slice(b"\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF");
    assert!(open(&abyss, &tight()).is_err());
    let many = (0..600).fold(Pdf::new().page(jpeg_stream(&picture(59, 84)), FULL_PAGE), |mut pdf, number| {
        pdf.document.add_object(Object::Integer(number));
        pdf
    });
    assert_eq!(too_much(&many.bytes(), &tight()), "objects of a PDF");
}

#[test]
fn page_trees_without_end_are_refused() {
    let bytes = Pdf::new().page(jpeg_stream(&picture(59, 84)), FULL_PAGE).bytes();
    let mut document = Document::load_mem(&bytes).unwrap();
    let root = document.catalog().unwrap().get(b"Pages").unwrap().as_reference().unwrap();
    // The tree's root is its own first kid.
    let tree = document.get_dictionary_mut(root).unwrap();
    let mut kids = tree.get(b"Kids").unwrap().as_array().unwrap().clone();
    kids.insert(0, Object::Reference(root));
    tree.set("Kids", kids);
    let mut ring = Vec::new();
    document.save_to(&mut ring).unwrap();
    assert!(open(&ring, &tight()).is_err());
    // A page that is its own parent, and has no size of its own.
    let orphan = Pdf::new().page(jpeg_stream(&picture(59, 84)), FULL_PAGE).bytes();
    let mut document = Document::load_mem(&orphan).unwrap();
    let page = document.page_iter().next().unwrap();
    document.get_dictionary_mut(page).unwrap().set("Parent", page);
    document.get_dictionary_mut(page).unwrap().remove(b"MediaBox");
    let mut own = Vec::new();
    document.save_to(&mut own).unwrap();
    assert!(open(&own, &tight()).is_err());
}
