//! The ways into the crate, and how an input for each is made.

use std::io::Cursor;
use std::path::Path;

use bansao_scan::{Format, Limits, Orientation, Original, Page, RgbImage, open, qr, sniff};
use image::{ImageFormat, ImageResult, imageops};

use crate::mutate::{self, Chance};
use crate::seeds::Seeds;
use crate::walk::{self, End};

/// Every decoder, and the measuring of pages behind them.
pub(crate) const PATHS: [&str; 12] = ["sniff", "jpeg", "png", "tiff", "pdf", "fax", "jbig2", "jpx", "inflate", "drawn", "qr", "measure"];

/// Smaller than the service's, so that what goes beyond them is met often: whole specimens fit.
pub(crate) fn limits() -> Limits {
    Limits { file_bytes: 8_000_000, megapixels: 12, total_pixels: 24_000_000, decompressed_bytes: 40_000_000, ..Limits::default() }
}

/// Opened pages up to this size are measured, and every so-manieth file's pages of any size are.
const SMALL: u64 = 200_000;
const WHOLE_EVERY: usize = 40;
/// The longest side of a picture to measure.
const PICTURE_PX: u32 = 900;

pub(crate) enum Input {
    /// A file, and how large a page of it may be to be measured.
    File(Vec<u8>, u64),
    /// Pixels to measure, or to look for symbols in.
    Picture { page: Box<Page>, symbols_only: bool },
}

pub(crate) struct Paths {
    seeds: Seeds,
    symbols: Vec<RgbImage>,
}

impl Paths {
    pub(crate) fn new() -> Self {
        let seeds = Seeds::new();
        let opened = seeds.specimens.iter().filter_map(|bytes| open(bytes, &Limits::default()).ok()).flat_map(|source| source.pages);
        let symbols = opened.flat_map(|page| {
            let cut = |found: qr::Symbol| {
                let around = found.bbox;
                imageops::crop_imm(&page.image, around.x, around.y, around.w, around.h).to_image()
            };
            qr::read(&page.image).into_iter().map(cut).collect::<Vec<_>>()
        });
        let symbols = symbols.take(6).collect();
        Self { seeds, symbols }
    }

    pub(crate) fn input(&self, path: usize, chance: &mut Chance) -> Input {
        match PATHS.get(path) {
            Some(&"jpeg") => self.file(Format::Jpeg, chance),
            Some(&"png") => self.file(Format::Png, chance),
            Some(&"tiff") => self.file(Format::Tiff, chance),
            Some(&"pdf") => self.file(Format::Pdf, chance),
            Some(&"fax") => self.inside(&["group", "rle"], chance),
            Some(&"jbig2") => self.inside(&["jbig2"], chance),
            Some(&"jpx") => self.inside(&["jpx"], chance),
            Some(&"inflate") => self.inside(&["lzw", "predictor", "run-length", "hex", "flate", "bit"], chance),
            Some(&"drawn") => self.inside(&["drawn", "strips", "stencil"], chance),
            Some(&"qr") => picture(one(&self.symbols, chance), true, chance),
            Some(&"measure") => picture(one(&self.seeds.pages, chance), false, chance),
            _ => self.head(chance),
        }
    }

    /// The start of one file before the rest of another.
    fn head(&self, chance: &mut Chance) -> Input {
        let (first, second) = (one(&self.seeds.specimens, chance), one(&self.seeds.small, chance));
        let (cut, skip) = (chance.below(1200), chance.below(second.len()));
        let rest = second.iter().skip(skip).take(100_000);
        let mut bytes: Vec<u8> = first.iter().take(cut).chain(rest).copied().collect();
        mutate::file(&mut bytes, first, chance);
        Input::File(bytes, SMALL)
    }

    /// A PDF, or a TIFF, of a coding, changed where it is coded.
    fn inside(&self, codings: &[&str], chance: &mut Chance) -> Input {
        let known = |name: &str| !name.ends_with(".png") && codings.iter().any(|coding| name.contains(coding));
        let seeds: Vec<&Vec<u8>> = self.seeds.codings.iter().filter(|(name, _)| known(name)).map(|(_, bytes)| bytes).collect();
        let (seed, other) = (one(&seeds, chance), one(&self.seeds.small, chance));
        let bytes = mutate::inside_pdf(seed, other, chance).unwrap_or_else(|| {
            let mut bytes = seed.to_vec();
            mutate::file(&mut bytes, other, chance);
            bytes
        });
        Input::File(bytes, SMALL)
    }

    fn file(&self, format: Format, chance: &mut Chance) -> Input {
        // Small files come three times of four, codings among them.
        let whole: Vec<&Vec<u8>> = if chance.below(4) > 0 {
            self.seeds.small.iter().chain(self.seeds.codings.iter().map(|(_, bytes)| bytes)).collect()
        } else {
            self.seeds.specimens.iter().collect()
        };
        let of_format: Vec<&Vec<u8>> = whole.into_iter().filter(|bytes| sniff(bytes) == Some(format)).collect();
        let mut bytes = one(&of_format, chance).to_vec();
        let other: &Vec<u8> = one(&self.seeds.specimens, chance);
        mutate::file(&mut bytes, other, chance);
        let measured = if chance.below(WHOLE_EVERY) == 0 { limits().image_pixels() } else { SMALL };
        Input::File(bytes, measured)
    }
}

fn one<'a, T>(list: &'a [T], chance: &mut Chance) -> &'a T {
    &list[chance.below(list.len())]
}

fn picture(from: &RgbImage, symbols_only: bool, chance: &mut Chance) -> Input {
    let image = if symbols_only { damaged_symbol(from, chance) } else { mutate::picture(from, PICTURE_PX, chance) };
    let dpi = [None, Some((200.0, 200.0)), Some((300.0, 300.0)), Some((20.0, 5000.0)), Some((1e-3, 1e9))][chance.below(5)];
    Input::Picture { page: Box::new(page(image, dpi)), symbols_only }
}

/// The whole symbol, harmed a little more often than a lot.
fn damaged_symbol(from: &RgbImage, chance: &mut Chance) -> RgbImage {
    if chance.below(3) == 0 {
        return mutate::picture(from, from.width().max(from.height()), chance);
    }
    let mut image = from.clone();
    for _ in 0..chance.below(40) {
        let (x, y) = (chance.below(image.width() as usize) as u32, chance.below(image.height() as usize) as u32);
        let (colour, size) = (chance.byte(), 1 + chance.below(12) as u32);
        for (x, y) in (y..y + size).flat_map(|y| (x..x + size).map(move |x| (x, y))) {
            if let Some(pixel) = image.get_pixel_mut_checked(x, y) {
                pixel.0 = [colour; 3];
            }
        }
    }
    image
}

fn page(image: RgbImage, dpi: Option<(f32, f32)>) -> Page {
    Page { index: 0, original: Original::Raster, image, orientation: Orientation::NoTransforms, dpi, size_mm: None, caveat: None }
}

impl Input {
    /// Runs it, with what must hold.
    pub(crate) fn examine(&self) -> Result<End, String> {
        match self {
            Self::File(bytes, measured) => walk::file(bytes, &limits(), *measured),
            Self::Picture { page, symbols_only: true } => walk::symbols(page).map(|()| End::Opened),
            Self::Picture { page, symbols_only: false } => walk::page(page).map(|()| End::Opened),
        }
    }

    /// Files as they are, pictures as PNG: a declared resolution is lost.
    pub(crate) fn save(&self, path: &Path) -> ImageResult<()> {
        match self {
            Self::File(bytes, _) => Ok(std::fs::write(path, bytes)?),
            Self::Picture { page, .. } => {
                let mut png = Cursor::new(Vec::new());
                page.image.write_to(&mut png, ImageFormat::Png)?;
                Ok(std::fs::write(path, png.into_inner())?)
            }
        }
    }

    /// A saved input of a path.
    pub(crate) fn load(path: &str, bytes: Vec<u8>) -> ImageResult<Self> {
        if !matches!(path, "qr" | "measure") || sniff(&bytes) != Some(Format::Png) {
            return Ok(Self::File(bytes, limits().image_pixels()));
        }
        let image = image::load_from_memory_with_format(&bytes, ImageFormat::Png)?.into_rgb8();
        Ok(Self::Picture { page: Box::new(page(image, None)), symbols_only: path == "qr" })
    }
}
