//! The bytes that stand for a page's pixels when they are hashed.
//!
//! The hash itself is the caller's: this crate holds no cryptography.

use image::RgbImage;

/// Starts every such block, so that a digest of pixels is never one of something else.
const DOMAIN: &[u8; 16] = b"bansao-pixels/1\0";

/// `bansao-pixels/1\0`, width and height as big-endian 32-bit numbers, then the pixels row by row as R, G, B.
///
/// Equal for two images exactly if every pixel is equal, however the files were coded.
#[must_use]
pub fn canonical_pixels(image: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(DOMAIN.len() + 8 + image.as_raw().len());
    bytes.extend_from_slice(DOMAIN);
    bytes.extend_from_slice(&image.width().to_be_bytes());
    bytes.extend_from_slice(&image.height().to_be_bytes());
    bytes.extend_from_slice(image.as_raw());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_is_part_of_the_block() {
        assert_ne!(canonical_pixels(&RgbImage::new(2, 3)), canonical_pixels(&RgbImage::new(3, 2)));
        assert_eq!(canonical_pixels(&RgbImage::new(2, 3)).len(), 16 + 8 + 18);
    }
}
