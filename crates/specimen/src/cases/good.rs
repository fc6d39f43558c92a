//! Papers that must be certified. Fill in a formal hand may be referred instead, since it is harder to read surely.

use super::{Case, Kind};
use crate::file::Container;
use crate::forms::Form;
use crate::people::Date;
use crate::records::{birth, birth_on, death, land, marriage};
use crate::sheet::Fill;

const BY_HAND: &[&str] = &["approve", "refer"];

/// The cases.
pub(super) fn cases() -> Vec<Case> {
    [births(), older_births(), marriages(), deaths(), lands()].concat()
}

fn births() -> Vec<Case> {
    let case = |name, year| Case::new(Kind::Birth, name, Form::Birth2015, |rng| birth(rng, year, false));
    vec![
        case("b2015-print", 2024).note("current form, roman print, 200 dpi"),
        case("b2015-bold-300", 2021)
            .fill(Fill::BOLD)
            .dpi(300)
            .container(Container::JpegProgressive(70))
            .simple()
            .note("current form, bold print, 300 dpi"),
        case("b2015-italic", 2019).fill(Fill::ITALIC).note("current form, italic print"),
        case("b2015-slanted", 2023).fill(Fill::SLANTED).simple().note("current form, slanted sans"),
        case("b2015-png", 2020).fill(Fill::BOLD).container(Container::Png).simple().note("current form, palette PNG"),
        Case::new(Kind::Birth, "b2015-two-level", Form::Birth2015, |rng| birth_on(rng, Date::new(2025, 8, 14), false))
            .fill(Fill::ITALIC)
            .simple()
            .note("registered after July 2025: two-level address"),
        case("b2015-cursive", 2020).fill(Fill::CURSIVE).expect(BY_HAND, &[]).note("current form, formal hand"),
    ]
}

fn older_births() -> Vec<Case> {
    let old = |name, form, year| Case::new(Kind::Birth, name, form, |rng| birth(rng, year, true));
    vec![
        old("b2010-bold", Form::Birth2010, 2010).fill(Fill::BOLD).note("portrait form of 2010, bold print"),
        old("b2010-typed", Form::Birth2010, 2008).fill(Fill::TYPED).simple().note("portrait form, typewriter"),
        old("b2010-pdf", Form::Birth2010, 2013)
            .fill(Fill::ITALIC)
            .container(Container::Pdf(70))
            .simple()
            .note("portrait form, italic print, in a PDF"),
        old("b1999-typed", Form::Birth1999, 2005)
            .fill(Fill::TYPED)
            .expect(BY_HAND, &[])
            .note("landscape form with a table of parents, typewriter"),
    ]
}

fn marriages() -> Vec<Case> {
    let case = |name, year| Case::new(Kind::Marriage, name, Form::Marriage2015, |rng| marriage(rng, year, false));
    let old = |name, year| Case::new(Kind::Marriage, name, Form::Marriage2010, |rng| marriage(rng, year, true));
    vec![
        case("m2015-print", 2019).note("two columns across, roman print"),
        case("m2015-bold-300", 2022)
            .fill(Fill::BOLD)
            .dpi(300)
            .container(Container::JpegProgressive(70))
            .simple()
            .note("two columns, bold print, 300 dpi"),
        case("m2015-italic-pdf", 2024).fill(Fill::ITALIC).container(Container::Pdf(70)).simple().note("two columns, italic, PDF"),
        case("m2015-two-level", 2026).fill(Fill::SLANTED).simple().note("registered after July 2025"),
        case("m2015-cursive", 2017).fill(Fill::CURSIVE).expect(BY_HAND, &[]).note("two columns, formal hand"),
        old("m2010-bold", 2012).fill(Fill::BOLD).note("portrait form, husband first, bold print"),
        old("m2010-print-tiff", 2009).container(Container::TiffJpeg(70)).simple().note("portrait form, roman print, TIFF"),
        old("m2010-cursive", 2011).fill(Fill::CURSIVE).expect(BY_HAND, &[]).simple().note("portrait form, formal hand"),
    ]
}

fn deaths() -> Vec<Case> {
    let case = |name, form, year| Case::new(Kind::Death, name, form, |rng| death(rng, year, false));
    let old = |name, year| Case::new(Kind::Death, name, Form::Death2010, |rng| death(rng, year, true));
    vec![
        case("d2015-print", Form::Death2015, 2023).note("original extract, register number in the body"),
        case("d2015-bold-300", Form::Death2015, 2020).fill(Fill::BOLD).dpi(300).simple().note("original extract, bold, 300 dpi"),
        case("d2015-two-level-pdf", Form::Death2015, 2026).container(Container::Pdf(70)).note("extract after July 2025, PDF"),
        case("d2015-full-bold", Form::Death2015Full, 2021).fill(Fill::BOLD).note("extract with cause and notice of death"),
        case("d2015-full-italic", Form::Death2015Full, 2018)
            .fill(Fill::ITALIC)
            .container(Container::TiffPalette)
            .simple()
            .note("extract with cause and notice, palette TIFF"),
        old("d2010-print", 2014).note("old certificate of death, roman print"),
        old("d2010-typed", 2011).fill(Fill::TYPED).simple().note("old certificate of death, typewriter"),
    ]
}

fn lands() -> Vec<Case> {
    let case = |name, date| Case::new(Kind::Land, name, Form::Land2024, move |rng| land(rng, date, false, 1));
    let old = |name, date, holders| Case::new(Kind::Land, name, Form::Land2009, move |rng| land(rng, date, true, holders));
    vec![
        case("l2024-italic", Date::new(2025, 7, 21)).fill(Fill::ITALIC).note("form of 2024, two JPEG files"),
        case("l2024-print-pdf", Date::new(2025, 3, 12)).container(Container::Pdf(70)).simple().note("form of 2024, PDF of two pages"),
        case("l2024-bold-tiff", Date::new(2026, 2, 5))
            .fill(Fill::BOLD)
            .container(Container::TiffJpeg(70))
            .simple()
            .note("form of 2024, TIFF of two pages"),
        Case::new(Kind::Land, "l2024-couple-300", Form::Land2024, |rng| land(rng, Date::new(2025, 11, 3), false, 2))
            .dpi(300)
            .container(Container::Pdf(66))
            .simple()
            .note("form of 2024, husband and wife, 300 dpi PDF"),
        old("l2009-print-pdf", Date::new(2020, 7, 31), 1).container(Container::Pdf(66)).simple().note("four pages, PDF"),
        old("l2009-couple-tiff", Date::new(2018, 5, 9), 2).container(Container::TiffJpeg(66)).simple().note("four pages, couple, TIFF"),
    ]
}
