//! The forms, one file a family: what is printed, where its fields stand, and how its blank looks.

mod birth;
mod common;
mod death;
mod land;
mod land_old;
mod marriage;
mod other;
pub mod plain;

use crate::canvas::{Canvas, Ink};
use crate::error::Result;
use crate::facts::Record;
use crate::fonts::Fonts;
use crate::ornament::{Blank, Border, Pattern};
use crate::rng::Rng;
use crate::sheet::Fill;

pub use other::Letter;

/// A form, by the regime that printed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// GIẤY KHAI SINH since 2016.
    Birth2015,
    /// GIẤY KHAI SINH, older portrait form.
    Birth2010,
    /// GIẤY KHAI SINH, landscape with a table of parents.
    Birth1999,
    /// GIẤY CHỨNG NHẬN KẾT HÔN since 2016, landscape.
    Marriage2015,
    /// GIẤY CHỨNG NHẬN KẾT HÔN, older portrait form.
    Marriage2010,
    /// TRÍCH LỤC KHAI TỬ with the register's number in the body.
    Death2015,
    /// TRÍCH LỤC KHAI TỬ with residence, cause and notice of death.
    Death2015Full,
    /// GIẤY CHỨNG TỬ.
    Death2010,
    /// Land certificate, two pages with QR.
    Land2024,
    /// Land certificate, four pages, lotus pink.
    Land2009,
    /// TRÍCH LỤC KHAI SINH, a copy.
    BirthExtract,
    /// TRÍCH LỤC KẾT HÔN, a copy.
    MarriageExtract,
    /// Any other paper: a letter, a diploma, a notice.
    Letter(Letter),
}

impl Form {
    /// The form's identifier in `case.toml`.
    #[must_use]
    pub const fn id(self) -> Option<&'static str> {
        Some(match self {
            Self::Birth2015 => "birth_2015",
            Self::Birth2010 => "birth_2010",
            Self::Birth1999 => "birth_1999",
            Self::Marriage2015 => "marriage_2015",
            Self::Marriage2010 => "marriage_2010",
            Self::Death2015 | Self::Death2015Full => "death_2015",
            Self::Death2010 => "death_2010",
            Self::Land2024 => "land_2024",
            Self::Land2009 => "land_2009",
            Self::BirthExtract | Self::MarriageExtract | Self::Letter(_) => return None,
        })
    }

    /// The sheet that the form is usually printed on.
    #[must_use]
    pub const fn blank(self) -> Blank {
        const CREAM: Ink = Ink(254, 250, 237, 255);
        const PINK: Ink = Ink(252, 224, 226, 255);
        const PALE: Ink = Ink(253, 240, 238, 255);
        const GREEN: Ink = Ink(240, 250, 240, 255);
        const BROWN_RED: Ink = Ink(176, 58, 62, 255);
        const RED: Ink = Ink(190, 38, 52, 255);
        const GREY: Ink = Ink(128, 134, 142, 255);
        let (paper, pattern, pattern_ink, border, border_ink, drum) = match self {
            Self::Birth2015 => (CREAM, Pattern::Net, Ink(232, 218, 170, 105), Border::Rings, BROWN_RED, Some(Ink(238, 190, 178, 110))),
            Self::Birth1999 => (CREAM, Pattern::Net, Ink(226, 214, 160, 110), Border::Diamonds, Ink(150, 96, 84, 255), None),
            Self::Birth2010 => (PALE, Pattern::Waves, Ink(240, 190, 194, 95), Border::Chain, GREY, None),
            Self::Marriage2015 => (PALE, Pattern::Waves, Ink(240, 186, 186, 95), Border::Chain, BROWN_RED, Some(Ink(238, 176, 180, 110))),
            Self::Marriage2010 => (PINK, Pattern::Rays, Ink(232, 160, 172, 80), Border::Chain, RED, None),
            Self::Death2015 | Self::Death2015Full => (CREAM, Pattern::Net, Ink(234, 218, 186, 110), Border::None, GREY, None),
            Self::Death2010 => (GREEN, Pattern::Waves, Ink(168, 214, 176, 100), Border::Chain, Ink(96, 108, 112, 255), None),
            Self::Land2024 | Self::Land2009 => {
                (PINK, Pattern::Rays, Ink(232, 152, 166, 80), Border::Rings, RED, Some(Ink(234, 150, 160, 120)))
            }
            Self::BirthExtract | Self::MarriageExtract | Self::Letter(_) => return Blank::WHITE,
        };
        Blank { paper, pattern, pattern_ink, border, border_ink, drum }
    }

    /// Whether values stand on dotted leaders.
    #[must_use]
    pub const fn leaders(self) -> bool {
        !matches!(self, Self::Death2015 | Self::Death2015Full | Self::Land2024 | Self::Land2009 | Self::BirthExtract)
    }
}

/// How a printer set the same form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// Factor of the distance of lines.
    pub pitch: f32,
    /// Factor of the size of labels.
    pub label: f32,
    /// Further indent of the lines.
    pub indent_mm: f32,
}

impl Layout {
    /// As the committed specimens are set.
    pub const USUAL: Self = Self { pitch: 1.0, label: 1.0, indent_mm: 0.0 };
}

/// What varies between two papers of the same form.
#[derive(Debug, Clone)]
pub struct Look {
    /// The sheet.
    pub blank: Blank,
    /// The fill.
    pub fill: Fill,
    /// Dotted leaders.
    pub leaders: bool,
    /// Whether the seal was pressed.
    pub seal: bool,
    /// Whether the signer signed, with name.
    pub signer: bool,
    /// A line under the title, e.g. `(BẢN SAO)`.
    pub subtitle: Option<&'static str>,
    /// A rubber stamp at the head.
    pub stamp: Option<&'static str>,
    /// The serial that the land QR carries, when it is not the printed one.
    pub qr_serial: Option<String>,
    /// The setting.
    pub layout: Layout,
}

impl Look {
    /// The usual look of a form.
    #[must_use]
    pub const fn of(form: Form, fill: Fill) -> Self {
        Self {
            blank: form.blank(),
            fill,
            leaders: form.leaders(),
            seal: true,
            signer: true,
            subtitle: None,
            stamp: None,
            qr_serial: None,
            layout: Layout::USUAL,
        }
    }
}

/// What a form is drawn with.
#[derive(Debug)]
pub struct Press<'a> {
    /// Fonts.
    pub fonts: &'a Fonts<'a>,
    /// Content.
    pub record: &'a Record,
    /// Look.
    pub look: &'a Look,
    /// Resolution.
    pub dpi: f32,
    /// Seed of this paper.
    pub seed: u64,
}

impl<'a> Press<'a> {
    fn page(&self, size_mm: (f32, f32), number: u64) -> Result<Canvas<'a>> {
        Canvas::new(self.fonts, size_mm, self.dpi, Rng::new(self.seed ^ (number << 32)))
    }
}

/// Draws the pages of a form.
///
/// # Errors
/// As the canvas.
pub fn draw<'a>(form: Form, press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    match form {
        Form::Birth2015 => birth::current(press),
        Form::Birth2010 => birth::older(press),
        Form::Birth1999 => birth::table(press),
        Form::BirthExtract => birth::extract(press),
        Form::Marriage2015 => marriage::current(press),
        Form::Marriage2010 => marriage::older(press),
        Form::MarriageExtract => marriage::extract(press),
        Form::Death2015 => death::extract(press),
        Form::Death2015Full => death::extract_full(press),
        Form::Death2010 => death::certificate(press),
        Form::Land2024 => land::current(press),
        Form::Land2009 => land_old::four_pages(press),
        Form::Letter(letter) => other::letter(press, letter),
    }
}

/// A4 upright.
const A4: (f32, f32) = (210.0, 297.0);
/// A4 across.
const A4_ACROSS: (f32, f32) = (297.0, 210.0);
