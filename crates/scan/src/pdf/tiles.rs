//! One image on a page, or several that lie edge to edge as a scanner with little memory stores a page: put together in
//! the pixels that they have, at the place that they have, without resampling.

use image::{RgbImage, imageops};
use lopdf::Document;

use super::content::{Placement, Shown};
use super::matrix::orientation;
use super::picture::{Picture, Trouble};
use crate::error::ScanError;
use crate::limits::Limits;
use crate::open::{Caveat, Original, Page};

/// A page whose pixels are those of its images.
#[derive(Debug)]
pub(super) struct Tiles<'a> {
    pictures: Vec<(Picture<'a>, (u32, u32))>,
    /// Width and height in pixels, before the page is turned.
    pub(super) size: (u32, u32),
    /// Inches across and down, before the page is turned.
    inches: (f64, f64),
}

impl<'a> Tiles<'a> {
    /// The page as tiles, or why it is not one of tiles.
    pub(super) fn of(document: &'a Document, shown: &Shown<'a>) -> Result<Self, Trouble> {
        if let Some(why) = &shown.more {
            return Err(Trouble::Rendered(why.clone()));
        }
        let pictures = shown.images.iter().map(|placed| Picture::read(document, placed.image, placed.ink, shown.page));
        let pictures = pictures.collect::<Result<Vec<_>, Trouble>>()?;
        let inch = |x: f64, y: f64| x.hypot(y) * shown.unit / 72.0;
        if let ([placed], [picture]) = (shown.images.as_slice(), pictures.as_slice()) {
            let [a, b, c, d, ..] = placed.matrix.0;
            let size = picture.size;
            let pictures = pictures.into_iter().map(|picture| (picture, (0, 0))).collect();
            return Ok(Self { pictures, size, inches: (inch(a, b), inch(c, d)) });
        }
        let sizes: Vec<(u32, u32)> = pictures.iter().map(|picture| picture.size).collect();
        let Some((places, size, (wide, high))) = grid(&shown.images, &sizes) else {
            return Err(Trouble::Rendered("several images that do not lie edge to edge".to_owned()));
        };
        Ok(Self { pictures: pictures.into_iter().zip(places).collect(), size, inches: (inch(wide, 0.0), inch(0.0, high)) })
    }

    pub(super) fn page(&self, document: &Document, shown: &Shown<'_>, limits: &Limits) -> Result<Page, ScanError> {
        let (original, pixels) = match self.pictures.as_slice() {
            [(picture, _)] => picture.pixels(document, shown.page, limits)?,
            pictures => {
                let mut whole = RgbImage::new(self.size.0, self.size.1);
                for (picture, (x, y)) in pictures {
                    let (_, part) = picture.pixels(document, shown.page, limits)?;
                    imageops::replace(&mut whole, &part, i64::from(*x), i64::from(*y));
                }
                (Original::Raster, whole)
            }
        };
        let turned = shown
            .images
            .first()
            .map(|placed| orientation(&placed.matrix, shown.rotate))
            .unwrap_or(image::metadata::Orientation::NoTransforms);
        let mut page = Page::new(shown.page.saturating_sub(1), original, pixels, turned, self.dpi());
        page.caveat = self.pictures.iter().any(|(picture, _)| picture.substitutes()).then_some(Caveat::Symbols);
        Ok(page)
    }

    /// Dots per inch of the images' own pixels, across and down.
    fn dpi(&self) -> Option<(f32, f32)> {
        let dpi = ((f64::from(self.size.0) / self.inches.0) as f32, (f64::from(self.size.1) / self.inches.1) as f32);
        (dpi.0.is_finite() && dpi.1.is_finite() && dpi.0 > 1.0 && dpi.1 > 1.0).then_some(dpi)
    }
}

type Grid = (Vec<(u32, u32)>, (u32, u32), (f64, f64));

/// Where each image's first pixel goes, the size of the whole, and its size in user space: if all stand upright at one
/// scale, and meet without a gap or an overlap.
fn grid(images: &[Placement<'_>], sizes: &[(u32, u32)]) -> Option<Grid> {
    let bounds: Vec<[f64; 4]> = images.iter().map(|placed| placed.matrix.bounds()).collect();
    let upright = |placed: &Placement<'_>| matches!(placed.matrix.0, [a, b, c, d, ..] if b == 0.0 && c == 0.0 && a > 0.0 && d > 0.0);
    let (first, &(width, height)) = (bounds.first()?, sizes.first()?);
    let scale = (f64::from(width) / (first[2] - first[0]), f64::from(height) / (first[3] - first[1]));
    if !images.iter().all(upright) || !scale.0.is_finite() || !scale.1.is_finite() {
        return None;
    }
    let least = |at: usize| bounds.iter().map(|sides| sides[at]).fold(f64::INFINITY, f64::min);
    let most = |at: usize| bounds.iter().map(|sides| sides[at]).fold(f64::NEG_INFINITY, f64::max);
    let (left, top, right, bottom) = (least(0), most(3), most(2), least(1));
    let pixels = |length: f64, scale: f64| whole(length * scale);
    let size = (pixels(right - left, scale.0)?, pixels(top - bottom, scale.1)?);
    let mut places = Vec::with_capacity(images.len());
    for (sides, &(width, height)) in bounds.iter().zip(sizes) {
        let place = (pixels(sides[0] - left, scale.0)?, pixels(top - sides[3], scale.1)?);
        let end = (pixels(sides[2] - left, scale.0)?, pixels(top - sides[1], scale.1)?);
        if place.0.checked_add(width) != Some(end.0) || place.1.checked_add(height) != Some(end.1) {
            return None;
        }
        places.push(place);
    }
    let parts: Vec<[u32; 4]> =
        places.iter().zip(sizes).map(|(&(x, y), &(w, h))| [x, y, x.saturating_add(w), y.saturating_add(h)]).collect();
    let apart = |a: &[u32; 4], b: &[u32; 4]| a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];
    let overlap = parts.iter().enumerate().any(|(at, a)| parts.iter().skip(at.saturating_add(1)).any(|b| !apart(a, b)));
    let area: u64 = sizes.iter().map(|&(w, h)| u64::from(w).saturating_mul(u64::from(h))).fold(0, u64::saturating_add);
    (!overlap && area == u64::from(size.0).saturating_mul(u64::from(size.1))).then_some((places, size, (right - left, top - bottom)))
}

/// A count of pixels that was written with the digits of a PDF.
fn whole(pixels: f64) -> Option<u32> {
    let nearest = pixels.round();
    ((pixels - nearest).abs() < 0.2 && (0.0..1e6).contains(&nearest)).then_some(nearest as u32)
}
