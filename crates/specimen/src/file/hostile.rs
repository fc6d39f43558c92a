//! Bytes that no scanner writes.

use super::Page;
use crate::error::Result;
use crate::raster::Raster;

/// What the renamed text file says.
pub(super) const TEXT: &str = "Đây là một tệp văn bản, không phải ảnh quét.\nGIẤY KHAI SINH\nSố: 12/2024\n";

/// The first 60 % of a file.
pub(super) fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() * 6 / 10);
    bytes
}

/// Small grey pages, no two alike.
pub(super) fn small_pages(count: u32) -> Vec<Page> {
    (0..count).map(|i| Page { image: Raster::plain(165, 234, [(200 + i % 40) as u8; 3]), dpi: 20 }).collect()
}

/// A valid header of 400 megapixels and a stream that ends at once.
pub(super) fn png_bomb() -> Result<Vec<u8>> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(20_000_u32.to_be_bytes());
    header.extend(20_000_u32.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut bytes, *b"IHDR", &header);
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packer, &[0; 60_001])?;
    chunk(&mut bytes, *b"IDAT", &packer.finish()?);
    chunk(&mut bytes, *b"IEND", &[]);
    Ok(bytes)
}

fn chunk(bytes: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    let mut crc = flate2::Crc::new();
    crc.update(&name);
    crc.update(data);
    bytes.extend((data.len() as u32).to_be_bytes());
    bytes.extend(name);
    bytes.extend(data);
    bytes.extend(crc.sum().to_be_bytes());
}
