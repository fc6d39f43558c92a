//! From a drawn page to what a scanner delivers: tint and light, skew on the glass, blur, noise; and the damage
//! that makes a scan unfit: photocopying, defocus, low resolution, cropping.

mod paper;
mod photo;

use crate::raster::Raster;
use crate::rng::Rng;

/// How a page was scanned.
#[derive(Debug, Clone, Copy)]
pub struct Scanner {
    /// Resolution.
    pub dpi: u32,
    /// Turn in degrees.
    pub skew: f32,
    /// Blur in pixels at this resolution.
    pub blur: f32,
    /// Deviation of noise in grey levels.
    pub noise: f32,
    /// Factor of brightness.
    pub light: f32,
    /// Glass beyond the paper on each side, in millimetres.
    pub bed_mm: f32,
}

impl Scanner {
    /// An office scanner of this resolution; small differences from the stream.
    #[must_use]
    pub fn office(dpi: u32, rng: &mut Rng) -> Self {
        let side = if rng.chance(0.5) { 1.0 } else { -1.0 };
        Self {
            dpi,
            skew: side * rng.between(0.2, 1.3),
            blur: rng.between(0.68, 0.82) * dpi as f32 / 200.0,
            noise: rng.between(0.4, 1.1),
            light: rng.between(0.97, 1.02),
            bed_mm: rng.between(2.0, 4.0),
        }
    }

    /// Scans a page.
    #[must_use]
    pub fn scan(&self, page: &Raster, rng: &mut Rng) -> Raster {
        self.scan_placed(page, rng).0
    }

    /// Scans a page and says where its pixels lie in the scan.
    #[must_use]
    pub fn scan_placed(&self, page: &Raster, rng: &mut Rng) -> (Raster, Placement) {
        let (mut image, placement) = self.lay(page, rng);
        image.blur(self.blur);
        let (noise, light) = (self.noise, self.light);
        let warm = rng.between(-0.012, 0.012);
        image.map(|[r, g, b]| {
            let grain = rng.normal() * noise;
            [r * (light + warm) + grain, g * light + grain, b * (light - warm) + grain]
        });
        (image, placement)
    }

    /// Puts the paper on the glass, turned and shifted; a soft shadow lies along one edge.
    fn lay(&self, page: &Raster, rng: &mut Rng) -> (Raster, Placement) {
        let per_mm = self.dpi as f32 / 25.4;
        let bed = self.bed_mm * per_mm;
        let (width, height) = (page.width + (bed * 2.0) as u32, page.height + (bed * 2.0) as u32);
        let (sin, cos) = self.skew.to_radians().sin_cos();
        let shift = (rng.between(-1.2, 1.2) * per_mm, rng.between(-1.2, 1.2) * per_mm);
        let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
        let lid = rng.between(232.0, 246.0);
        let shade_width = rng.between(3.0, 9.0) * per_mm;
        let shade = rng.between(0.03, 0.13);
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height {
            for x in 0..width {
                let (dx, dy) = (x as f32 - cx - shift.0, y as f32 - cy - shift.1);
                let px = dx * cos + dy * sin + page.width as f32 / 2.0;
                let py = -dx * sin + dy * cos + page.height as f32 / 2.0;
                let mut pixel = page.sample(px, py).unwrap_or([lid, lid, lid + 1.0]);
                if (x as f32) < shade_width {
                    let dark = 1.0 - shade * (1.0 - x as f32 / shade_width);
                    pixel = pixel.map(|c| c * dark);
                }
                rgb.extend(pixel.map(|c| c.round().clamp(0.0, 255.0) as u8));
            }
        }
        let middle = (page.width as f32 / 2.0, page.height as f32 / 2.0);
        (Raster { width, height, rgb }, Placement { sin, cos, middle, onto: (cx + shift.0, cy + shift.1) })
    }
}

/// Where a page lies in its scan.
#[derive(Debug, Clone, Copy)]
pub struct Placement {
    sin: f32,
    cos: f32,
    middle: (f32, f32),
    onto: (f32, f32),
}

impl Placement {
    /// The point of the scan that shows this point of the page, both in pixels.
    #[must_use]
    pub fn at(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x - self.middle.0, y - self.middle.1);
        (x * self.cos - y * self.sin + self.onto.0, x * self.sin + y * self.cos + self.onto.1)
    }
}

/// What happened to the scan after it was taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Damage {
    /// A grey photocopy: high contrast, specks, no colour.
    Photocopy,
    /// Out of focus by this many millimetres.
    Defocus(f32),
    /// Reduced to this resolution, and said to be so.
    Reduced(u32),
    /// Reduced to this resolution and enlarged again, still claiming the first.
    Enlarged(u32),
    /// Only these shares of the picture are left: left, top, right, bottom.
    Cut(f32, f32, f32, f32),
    /// Overexposed by this factor.
    Overexposed(f32),
    /// Turned by quarter turns clockwise.
    Turned(u8),
    /// Carried in a pocket for years: stains, scuffs, yellowed edges.
    Worn,
    /// Folded in four and flattened again.
    Folded,
    /// Photographed by a phone: perspective, a table around, a shadow. The share is how far corners are off.
    Photographed(f32),
    /// Grain of this deviation, in grey levels.
    Grainy(f32),
    /// A dirty scanner: streaks along the feed.
    Streaked,
}

impl Damage {
    /// Applies it; the resolution that the file shall claim is returned beside the picture.
    #[must_use]
    pub fn apply(self, image: Raster, dpi: u32, rng: &mut Rng) -> (Raster, u32) {
        let mut image = image;
        match self {
            Self::Photocopy => {
                photocopy(&mut image, rng);
                (image, dpi)
            }
            Self::Defocus(mm) => {
                image.blur(mm * dpi as f32 / 25.4);
                (image, dpi)
            }
            Self::Reduced(to) => (reduce(&image, dpi, to), to),
            Self::Enlarged(from) => {
                let small = reduce(&image, dpi, from);
                (stretch(&small, image.width, image.height), dpi)
            }
            Self::Cut(left, top, right, bottom) => {
                let at = |share: f32, whole: u32| (share * whole as f32) as u32;
                let (x, y) = (at(left, image.width), at(top, image.height));
                let (x1, y1) = (at(right, image.width), at(bottom, image.height));
                (image.cropped(x, y, x1 - x, y1 - y), dpi)
            }
            Self::Overexposed(factor) => {
                image.map(|p| p.map(|c| c * factor + 26.0));
                (image, dpi)
            }
            Self::Worn => {
                paper::wear(&mut image, rng);
                (image, dpi)
            }
            Self::Folded => {
                paper::fold(&mut image, dpi, rng);
                (image, dpi)
            }
            // A phone does not know how large the paper is.
            Self::Photographed(tilt) => (photo::photograph(&image, tilt, rng), 72),
            Self::Grainy(deviation) => {
                image.map(|p| p.map(|c| c + rng.normal() * deviation));
                (image, dpi)
            }
            Self::Streaked => {
                paper::streak(&mut image, rng);
                (image, dpi)
            }
            Self::Turned(quarters) => ((0..quarters % 4).fold(image, |i, _| quarter(&i)), dpi),
        }
    }
}

fn photocopy(image: &mut Raster, rng: &mut Rng) {
    image.map(|[r, g, b]| {
        let grey = 0.30 * r + 0.59 * g + 0.11 * b;
        let hard = ((grey - 118.0) * 1.9 + 128.0).clamp(6.0, 250.0) + rng.normal() * 1.5;
        [hard; 3]
    });
    let (width, height) = (image.width as usize, image.height as usize);
    for _ in 0..width * height / 9000 {
        let at = (rng.bits() % (width as u64 * (height as u64 - 2))) as usize * 3;
        for offset in [0, 3, width * 3] {
            for channel in image.rgb.iter_mut().skip(at + offset).take(3) {
                *channel = 30;
            }
        }
    }
}

fn reduce(image: &Raster, from: u32, to: u32) -> Raster {
    image.resized((image.width * to / from).max(1), (image.height * to / from).max(1))
}

fn stretch(image: &Raster, width: u32, height: u32) -> Raster {
    let (sx, sy) = ((image.width - 1) as f32 / (width - 1) as f32, (image.height - 1) as f32 / (height - 1) as f32);
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    for y in 0..height {
        for x in 0..width {
            let pixel = image.sample(x as f32 * sx, y as f32 * sy).unwrap_or([255.0; 3]);
            rgb.extend(pixel.map(|c| c as u8));
        }
    }
    Raster { width, height, rgb }
}

fn quarter(image: &Raster) -> Raster {
    let (width, height) = (image.height, image.width);
    let mut rgb = Vec::with_capacity(image.rgb.len());
    for y in 0..height {
        for x in 0..width {
            rgb.extend(image.at(y, image.height - 1 - x));
        }
    }
    Raster { width, height, rgb }
}
