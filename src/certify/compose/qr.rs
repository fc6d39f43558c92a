//! The QR symbol of a copy, drawn as one vector path.

use krilla::geom::{PathBuilder, Rect, Transform};
use krilla::surface::Surface;
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

use super::ComposeError;
use super::typeset::{Area, MM, grey};

/// The least module: 0.5 mm, three dots of a 150-dpi print.
const LEAST_MODULE: f32 = 0.5 * MM;

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
        let try_level =
            |level, last| QrCode::encode_segments_advanced(&segments, level, Version::new(1), Version::new(last), None, false).ok();
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
    pub(super) fn draw(&self, surface: &mut Surface<'_>, area: Area) {
        let module = area.width.min(area.height) / self.modules();
        let size = self.0.size();
        let mut path = PathBuilder::new();
        for y in 0..size {
            let mut x = 0;
            while x < size {
                let run = (x..size).take_while(|x| self.0.get_module(*x, y)).count() as i32;
                if run > 0 {
                    let rect = Rect::from_xywh((x + QUIET_MODULES) as f32, (y + QUIET_MODULES) as f32, run as f32, 1.0);
                    rect.into_iter().for_each(|rect| path.push_rect(rect));
                }
                x += run.max(0) + 1;
            }
        }
        if let Some(path) = path.finish() {
            surface.set_fill(Some(grey(0)));
            // In modules: whole numbers make the page a third as long as points would, and it is compressed in a third of the time.
            surface.push_transform(&Transform::from_row(module, 0.0, 0.0, module, area.left, area.top));
            surface.draw_path(&path);
            surface.pop();
        }
    }

    fn modules(&self) -> f32 {
        (self.0.size() + 2 * QUIET_MODULES) as f32
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
