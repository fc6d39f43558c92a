//! JPEG (JFIF with density, 4:2:0) and PNG (palette with pHYs).

use jpeg_encoder::{ColorType, Encoder, PixelDensity, PixelDensityUnit, SamplingFactor};

use super::Page;
use crate::error::Result;
use crate::raster::Raster;

/// A baseline JPEG.
///
/// # Errors
/// As the encoder.
pub fn jpeg(page: &Page, quality: u8) -> Result<Vec<u8>> {
    encoded(page, quality, false)
}

/// A progressive JPEG.
///
/// # Errors
/// As the encoder.
pub(super) fn progressive(page: &Page, quality: u8) -> Result<Vec<u8>> {
    encoded(page, quality, true)
}

fn encoded(page: &Page, quality: u8, progressive: bool) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, quality);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder.set_progressive(progressive);
    // Baseline keeps the standard tables: with optimised ones this encoder writes a scan a component, which is legal
    // and which hardly any scanner does.
    encoder.set_optimized_huffman_tables(progressive);
    encoder.set_density(density(page.dpi));
    let (width, height) = (page.image.width as u16, page.image.height as u16);
    encoder.encode(&page.image.rgb, width, height, ColorType::Rgb)?;
    Ok(bytes)
}

/// A palette PNG: flat areas pack well once noise is gone.
///
/// # Errors
/// As the encoder.
pub fn png(page: &Page) -> Result<Vec<u8>> {
    let indexed = Indexed::of(&page.image);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, page.image.width, page.image.height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(indexed.palette.concat());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let metre = (page.dpi as f32 / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions { xppu: metre, yppu: metre, unit: png::Unit::Meter }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&indexed.pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// An image of at most 256 colours.
pub(super) struct Indexed {
    /// Red, green, blue.
    pub(super) palette: Vec<[u8; 3]>,
    /// An index a pixel.
    pub(super) pixels: Vec<u8>,
}

impl Indexed {
    /// Reduces to the 256 most frequent of coarse colours, each replaced by the mean of its pixels.
    pub(super) fn of(image: &Raster) -> Self {
        let key = |p: &[u8]| (usize::from(p[0]) / 12 * 22 + usize::from(p[1]) / 12) * 22 + usize::from(p[2]) / 12;
        let mut cells = vec![(0_u64, [0_u64; 3]); 22 * 22 * 22];
        for pixel in image.rgb.chunks_exact(3) {
            let cell = &mut cells[key(pixel)];
            cell.0 += 1;
            for (sum, channel) in cell.1.iter_mut().zip(pixel) {
                *sum += u64::from(*channel);
            }
        }
        let mut used: Vec<usize> = (0..cells.len()).filter(|i| cells[*i].0 > 0).collect();
        used.sort_by_key(|i| (std::cmp::Reverse(cells[*i].0), *i));
        let mean = |i: &usize| cells[*i].1.map(|sum| (sum / cells[*i].0) as u8);
        let palette: Vec<[u8; 3]> = used.iter().take(256).map(mean).collect();
        let nearest = |colour: [u8; 3]| {
            let distance = |p: &[u8; 3]| p.iter().zip(colour).map(|(a, b)| i32::from(a.abs_diff(b)).pow(2)).sum::<i32>();
            (0..palette.len()).min_by_key(|i| distance(&palette[*i])).unwrap_or(0) as u8
        };
        let mut index = vec![0_u8; cells.len()];
        for (rank, cell) in used.iter().enumerate() {
            index[*cell] = if rank < 256 { rank as u8 } else { nearest(mean(cell)) };
        }
        let pixels = image.rgb.chunks_exact(3).map(|p| index[key(p)]).collect();
        Self { palette, pixels }
    }
}

fn density(dpi: u32) -> PixelDensity {
    let value = dpi as u16;
    PixelDensity { density: (value, value), unit: PixelDensityUnit::Inches }
}
