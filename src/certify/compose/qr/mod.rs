//! The QR symbol of a copy, drawn as one vector path: the outlines of its dark modules.

mod mask;
mod modules;

use krilla::geom::{PathBuilder, Transform};
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use qrcodegen::{QrCodeEcc, QrSegment, Version};

use self::modules::Modules;
use super::ComposeError;
use super::typeset::{Area, MM, grey};

/// The least module: 0.5 mm, three dots of a 150-dpi print.
const LEAST_MODULE: f32 = 0.5 * MM;

/// Light modules around the symbol (ISO/IEC 18004, 9.1).
const QUIET_MODULES: f32 = 4.0;

/// The largest version at level Q: what is longer is easier to read with larger modules at level M.
const LAST_Q: u8 = 22;

/// The largest version that the statement page has room for.
const LAST_M: u8 = 27;

/// A symbol.
pub(super) struct Symbol {
    version: Version,
    level: char,
    modules: Modules,
}

impl Symbol {
    /// Encodes `text`: what follows the last `#` in alphanumeric mode if it can be, what comes before in byte mode.
    ///
    /// # Errors
    /// [`ComposeError::QrTooLong`].
    pub(super) fn encode(text: &str) -> Result<Self, ComposeError> {
        let segments = segments(text);
        let at = |level, letter, last| {
            let (version, modules) = mask::masked(&segments, level, last)?;
            Some(Self { version, level: letter, modules })
        };
        at(QrCodeEcc::Quartile, 'Q', LAST_Q).or_else(|| at(QrCodeEcc::Medium, 'M', LAST_M)).ok_or(ComposeError::QrTooLong)
    }

    /// The version, 1 to 40, and the quality level.
    pub(super) fn version_and_level(&self) -> (u8, char) {
        (self.version.value(), self.level)
    }

    /// The edge of the symbol with its quiet zone: `edge`, or more if the modules would become too small.
    pub(super) fn edge(&self, edge: f32) -> f32 {
        edge.max(LEAST_MODULE * self.edge_modules())
    }

    /// Draws the symbol with its quiet zone into the square at the top left of `area`.
    pub(super) fn draw(&self, surface: &mut Surface<'_>, area: Area) {
        let module = area.width.min(area.height) / self.edge_modules();
        let mut path = PathBuilder::new();
        let place = |modules: u32| modules as f32 + QUIET_MODULES;
        for outline in self.modules.outlines() {
            for (at, (x, y)) in outline.into_iter().enumerate() {
                if at == 0 { path.move_to(place(x), place(y)) } else { path.line_to(place(x), place(y)) }
            }
            path.close();
        }
        if let Some(path) = path.finish() {
            surface.set_fill(Some(Fill { rule: FillRule::EvenOdd, ..grey(0) }));
            // In modules: whole numbers make the page a third as long as points would, and it is compressed in a third of the time.
            surface.push_transform(&Transform::from_row(module, 0.0, 0.0, module, area.left, area.top));
            surface.draw_path(&path);
            surface.pop();
            surface.set_fill(Some(grey(0)));
        }
    }

    fn edge_modules(&self) -> f32 {
        self.modules.size() as f32 + 2.0 * QUIET_MODULES
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
