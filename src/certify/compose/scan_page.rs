//! A scan page: its image over the whole page, the recognised words beneath it.
//!
//! The words are drawn first and the image, which is opaque and fills the page, covers them: they are found, copied and read
//! aloud, and no renderer shows them. That needs neither transparency nor a second text rendering mode.
//!
//! In the margin stands the mark of conversion, one line (Law 20/2023/QH15, Article 12): nothing lies beneath it that would hide
//! the scan, and where words were read at the foot it stands at the head.

use std::sync::Arc;

use krilla::Document;
use krilla::geom::{Point, Size, Transform};
use krilla::image::{BitsPerComponent, CustomImage, Image, ImageColorspace};
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::tagging::{Tag, TagGroup};

use super::fonts::{DESCENT, Face, Fonts};
use super::structure::{content, element, figure, footer, group};
use super::typeset::{Align, Area, Block, MM, grey};
use super::{ComposeError, PageContent, PageImage};
use crate::finding::Region;
use crate::inspect::Word;
use crate::record::{Sha256, nfc};

const LEAST_EDGE: f32 = 10.0 * MM;
const MOST_EDGE: f32 = 5000.0 * MM;
/// How far the mark stands from the edge.
const MARGIN: f32 = 4.0 * MM;
const MARK_SIZE: f32 = 7.0;
const LEAST_MARK_SIZE: f32 = 2.0;

/// What is said about a scan page.
pub(super) struct Remarks {
    /// Which page it is, from 0.
    pub(super) page: usize,
    /// The mark of conversion.
    pub(super) mark: String,
    /// What the picture shows.
    pub(super) description: String,
}

/// A scan page that can be drawn.
pub(super) struct ScanPage {
    image: Image,
    orientation: u8,
    /// Width and height of the upright page, points.
    width: f32,
    height: f32,
}

/// Checks image and size of `page`.
pub(super) fn prepare(page: usize, content: &PageContent) -> Result<ScanPage, ComposeError> {
    let refuse = |reason: &str| ComposeError::Image { page, reason: reason.to_owned() };
    let (image, orientation) = match &content.image {
        PageImage::Jpeg { bytes, orientation } => {
            let image = Image::from_jpeg(bytes.clone().into(), false).map_err(|reason| refuse(&reason))?;
            (image, *orientation)
        }
        PageImage::Rgb { pixels, width, height } => {
            let expected = u64::from(*width).saturating_mul(u64::from(*height)).saturating_mul(3);
            if *width == 0 || *height == 0 || u64::try_from(pixels.len()) != Ok(expected) || expected > u64::from(u32::MAX) {
                return Err(refuse("the pixels do not fill the size"));
            }
            let pixels = RgbPixels { pixels: pixels.clone(), size: (*width, *height), digest: content.image.digest() };
            (Image::from_custom(pixels, false).map_err(|reason| refuse(&reason))?, 1)
        }
    };
    if !(1..=8).contains(&orientation) {
        return Err(refuse("the orientation is not 1 to 8"));
    }
    let (stored_width, stored_height) = image.size();
    let (across, down) = if orientation >= 5 { (stored_height, stored_width) } else { (stored_width, stored_height) };
    let points = |pixels: u32| pixels as f32 * 72.0 / content.dpi;
    let (width, height) = (points(across), points(down));
    let edges = LEAST_EDGE..=MOST_EDGE;
    if !(content.dpi.is_finite() && content.dpi > 0.0 && edges.contains(&width) && edges.contains(&height)) {
        let mm = |points: f32| (points / MM) as u32;
        return Err(ComposeError::PageSize { page, width_mm: mm(width), height_mm: mm(height) });
    }
    Ok(ScanPage { image, orientation, width, height })
}

impl ScanPage {
    /// Width and height of the upright page, points.
    pub(super) fn size(&self) -> (f32, f32) {
        (self.width, self.height)
    }

    /// Adds the page to the document; gives its part of the structure.
    pub(super) fn draw(self, document: &mut Document, words: &[Word], remarks: Remarks, fonts: &Fonts) -> Result<TagGroup, ComposeError> {
        let cannot = || ComposeError::Pdf("a page has no size".to_owned());
        let settings = PageSettings::from_wh(self.width, self.height).ok_or_else(cannot)?;
        let stored = if self.orientation >= 5 { (self.height, self.width) } else { (self.width, self.height) };
        let size = Size::from_wh(stored.0, stored.1).ok_or_else(cannot)?;
        let (mark, place) = mark(&remarks, words, self.size(), fonts)?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        surface.set_fill(Some(grey(0)));
        let words = || words.iter().filter(|word| !word.text.trim().is_empty());
        let text = words().next().map(|_| {
            content(&mut surface, |surface| {
                for word in words() {
                    draw_word(surface, word, &fonts.regular, (self.width, self.height));
                }
            })
        });
        let picture = content(&mut surface, |surface| {
            surface.push_transform(&upright(self.orientation, stored));
            surface.draw_image(self.image, size);
            surface.pop();
        });
        footer(&mut surface, |surface| {
            mark.draw(surface, place, Align::Centre);
        });
        surface.finish();
        page.finish();
        let whole = Area::new(0.0, 0.0, self.width, self.height);
        let picture = figure(remarks.description, (remarks.page, whole), picture);
        Ok(group(Tag::Section, std::iter::once(picture).chain(text.map(|text| element(Tag::P, text)))))
    }
}

/// The mark and where it stands: at the foot, or at the head where only the foot has words. The head of page 1 is the agency's.
fn mark<'a>(remarks: &Remarks, words: &[Word], page: (f32, f32), fonts: &'a Fonts) -> Result<(Block<'a>, Area), ComposeError> {
    let margin = MARGIN.min(page.0 / 20.0).min(page.1 / 20.0);
    let (width, most) = (page.0 - 2.0 * margin, page.1 / 4.0);
    let mark = Block::fit(&fonts.regular, &[&remarks.mark], (width, most), MARK_SIZE, LEAST_MARK_SIZE)?;
    let height = mark.height();
    let foot = Area::new(margin, page.1 - margin - height, width, height);
    let head = Area { top: margin, ..foot };
    let is_free = |area: &Area| {
        let thousandths = |y: f32| y / page.1 * 1000.0;
        let (top, bottom) = (thousandths(area.top), thousandths(area.top + area.height));
        let lies_there = |word: &Word| f32::from(word.region.top) < bottom && f32::from(word.region.bottom) > top;
        !words.iter().any(|word| !word.text.trim().is_empty() && lies_there(word))
    };
    let area = if remarks.page > 0 && !is_free(&foot) && is_free(&head) { head } else { foot };
    Ok((mark, area))
}

/// How an image of `width` × `height` is turned to stand upright (Exif 2.32, tag 274).
fn upright(orientation: u8, (width, height): (f32, f32)) -> Transform {
    match orientation {
        2 => Transform::from_row(-1.0, 0.0, 0.0, 1.0, width, 0.0),
        3 => Transform::from_row(-1.0, 0.0, 0.0, -1.0, width, height),
        4 => Transform::from_row(1.0, 0.0, 0.0, -1.0, 0.0, height),
        5 => Transform::from_row(0.0, 1.0, 1.0, 0.0, 0.0, 0.0),
        6 => Transform::from_row(0.0, 1.0, -1.0, 0.0, height, 0.0),
        7 => Transform::from_row(0.0, -1.0, -1.0, 0.0, height, width),
        8 => Transform::from_row(0.0, -1.0, 1.0, 0.0, 0.0, width),
        _ => Transform::identity(),
    }
}

/// Sets the word so that it fills its region: as high as the region, stretched or squeezed to its width.
fn draw_word(surface: &mut Surface<'_>, word: &Word, face: &Face, page: (f32, f32)) {
    let text = nfc(&word.text);
    let Region { left, top, right, bottom } = word.region;
    let place = |thousandths: u16, whole: f32| f32::from(thousandths.min(1000)) / 1000.0 * whole;
    let (left, right, top, bottom) = (place(left, page.0), place(right, page.0), place(top, page.1), place(bottom, page.1));
    let size = bottom - top;
    let natural = face.width(&text, size);
    if size <= 0.0 || right <= left || natural <= 0.0 {
        return;
    }
    let base = bottom - DESCENT * size;
    // The space after it is beyond the region: words are told apart by it when they are read aloud.
    let text = format!("{text} ");
    surface.push_transform(&Transform::from_row((right - left) / natural, 0.0, 0.0, 1.0, left, base));
    surface.draw_glyphs(Point::from_xy(0.0, 0.0), &face.glyphs(&text), face.font.clone(), &text, size, false);
    surface.pop();
}

/// Pixels as krilla takes them; hashed by their digest.
#[derive(Clone)]
struct RgbPixels {
    pixels: Arc<Vec<u8>>,
    size: (u32, u32),
    digest: Sha256,
}

impl std::hash::Hash for RgbPixels {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (self.digest, self.size).hash(state);
    }
}

impl CustomImage for RgbPixels {
    fn color_channel(&self) -> &[u8] {
        &self.pixels
    }

    fn alpha_channel(&self) -> Option<&[u8]> {
        None
    }

    fn bits_per_component(&self) -> BitsPerComponent {
        BitsPerComponent::Eight
    }

    fn size(&self) -> (u32, u32) {
        self.size
    }

    fn icc_profile(&self) -> Option<&[u8]> {
        None
    }

    fn color_space(&self) -> ImageColorspace {
        ImageColorspace::Rgb
    }
}
