//! Papers that a careful clerk certifies: every form and fill, then what everyday handling does to paper and scan.

use super::people::renamed;
use super::{Split, labelled};
use crate::cases::{Case, Kind};
use crate::facts::Record;
use crate::file::Container;
use crate::forms::Form;
use crate::people::Date;
use crate::records::{birth, death, land, marriage};
use crate::rng::Rng;
use crate::sheet::Fill;
use crate::wear::Damage;

/// Form, kind, name, and the years in which it was issued.
pub(super) const FORMS: [(Form, Kind, &str, (i64, i64)); 10] = [
    (Form::Birth2015, Kind::Birth, "b2015", (2016, 2024)),
    (Form::Birth2010, Kind::Birth, "b2010", (2007, 2015)),
    (Form::Birth1999, Kind::Birth, "b1999", (2000, 2006)),
    (Form::Marriage2015, Kind::Marriage, "m2015", (2016, 2025)),
    (Form::Marriage2010, Kind::Marriage, "m2010", (2007, 2015)),
    (Form::Death2015, Kind::Death, "d2015", (2016, 2025)),
    (Form::Death2015Full, Kind::Death, "d2015f", (2016, 2025)),
    (Form::Death2010, Kind::Death, "d2010", (2007, 2015)),
    (Form::Land2024, Kind::Land, "l2024", (2025, 2026)),
    (Form::Land2009, Kind::Land, "l2009", (2010, 2024)),
];

const SURE: &[&str] = &["approve"];
const BY_HAND: &[&str] = &["approve", "refer"];

/// One paper of a form, its content drawn from the split and the name.
pub(super) fn paper(split: Split, at: usize, name: &str) -> Case {
    let (form, kind, short, years) = FORMS[at % FORMS.len()];
    let name = format!("{short}-{name}");
    let mut rng = Rng::named(&format!("{}/{}/{name}", split.id(), kind.id()));
    let year = rng.int(years.0, years.1) as u32;
    let record = record(&mut rng, form, year);
    let record = renamed(record, split, &mut rng);
    Case::new(kind, &name, form, |_| record)
}

fn record(rng: &mut Rng, form: Form, year: u32) -> Record {
    match form {
        Form::Birth2015 => birth(rng, year, false),
        Form::Birth2010 | Form::Birth1999 => birth(rng, year, true),
        Form::Marriage2015 => marriage(rng, year, false),
        Form::Marriage2010 => marriage(rng, year, true),
        Form::Death2010 => death(rng, year, true),
        Form::Land2024 => {
            let issued = if year == 2025 { Date::within(rng, 2025) } else { Date::new(2026, 1, 5).plus(rng.int(0, 250) as u32) };
            let holders = rng.int(1, 2) as u32;
            land(rng, issued, false, holders)
        }
        Form::Land2009 => {
            let issued = Date::within(rng, year);
            let holders = rng.int(1, 2) as u32;
            land(rng, issued, true, holders)
        }
        _ => death(rng, year, false),
    }
}

pub(super) fn cases(split: Split) -> Vec<Case> {
    [clean(split), by_hand(split), handled(split)].concat()
}

fn clean(split: Split) -> Vec<Case> {
    let fills =
        [("print", Fill::PRINT), ("bold", Fill::BOLD), ("italic", Fill::ITALIC), ("slanted", Fill::SLANTED), ("typed", Fill::TYPED)];
    let mut cases = Vec::new();
    for at in 0..FORMS.len() {
        for (i, (name, fill)) in fills.iter().enumerate() {
            let mut case = paper(split, at, name).note("clean scan").fill(*fill).expect(SURE, &[]);
            case.dpi = if (at + i) % 3 == 0 && case.kind != Kind::Land { 300 } else { 200 };
            case.container = match (at * 2 + i) % 5 {
                0 => Container::Pdf(72),
                1 => Container::TiffJpeg(75),
                2 => Container::JpegProgressive(70),
                3 => Container::Jpeg(85),
                _ => Container::Jpeg(68),
            };
            cases.push(labelled(case, "clean", ""));
        }
    }
    cases
}

fn by_hand(split: Split) -> Vec<Case> {
    let cursive =
        |at| labelled(paper(split, at, "cursive").note("clean scan, formal hand").fill(Fill::CURSIVE).expect(BY_HAND, &[]), "clean", "");
    (0..FORMS.len()).map(cursive).collect()
}

fn handled(split: Split) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |count: usize, name: &str, degradation: &'static str, expect, change: &dyn Fn(Case, usize) -> Case| {
        for i in 0..count {
            let at = i * 3 + count;
            let fill = [Fill::PRINT, Fill::BOLD, Fill::ITALIC][i % 3];
            let case = paper(split, at, &format!("{name}-{i}")).note(degradation).fill(fill).expect(expect, &[]);
            cases.push(labelled(change(case, i), degradation, ""));
        }
    };
    add(8, "coarse", "JPEG 30 to 45", BY_HAND, &|c, i| c.container(Container::Jpeg([45, 38, 30][i % 3])));
    add(6, "grain", "scanner noise", SURE, &|c, i| c.damage(Damage::Grainy([4.0, 6.0][i % 2])));
    add(5, "streaks", "streaked", SURE, &|c, _| c.damage(Damage::Streaked));
    add(9, "turned", "turned by 90, 180, 270", SURE, &|c, i| c.damage(Damage::Turned([1, 2, 3][i % 3])));
    add(8, "worn", "worn", BY_HAND, &|c, _| c.damage(Damage::Worn));
    add(8, "folded", "folded", SURE, &|c, _| c.damage(Damage::Folded));
    add(12, "photo", "phone photo", BY_HAND, &|c, i| {
        let c = if c.kind == Kind::Land { c } else { c.dpi(240) };
        c.damage(Damage::Photographed([0.012, 0.03, 0.05][i % 3])).container(Container::Jpeg(84))
    });
    add(2, "no-table", "PDF without its table", SURE, &|c, _| c.container(Container::PdfNoTable(70)));
    add(4, "bright", "overexposed", BY_HAND, &|c, _| c.damage(Damage::Overexposed(1.03)));
    cases
}
