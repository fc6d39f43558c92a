//! Fonts of the scored set: no print or typewriter face of one split occurs in the other.
//!
//! Debian has one chancery hand with Vietnamese (TeX Gyre Chorus). It is the tuning split's; the untouched split is
//! written in an italic of the renaissance and in upright school letters.

use super::Split;
use crate::fonts::FontSet;

const LIBERATION: &str = "/usr/share/fonts/truetype/liberation2";
const GYRE: &str = "/usr/share/texmf/fonts/opentype/public/tex-gyre";
const FREE: &str = "/usr/share/fonts/truetype/freefont";
const LINUX: &str = "/usr/share/fonts/opentype/linux-libertine";
const CHARIS: &str = "/usr/share/fonts/truetype/charis";
const LATO: &str = "/usr/share/fonts/truetype/lato";
const LEAGUE: &str = "/usr/share/fonts/opentype/league-mono";
const OPEN: &str = "/usr/share/fonts/truetype/open-sans";
const ANDIKA: &str = "/usr/share/fonts/truetype/andika";
const GENTIUM: &str = "/usr/share/fonts/truetype/gentiumplus";
const JUNICODE: &str = "/usr/share/fonts/opentype/junicode";
const CANTARELL: &str = "/usr/share/fonts/opentype/cantarell";
const NOTO: &str = "/usr/share/fonts/truetype/noto";
const DEJAVU: &str = "/usr/share/fonts/truetype/dejavu";
const ROBOTO: &str = "/usr/share/fonts/truetype/roboto/unhinted/RobotoTTF";
const DOULOS: &str = "/usr/share/fonts/truetype/doulos";
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
        (LATO, "Lato-Bold.ttf", "fonts-lato"),
        (LATO, "Lato-Regular.ttf", "fonts-lato"),
        (LEAGUE, "LeagueMono-Regular.otf", "fonts-league-mono"),
        (GARAMOND, "EBGaramond12-Italic.otf", "fonts-ebgaramond"),
        (LATO, "Lato-Italic.ttf", "fonts-lato"),
        (CHARIS, "CharisSIL-Regular.ttf", "fonts-sil-charis"),
    ],
    [
        (CHARIS, "CharisSIL-Regular.ttf", "fonts-sil-charis"),
        (CHARIS, "CharisSIL-Bold.ttf", "fonts-sil-charis"),
        (CHARIS, "CharisSIL-Italic.ttf", "fonts-sil-charis"),
        (CHARIS, "CharisSIL-BoldItalic.ttf", "fonts-sil-charis"),
        (OPEN, "OpenSans-Bold.ttf", "fonts-open-sans"),
        (OPEN, "OpenSans-Regular.ttf", "fonts-open-sans"),
        (LEAGUE, "LeagueMono-Regular.otf", "fonts-league-mono"),
        (ANDIKA, "Andika-Italic.ttf", "fonts-sil-andika"),
        (OPEN, "OpenSans-Italic.ttf", "fonts-open-sans"),
        (LINUX, "LinLibertine_R.otf", "fonts-linuxlibertine"),
    ],
];

const TRIAL: [FontSet; 2] = [
    [
        (GENTIUM, "GentiumPlus-Regular.ttf", "fonts-sil-gentiumplus"),
        (GENTIUM, "GentiumPlus-Bold.ttf", "fonts-sil-gentiumplus"),
        (GENTIUM, "GentiumPlus-Italic.ttf", "fonts-sil-gentiumplus"),
        (GENTIUM, "GentiumPlus-BoldItalic.ttf", "fonts-sil-gentiumplus"),
        (CANTARELL, "Cantarell-Bold.otf", "fonts-cantarell"),
        (CANTARELL, "Cantarell-Regular.otf", "fonts-cantarell"),
        (NOTO, "NotoMono-Regular.ttf", "fonts-noto-mono"),
        (JUNICODE, "JunicodeTwoBeta-Italic.otf", "fonts-junicode"),
        (NOTO, "NotoSans-Italic.ttf", "fonts-noto-core"),
        (DOULOS, "DoulosSIL-Regular.ttf", "fonts-sil-doulos"),
    ],
    [
        (JUNICODE, "JunicodeTwoBeta-Regular.otf", "fonts-junicode"),
        (JUNICODE, "JunicodeTwoBeta-Bold.otf", "fonts-junicode"),
        (JUNICODE, "JunicodeTwoBeta-Italic.otf", "fonts-junicode"),
        (JUNICODE, "JunicodeTwoBeta-BoldItalic.otf", "fonts-junicode"),
        (CANTARELL, "Cantarell-Bold.otf", "fonts-cantarell"),
        (CANTARELL, "Cantarell-Regular.otf", "fonts-cantarell"),
        (NOTO, "NotoMono-Regular.ttf", "fonts-noto-mono"),
        (GENTIUM, "GentiumPlus-Italic.ttf", "fonts-sil-gentiumplus"),
        (NOTO, "NotoSans-Italic.ttf", "fonts-noto-core"),
        (GENTIUM, "GentiumPlus-Regular.ttf", "fonts-sil-gentiumplus"),
    ],
];

/// Those of the splits that may be looked at, and further families.
const DRAWING: [FontSet; 7] = [
    TUNING[0],
    TRIAL[0],
    [
        (DEJAVU, "DejaVuSerif.ttf", "fonts-dejavu-core"),
        (DEJAVU, "DejaVuSerif-Bold.ttf", "fonts-dejavu-core"),
        (DEJAVU, "DejaVuSerif-Italic.ttf", "fonts-dejavu-extra"),
        (DEJAVU, "DejaVuSerif-BoldItalic.ttf", "fonts-dejavu-extra"),
        (ROBOTO, "Roboto-Bold.ttf", "fonts-roboto-unhinted"),
        (ROBOTO, "Roboto-Regular.ttf", "fonts-roboto-unhinted"),
        (FREE, "FreeMono.ttf", "fonts-freefont-ttf"),
        (GYRE, "texgyrechorus-mediumitalic.otf", "fonts-texgyre"),
        (ROBOTO, "Roboto-Italic.ttf", "fonts-roboto-unhinted"),
        (DOULOS, "DoulosSIL-Regular.ttf", "fonts-sil-doulos"),
    ],
    TUNING[1],
    TRIAL[1],
    [
        (NOTO, "NotoSerif-Regular.ttf", "fonts-noto-core"),
        (NOTO, "NotoSerif-Bold.ttf", "fonts-noto-core"),
        (NOTO, "NotoSerif-Italic.ttf", "fonts-noto-core"),
        (NOTO, "NotoSerif-BoldItalic.ttf", "fonts-noto-core"),
        (NOTO, "NotoSans-Bold.ttf", "fonts-noto-core"),
        (NOTO, "NotoSans-Regular.ttf", "fonts-noto-core"),
        (FREE, "FreeMono.ttf", "fonts-freefont-ttf"),
        (JUNICODE, "JunicodeTwoBeta-Italic.otf", "fonts-junicode"),
        (NOTO, "NotoSans-Italic.ttf", "fonts-noto-core"),
        (GENTIUM, "GentiumPlus-Regular.ttf", "fonts-sil-gentiumplus"),
    ],
    TUNING[2],
];

/// The sets of a split.
#[must_use]
pub const fn sets(split: Split) -> &'static [FontSet] {
    match split {
        Split::Tuning => &TUNING,
        Split::Untouched => &UNTOUCHED,
        Split::Trial => &TRIAL,
        Split::Drawing(_) => &DRAWING,
    }
}
