//! The QR symbol of a copy, drawn as a small picture: as a path it would be most of the file's text, and most of the time that
//! composing takes.

use std::sync::Arc;

use krilla::geom::{Size, Transform};
use krilla::image::{BitsPerComponent, CustomImage, Image, ImageColorspace};
use krilla::surface::Surface;
use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

use super::ComposeError;
use super::typeset::{Area, MM};

/// The least module: 0.5 mm, three dots of a 150-dpi print.
const LEAST_MODULE: f32 = 0.5 * MM;

/// Pixels of the picture along a module: readers that smooth what they enlarge leave most of each module untouched.
const PIXELS: usize = 2;

/// The mask that is laid over the data. ISO/IEC 18004, 7.8.3, has an encoder try all eight and take that with the fewest long runs and
/// blocks, which takes a quarter of the time of composing a copy. A token is a signature and packed text, whose modules are as good
/// as random under each of them, and a reader is told by the symbol which one it is.
const MASK: u8 = 0;

/// Light modules around the symbol (ISO/IEC 18004, 9.1).
const QUIET_MODULES: i32 = 4;

/// The largest version at level Q: what is longer is easier to read with larger modules at level M.
const LAST_Q: u8 = 22;

/// The largest version that the statement page has room for.
const LAST_M: u8 = 27;

/// A symbol.
pub(super) struct Symbol(QrCode);

impl Symbol {
    /// Encodes `text`: what follows the last `#` in alphanumeric mode if it can be, what comes before in byte mode.
    ///
    /// # Errors
    /// [`ComposeError::QrTooLong`].
    pub(super) fn encode(text: &str) -> Result<Self, ComposeError> {
        let segments = segments(text);
        let (first, mask) = (Version::new(1), Some(Mask::new(MASK)));
        let try_level = |level, last| QrCode::encode_segments_advanced(&segments, level, first, Version::new(last), mask, false).ok();
        try_level(QrCodeEcc::Quartile, LAST_Q).or_else(|| try_level(QrCodeEcc::Medium, LAST_M)).map(Self).ok_or(ComposeError::QrTooLong)
    }

    /// The version, 1 to 40, and the quality level.
    pub(super) fn version_and_level(&self) -> (u8, char) {
        let level = match self.0.error_correction_level() {
            QrCodeEcc::Low => 'L',
            QrCodeEcc::Medium => 'M',
            QrCodeEcc::Quartile => 'Q',
            QrCodeEcc::High => 'H',
        };
        (self.0.version().value(), level)
    }

    /// The edge of the symbol with its quiet zone: `edge`, or more if the modules would become too small.
    pub(super) fn edge(&self, edge: f32) -> f32 {
        edge.max(LEAST_MODULE * self.modules())
    }

    /// Draws the symbol with its quiet zone into the square at the top left of `area`.
    ///
    /// # Errors
    /// [`ComposeError::Pdf`] where the square has no size.
    pub(super) fn draw(&self, surface: &mut Surface<'_>, area: Area) -> Result<(), ComposeError> {
        let edge = area.width.min(area.height);
        let size = Size::from_wh(edge, edge).ok_or_else(|| ComposeError::Pdf("the QR symbol has no size".to_owned()))?;
        let image = Image::from_custom(self.picture(), false).map_err(ComposeError::Pdf)?;
        surface.push_transform(&Transform::from_translate(area.left, area.top));
        surface.draw_image(image, size);
        surface.pop();
        Ok(())
    }

    /// The symbol with its quiet zone, black on white.
    fn picture(&self) -> Picture {
        let modules = self.0.size() + 2 * QUIET_MODULES;
        let mut pixels = Vec::new();
        for y in 0..modules {
            let row: Vec<u8> = (0..modules)
                .flat_map(|x| {
                    let is_dark = self.0.get_module(x - QUIET_MODULES, y - QUIET_MODULES);
                    [if is_dark { 0 } else { u8::MAX }; PIXELS]
                })
                .collect();
            (0..PIXELS).for_each(|_| pixels.extend_from_slice(&row));
        }
        Picture { pixels: pixels.into(), edge: modules.unsigned_abs() * PIXELS as u32 }
    }

    fn modules(&self) -> f32 {
        (self.0.size() + 2 * QUIET_MODULES) as f32
    }
}

/// Grey pixels of a square picture.
#[derive(Clone, Hash)]
struct Picture {
    pixels: Arc<[u8]>,
    edge: u32,
}

impl CustomImage for Picture {
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
        (self.edge, self.edge)
    }

    fn icc_profile(&self) -> Option<&[u8]> {
        None
    }

    fn color_space(&self) -> ImageColorspace {
        ImageColorspace::Luma
    }
}

fn segments(text: &str) -> Vec<QrSegment> {
    match text.split_once('#') {
        Some((address, token)) if QrSegment::is_alphanumeric(token) => {
            vec![QrSegment::make_bytes(format!("{address}#").as_bytes()), QrSegment::make_alphanumeric(token)]
        }
        _ => QrSegment::make_segments(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_takes_level_q_and_a_long_one_level_m() {
        let symbol = |chars: usize| Symbol::encode(&format!("https://bansao.example.vn/v#{}", "A".repeat(chars)));
        assert_eq!(symbol(550).unwrap().version_and_level(), (19, 'Q'));
        assert_eq!(symbol(1200).unwrap().version_and_level().1, 'M');
        assert_eq!(symbol(3000).err(), Some(ComposeError::QrTooLong));
    }
}
