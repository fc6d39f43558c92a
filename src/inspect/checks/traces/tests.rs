//! The checks that look at places of a page: marks made up, no pixels. That the marks are found in pixels is tested in
//! `bansao-scan`; both together in `tests/inspection.rs`.

use bansao_scan::forensic::{Examination, Ground, Patch, Smudge, Trace, TraceKind};
use bansao_scan::qr::Symbol;
use bansao_scan::{Rect, RgbImage};
use time::macros::date;

use super::super::{Check, by_hand, by_software, electronic, face};
use crate::decide::{Decision, Policy, decide};
use crate::finding::{Code, Finding, Region};
use crate::inspect::forms::FormSet;
use crate::inspect::read::Recognised;
use crate::inspect::read::text::{PageText, Row, TextWord};
use crate::inspect::report::{Field, FieldSource, InspectionReport};
use crate::inspect::seen::{Seen, SeenPage};

/// A page of 1,000 by 1,000 pixels, so that pixels and thousandths are the same.
fn page() -> SeenPage {
    let measures = bansao_scan::measure::measure_pixels(&RgbImage::from_pixel(200, 200, image::Rgb([255; 3])), Some((200.0, 200.0)));
    SeenPage::measured(measures, (1000, 1000), bansao_scan::sheet::Sheet::Whole, vec![])
}

fn field(id: &str, top: u16) -> Field {
    let region = Region { left: 300, top, right: 900, bottom: top + 30 };
    Field {
        id: id.into(),
        value: "x".into(),
        printed: "x".into(),
        confidence: 0.9,
        page: 0,
        region: Some(region),
        source: FieldSource::Ocr,
        alternatives: vec![],
    }
}

fn fields() -> Vec<Field> {
    vec![field("full_name", 200), field("birth_place", 300), field("registration_no", 100), field("signer_title", 700)]
}

fn findings(check: &dyn Check, form: &str, page: SeenPage) -> Vec<Finding> {
    findings_beside(check, form, page, &[])
}

fn findings_beside(check: &dyn Check, form: &str, page: SeenPage, texts: &[PageText]) -> Vec<Finding> {
    let forms = FormSet::embedded().unwrap();
    let recognised = Recognised { form: forms.form(form).unwrap(), title: None, pages: vec![Some(0)], strangers: vec![] };
    let (pages, fields) = ([page], fields());
    let seen = Seen {
        pages: &pages,
        texts,
        recognised: Some(&recognised),
        fields: &fields,
        forms: &forms,
        declared: None,
        today: date!(2026 - 11 - 21),
    };
    check.check(&seen)
}

fn trace(kind: TraceKind, x: u32, y: u32) -> Trace {
    Trace { kind, rect: Rect { x, y, w: 60, h: 20 }, measured: 2.0, bound: 1.0 }
}

fn traced(traces: Vec<Trace>) -> SeenPage {
    SeenPage { traces, ..page() }
}

fn fields_of(findings: &[Finding]) -> Vec<(Option<&str>, Option<Region>)> {
    findings.iter().map(|finding| (finding.locus.field.as_deref(), finding.locus.region)).collect()
}

#[test]
fn traces_of_one_field_are_one_finding_with_their_place() {
    let page = traced(vec![trace(TraceKind::Paper, 320, 205), trace(TraceKind::Paper, 500, 205), trace(TraceKind::Softer, 320, 305)]);
    let found = findings(&by_hand::ByHand, "birth_2015", page);
    assert_eq!(fields_of(&found), [(Some("full_name"), Some(Region { left: 320, top: 205, right: 560, bottom: 225 }))]);
    assert_eq!((found[0].code, found[0].seen.as_deref()), (Code::Altered, Some("other-paper 2.00")));
    let page = traced(vec![trace(TraceKind::Paper, 320, 205), trace(TraceKind::Softer, 320, 305)]);
    assert_eq!(fields_of(&findings(&by_software::BySoftware, "birth_2015", page))[0].0, Some("birth_place"));
}

#[test]
fn what_crosses_a_paper_by_right_is_no_trace() {
    // Below the signer's title, outside any field: a signature. On the title itself: the seal.
    let page = traced(vec![trace(TraceKind::Through, 100, 800), trace(TraceKind::Paper, 320, 705)]);
    assert_eq!(findings(&by_hand::ByHand, "birth_2015", page), []);
    // Over a code.
    let mut page = traced(vec![trace(TraceKind::Through, 100, 100)]);
    page.symbols.push(Symbol { text: "x".into(), corners: vec![], bbox: Rect { x: 90, y: 90, w: 50, h: 50 }, confirmed: true });
    assert_eq!(findings(&by_hand::ByHand, "birth_2015", page), []);
    // A paper that is turned away anyway is not looked at.
    let page = traced(vec![trace(TraceKind::Through, 320, 205)]);
    assert_eq!(findings(&by_hand::ByHand, "birth_copy", page), []);
}

#[test]
fn other_paper_outside_of_values_counts_where_words_stand() {
    let ornament = |words: Vec<TextWord>| {
        let texts = [PageText { rows: vec![Row { words, red: false }], size: (1000, 1000), dpi: 200.0 }];
        findings_beside(&by_hand::ByHand, "birth_2015", traced(vec![trace(TraceKind::Paper, 320, 960)]), &texts).len()
    };
    let word = |confidence| {
        let rect = Rect { x: 300, y: 955, w: 100, h: 30 };
        TextWord { text: "Ghi".into(), confidence, rect, strip: rect }
    };
    assert_eq!((ornament(vec![word(0.9)]), ornament(vec![word(0.3)]), ornament(vec![])), (1, 0, 0));
}

#[test]
fn a_smudge_counts_on_a_value_and_off_the_creases() {
    let found = |page: SeenPage| {
        fields_of(&findings(&by_hand::ByHand, "birth_2015", page)).iter().map(|f| f.0.map(str::to_owned)).collect::<Vec<_>>()
    };
    let smudge = |x, y| traced(vec![trace(TraceKind::Smudged, x, y)]);
    assert_eq!(found(smudge(320, 205)), [Some("full_name".to_owned())]);
    assert_eq!(found(smudge(320, 505)), [], "dirt where no value stands");
    let mut creased = smudge(320, 205);
    creased.measures.folds.push(Rect { x: 0, y: 210, w: 1000, h: 8 });
    assert_eq!(found(creased), [], "a crease runs through");
    let beside = |y| {
        let mut creased = smudge(320, 205);
        creased.examined = Some(Examination { mm: 10.0, ..Examination::default() });
        creased.measures.folds.push(Rect { x: 0, y, w: 1000, h: 8 });
        found(creased).len()
    };
    assert_eq!((beside(238), beside(242)), (0, 1), "a crease runs within a millimetre and a half of it, and further off");
}

/// Words of the fields, each at its place; `blue` says in which ink.
fn written(blue: impl Fn(u32, u32) -> bool) -> SeenPage {
    let word = |x: u32, y: u32| Patch {
        rect: Rect { x, y, w: 40, h: 20 },
        height_mm: 3.0,
        inside: Ground::default(),
        above: Ground::default(),
        below: Ground::default(),
        steepness: 0.4,
        ink: if blue(x, y) { [0.2, 0.25, 0.5] } else { [0.2, 0.2, 0.19] },
        stroke_mm: 0.3,
        left: Ground::default(),
        right: Ground::default(),
        smudges: [Smudge::default(); 2],
        slant: None,
    };
    let patches = [105, 205, 305].into_iter().flat_map(|y| (0..6).map(move |at| (310 + at * 60, y))).map(|(x, y)| word(x, y)).collect();
    SeenPage { examined: Some(Examination { patches, ..Examination::default() }), ..page() }
}

#[test]
fn a_second_pen_in_a_value_is_seen_and_one_pen_for_all_is_not() {
    let check = |blue: &dyn Fn(u32, u32) -> bool| findings(&by_hand::ByHand, "birth_2015", written(blue));
    assert_eq!(check(&|_, _| false), []);
    assert_eq!(check(&|_, _| true), []);
    let mixed = check(&|x, y| y == 205 && x > 500);
    assert_eq!(fields_of(&mixed)[0].0, Some("full_name"));
    assert!(mixed[0].seen.as_deref().is_some_and(|seen| seen.starts_with("other-ink")));
    assert_eq!(fields_of(&check(&|_, y| y == 305))[0].0, Some("birth_place"), "a whole value by another pen");
    let label = check(&|x, y| y != 305 || x > 350);
    assert_eq!(label, [], "a black label within the box of a place written in blue");
    assert_eq!(fields_of(&check(&|x, y| y != 205 || x > 350))[0].0, Some("full_name"), "but not in a name");
    assert_eq!(check(&|_, y| y == 105), [], "the number is entered by hand");
    assert_eq!(fields_of(&check(&|x, y| y == 105 && x > 500))[0].0, Some("registration_no"), "but not half of it");
}

/// Words of a place, each leaning as given.
fn leaning(slants: &[f32]) -> SeenPage {
    let mut page = written(|_, _| false);
    let examined = page.examined.as_mut().unwrap();
    examined.mm = 10.0;
    let place = examined.patches.iter_mut().filter(|patch| patch.rect.y == 305);
    place.zip(slants).for_each(|(patch, slant)| patch.slant = Some(*slant));
    page
}

#[test]
fn an_upright_word_in_a_slanted_value_is_another_face() {
    let found = |slants: &[f32]| fields_of(&findings(&face::OtherFace, "birth_2015", leaning(slants))).len();
    assert_eq!(found(&[12.0, 15.0, 12.0, 12.0, 15.0, 0.0]), 1);
    assert_eq!(found(&[0.0, 0.0, 12.0, 15.0, 12.0, 12.0]), 0, "the label before it");
    assert_eq!(found(&[12.0, 15.0, 12.0, 12.0, 15.0, 3.0]), 0, "letters that hardly lean");
    assert_eq!(found(&[0.0, 3.0, 0.0, 0.0, 0.0, 0.0]), 0);
}

#[test]
fn a_printed_electronic_paper_is_told_by_its_address() {
    let with = |text: &str| {
        let symbol = Symbol { text: text.into(), corners: vec![], bbox: Rect { x: 800, y: 20, w: 90, h: 90 }, confirmed: true };
        SeenPage { symbols: vec![symbol], ..page() }
    };
    let codes = |form: &str, text: &str| findings(&electronic::Electronic, form, with(text)).iter().map(|f| f.code).collect::<Vec<_>>();
    assert_eq!(codes("birth_2015", "HTTPS://hotich.example/x"), [Code::ElectronicVersion]);
    assert_eq!(codes("birth_2015", "390|2015"), []);
    assert_eq!(codes("land_2024", "https://dat.example/x"), []);
}

#[test]
fn a_trace_refers_and_never_refuses() {
    let found = findings(&by_hand::ByHand, "birth_2015", traced(vec![trace(TraceKind::Through, 320, 205)]));
    let forms = FormSet::embedded().unwrap();
    let report = InspectionReport {
        kind: Some(forms.form("birth_2015").unwrap().kind.clone()),
        form: None,
        pages: vec![],
        fields: vec![],
        findings: found,
        inspector: String::new(),
    };
    assert!(
        matches!(decide(&report, &Policy::default(), date!(2026 - 11 - 21)), Decision::Refer { because } if because.contains(&Code::Altered))
    );
}
