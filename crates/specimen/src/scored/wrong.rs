//! Papers that must not be certified: the committed plots with other people, alterations of every kind, two papers in one.

use super::good::paper;
use super::people::renamed;
use super::{Split, labelled};
use crate::alter::Alteration;
use crate::cases::{Case, Register, Set, wrong};
use crate::facts::Facts;
use crate::file::Container;
use crate::forms::Form;
use crate::records::death;
use crate::retouch::Retouch;
use crate::rng::Rng;
use crate::sheet::Fill;
use crate::wear::Damage;

const NOT_APPROVE: &[&str] = &["refer", "refuse"];

pub(super) fn cases(split: Split) -> Vec<Case> {
    [plots(split), copied(split), two_papers(split), by_hand(split), by_software(split), written_over(split)].concat()
}

/// What the committed set forbids, told of other people; its own forgeries are told better below.
fn plots(split: Split) -> Vec<Case> {
    let of_split = |mut case: Case| {
        let mut rng = Rng::named(&format!("{}/plot/{}", split.id(), case.path()));
        case.record = renamed(case.record, split, &mut rng);
        case.name = format!("x-{}", case.name);
        let degradation = if case.legible { "must not" } else { "hostile or unfit file" };
        labelled(case, degradation, "")
    };
    let set = Set(match split {
        Split::Tuning => "tuning/",
        Split::Untouched => "untouched/",
        Split::Trial => "trial/",
        Split::Drawing(_) => "drawing/",
    });
    wrong(set).into_iter().filter(|case| case.alterations.is_empty()).map(of_split).collect()
}

fn copied(split: Split) -> Vec<Case> {
    let copy = |i: usize| {
        let case = paper(split, i, &format!("photocopy-{i}")).fill([Fill::BOLD, Fill::PRINT][i % 2]).note("grey photocopy");
        labelled(case.damage(Damage::Photocopy).expect(NOT_APPROVE, &[]), "photocopy", "")
    };
    [0, 1, 3, 4, 7, 8].map(copy).to_vec()
}

fn two_papers(split: Split) -> Vec<Case> {
    let pair = |i: usize| {
        let mut rng = Rng::named(&format!("{}/stranger/{i}", split.id()));
        let mut case = paper(split, i, &format!("pair-{i}")).note("two papers in one scan").expect(NOT_APPROVE, &[]);
        let stranger = match i % 2 {
            0 => (Form::Death2015, renamed(death(&mut rng, 2019, false), split, &mut rng)),
            // Another paper of the same form.
            _ => (case.form, paper(split, i, &format!("pair-other-{i}")).record),
        };
        case.behind = Some(stranger);
        case.beside = i >= 3;
        labelled(case.container(Container::Pdf(70)), if i >= 3 { "two papers on one page" } else { "two papers in one file" }, "")
    };
    [0, 1, 5, 7, 3].map(pair).to_vec()
}

/// A name written over the scan in the PDF itself; no register would know.
fn written_over(split: Split) -> Vec<Case> {
    let over = |i: usize| {
        let case = paper(split, i, &format!("overlay-{i}")).note("text over the scan in the PDF").expect(NOT_APPROVE, &["PDF_PAGE_DRAWN"]);
        labelled(case.container(Container::PdfOverlay(68)), "altered by software", "text over the scan")
    };
    [0, 5, 8].map(over).to_vec()
}

/// The fields that are worth forging on each form of [`super::good::FORMS`], and whether a register compares them.
const TARGETS: [(usize, &str); 8] = [
    (0, "full_name"),
    (1, "registration_date"),
    (3, "husband.full_name"),
    (4, "wife.full_name"),
    (5, "death_place"),
    (7, "full_name"),
    (8, "holder.full_name"),
    (9, "parcel_no"),
];

/// Another value of the same kind and about the same length.
fn changed(facts: &Facts, id: &str) -> String {
    let value = facts.get(id);
    if let Some((head, last)) = value.rsplit_once('/') {
        let year = last.parse::<u32>().unwrap_or(2010);
        return format!("{head}/{}", if year % 10 >= 5 { year - 3 } else { year + 3 });
    }
    if value.bytes().all(|b| b.is_ascii_digit()) {
        return value.bytes().map(|b| char::from(b'0' + (b - b'0' + 3) % 10)).collect();
    }
    let new = if value == value.to_uppercase() { "HẢI" } else { "Hải" };
    value.rsplit_once(' ').map_or_else(|| new.to_owned(), |(head, _)| format!("{head} {new}"))
}

type ByHand = fn(&'static str, String) -> Alteration;

/// Each way on three papers. The register holds the truth on two; on the third it agrees with what now stands there.
fn by_hand(split: Split) -> Vec<Case> {
    let ways: [(&'static str, ByHand); 7] = [
        ("struck out", |id, text| Alteration::StruckOut { id, text }),
        ("correction fluid", |id, text| Alteration::Whitened { id, text }),
        ("overwritten", |id, text| Alteration::Overwritten { id, text }),
        ("erased", |id, text| Alteration::Erased { id, text }),
        ("second pen", |id, text| Alteration::Added { id, text }),
        ("pasted patch", |id, text| Alteration::Patched { id, text }),
        ("font inside the field", |id, text| Alteration::Reset { id, text }),
    ];
    let mut cases = Vec::new();
    for (w, (name, way)) in ways.into_iter().enumerate() {
        for i in 0..3 {
            let (at, id) = TARGETS[(w * 3 + i) % TARGETS.len()];
            let case = paper(split, at, &format!("hand-{w}-{i}")).fill([Fill::PRINT, Fill::BOLD, Fill::ITALIC][i]).note("altered by hand");
            let shown = changed(&case.record.facts, id);
            let (text, shown) = match name {
                "second pen" => ("Hải".to_owned(), format!("{} Hải", case.record.facts.get(id))),
                "font inside the field" => (shown.rsplit([' ', '/']).next().unwrap_or_default().to_owned(), shown),
                _ => (shown.clone(), shown),
            };
            let mut case = case.altered(way(id, text), &shown).expect(NOT_APPROVE, &[]);
            if i == 2 {
                case.register = Register::Same;
            }
            cases.push(labelled(case, "altered by hand", name));
        }
    }
    cases
}

/// Each way on three papers; the register holds the truth.
fn by_software(split: Split) -> Vec<Case> {
    let mut cases = Vec::new();
    let ways = Retouch::FROM_ANOTHER.into_iter().chain([Retouch::Repeated]);
    for (w, how) in ways.enumerate() {
        for i in 0..3 {
            let (at, id) = TARGETS[(w * 3 + i + 1) % TARGETS.len()];
            let mut case =
                paper(split, at, &format!("soft-{w}-{i}")).fill([Fill::PRINT, Fill::BOLD, Fill::ITALIC][i]).note("altered in the pixels");
            case.register = Register::Holds(case.record.facts.clone());
            let new = changed(&case.record.facts, id);
            case.record.facts.set("_altered", id);
            // What a copied place says is not known beforehand.
            case.record.facts.set("_shown", if how == Retouch::Repeated { String::new() } else { new.clone() });
            case.retouch = Some((how, id, new));
            cases.push(labelled(case.expect(NOT_APPROVE, &[]), "altered by software", how.id()));
        }
    }
    cases
}
