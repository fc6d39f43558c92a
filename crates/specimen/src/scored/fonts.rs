//! Fonts of the scored set: no print or typewriter face of one split occurs in the other.
//!
//! Debian has one chancery hand with Vietnamese (TeX Gyre Chorus). It is the tuning split's; the untouched split is
//! written in an italic of the renaissance and in upright school letters.

use super::Split;
use crate::fonts::FontSet;

const LIBERATION: &str = "/usr/share/fonts/truetype/liberation2";
const GYRE: &str = "/usr/share/texmf/fonts/opentype/public/tex-gyre";
const DEJAVU: &str = "/usr/share/fonts/truetype/dejavu";
const FREE: &str = "/usr/share/fonts/truetype/freefont";
const LINUX: &str = "/usr/share/fonts/opentype/linux-libertine";
const CHARIS: &str = "/usr/share/fonts/truetype/charis";
const CARLITO: &str = "/usr/share/fonts/truetype/crosextra";
const OPEN: &str = "/usr/share/fonts/truetype/open-sans";
const ANDIKA: &str = "/usr/share/fonts/truetype/andika";
const GARAMOND: &str = "/usr/share/fonts/opentype/ebgaramond";

const TUNING: [FontSet; 3] = [
    [
        (LIBERATION, "LiberationSerif-Regular.ttf", "fonts-liberation2"),
        (LIBERATION, "LiberationSerif-Bold.ttf", "fonts-liberation2"),
        (LIBERATION, "LiberationSerif-Italic.ttf", "fonts-liberation2"),
        (LIBERATION, "LiberationSerif-BoldItalic.ttf", "fonts-liberation2"),
        (LIBERATION, "LiberationSans-Bold.ttf", "fonts-liberation2"),
        (LIBERATION, "LiberationSans-Regular.ttf", "fonts-liberation2"),
        (LIBERATION, "LiberationMono-Regular.ttf", "fonts-liberation2"),
        (GYRE, "texgyrechorus-mediumitalic.otf", "fonts-texgyre"),
        (LIBERATION, "LiberationSans-Italic.ttf", "fonts-liberation2"),
        (GYRE, "texgyrepagella-regular.otf", "fonts-texgyre"),
    ],
    [
        (GYRE, "texgyretermes-regular.otf", "fonts-texgyre"),
        (GYRE, "texgyretermes-bold.otf", "fonts-texgyre"),
        (GYRE, "texgyretermes-italic.otf", "fonts-texgyre"),
        (GYRE, "texgyretermes-bolditalic.otf", "fonts-texgyre"),
        (GYRE, "texgyreheros-bold.otf", "fonts-texgyre"),
        (GYRE, "texgyreheros-regular.otf", "fonts-texgyre"),
        (GYRE, "texgyrecursor-regular.otf", "fonts-texgyre"),
        (GYRE, "texgyrechorus-mediumitalic.otf", "fonts-texgyre"),
        (GYRE, "texgyreheros-italic.otf", "fonts-texgyre"),
        (GYRE, "texgyrebonum-regular.otf", "fonts-texgyre"),
    ],
    [
        (FREE, "FreeSerif.ttf", "fonts-freefont-ttf"),
        (FREE, "FreeSerifBold.ttf", "fonts-freefont-ttf"),
        (FREE, "FreeSerifItalic.ttf", "fonts-freefont-ttf"),
        (FREE, "FreeSerifBoldItalic.ttf", "fonts-freefont-ttf"),
        (FREE, "FreeSansBold.ttf", "fonts-freefont-ttf"),
        (FREE, "FreeSans.ttf", "fonts-freefont-ttf"),
        (FREE, "FreeMono.ttf", "fonts-freefont-ttf"),
        (GYRE, "texgyrechorus-mediumitalic.otf", "fonts-texgyre"),
        (FREE, "FreeSansOblique.ttf", "fonts-freefont-ttf"),
        (GYRE, "texgyrepagella-regular.otf", "fonts-texgyre"),
    ],
];

const UNTOUCHED: [FontSet; 2] = [
    [
        (LINUX, "LinLibertine_R.otf", "fonts-linuxlibertine"),
        (LINUX, "LinLibertine_RB.otf", "fonts-linuxlibertine"),
        (LINUX, "LinLibertine_RI.otf", "fonts-linuxlibertine"),
        (LINUX, "LinLibertine_RZI.otf", "fonts-linuxlibertine"),
        (CARLITO, "Carlito-Bold.ttf", "fonts-crosextra-carlito"),
        (CARLITO, "Carlito-Regular.ttf", "fonts-crosextra-carlito"),
        (DEJAVU, "DejaVuSansMono.ttf", "fonts-dejavu-core"),
        (GARAMOND, "EBGaramond12-Italic.otf", "fonts-ebgaramond"),
        (CARLITO, "Carlito-Italic.ttf", "fonts-crosextra-carlito"),
        (CHARIS, "CharisSIL-Regular.ttf", "fonts-sil-charis"),
    ],
    [
        (CHARIS, "CharisSIL-Regular.ttf", "fonts-sil-charis"),
        (CHARIS, "CharisSIL-Bold.ttf", "fonts-sil-charis"),
        (CHARIS, "CharisSIL-Italic.ttf", "fonts-sil-charis"),
        (CHARIS, "CharisSIL-BoldItalic.ttf", "fonts-sil-charis"),
        (OPEN, "OpenSans-Bold.ttf", "fonts-open-sans"),
        (OPEN, "OpenSans-Regular.ttf", "fonts-open-sans"),
        (DEJAVU, "DejaVuSansMono.ttf", "fonts-dejavu-core"),
        (ANDIKA, "Andika-Italic.ttf", "fonts-sil-andika"),
        (OPEN, "OpenSans-Italic.ttf", "fonts-open-sans"),
        (LINUX, "LinLibertine_R.otf", "fonts-linuxlibertine"),
    ],
];

/// The sets of a split.
#[must_use]
pub const fn sets(split: Split) -> &'static [FontSet] {
    match split {
        Split::Tuning => &TUNING,
        Split::Untouched => &UNTOUCHED,
    }
}
