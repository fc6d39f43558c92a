//! Pictures of lines as one multi-page TIFF (TIFF 6.0, baseline grayscale, uncompressed), to go through a pipe: so no
//! picture of a paper touches a disk.

use bansao_scan::GrayImage;

const ENTRIES: u16 = 9;
const IFD_BYTES: usize = 2 + ENTRIES as usize * 12 + 4;

/// All pictures, in order. Empty without pictures; sizes past 4 GiB cannot occur with bounded pages.
pub(super) fn pages(images: &[GrayImage]) -> Vec<u8> {
    let mut out = b"II*\0".to_vec();
    out.extend_from_slice(&8_u32.to_le_bytes());
    for (at, image) in images.iter().enumerate() {
        let pixels_at = out.len() + IFD_BYTES;
        let padding = image.as_raw().len() % 2;
        let next = if at + 1 == images.len() { 0 } else { pixels_at + image.as_raw().len() + padding };
        directory(&mut out, image, pixels_at, next);
        out.extend_from_slice(image.as_raw());
        out.extend(std::iter::repeat_n(0, padding));
    }
    out
}

fn directory(out: &mut Vec<u8>, image: &GrayImage, pixels_at: usize, next: usize) {
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    let bytes = image.as_raw().len();
    out.extend_from_slice(&ENTRIES.to_le_bytes());
    let mut entry = |tag: u16, kind: u16, value: u32| {
        out.extend_from_slice(&tag.to_le_bytes());
        out.extend_from_slice(&kind.to_le_bytes());
        out.extend_from_slice(&1_u32.to_le_bytes());
        out.extend_from_slice(&value.to_le_bytes());
    };
    let long = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    entry(256, LONG, image.width());
    entry(257, LONG, image.height());
    entry(258, SHORT, 8); // bits per sample
    entry(259, SHORT, 1); // uncompressed
    entry(262, SHORT, 1); // black is zero
    entry(273, LONG, long(pixels_at));
    entry(277, SHORT, 1); // samples per pixel
    entry(278, LONG, image.height()); // one strip
    entry(279, LONG, long(bytes));
    out.extend_from_slice(&long(next).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_decode_again() {
        let images: Vec<GrayImage> =
            [(5, 3), (4, 2)].map(|(w, h)| GrayImage::from_fn(w, h, |x, y| image::Luma([(x * 40 + y * 9) as u8]))).into();
        let bytes = pages(&images);
        let source = bansao_scan::open(&bytes, &bansao_scan::Limits::default()).unwrap();
        assert_eq!(source.pages.len(), 2);
        for (page, image) in source.pages.iter().zip(&images) {
            assert_eq!(page.image.dimensions(), image.dimensions());
            assert!(page.image.pixels().zip(image.pixels()).all(|(rgb, gray)| rgb.0 == [gray.0[0]; 3]));
        }
    }
}
