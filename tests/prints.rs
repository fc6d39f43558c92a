//! Printed copies, photographed and scanned: the genuine ones are told to be the same or not told, and no altered one is ever the
//! same.
//!
//! `BANSAO_PRINTS=n cargo test --release --test prints -- --nocapture` counts over n papers of every form,
//! each altered `BANSAO_ALTERATIONS` times (3), of the forms and captures in `BANSAO_FORMS` and `BANSAO_CAPTURES` where those are set; `docs/VERIFICATION.md` has the
//! figures. `BANSAO_KEEP_PRINTS=folder` leaves the pictures there.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod camera;
mod paper;
mod printer;

use std::collections::BTreeMap;
use std::path::Path;

use bansao::inspect::forms::FormSet;
use bansao::inspect::print::{ExpectedPrint, Likeness, PrintComparison, compare};
use bansao::inspect::read::{LANGUAGE_DATA, Pair};
use bansao::limits::Limits;
use bansao::record::Facts;
use bansao_scan::RgbImage;
use unicode_normalization::UnicodeNormalization;

use camera::{Camera, jpeg};
use paper::{FORMS, Paper};
use printer::print;

const QR_TEXT: &str = "https://bansao.example/v#2KCEWQUCAEMQ7Z3LJ4YFQWERTASDFGHZXCVB2345672KCEWQUCAEMQ7Z3LJ4YFQWERT";

/// How a print gets to whoever verifies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Capture {
    /// Scanned at 200 dpi.
    Scan200,
    /// Scanned at 300 dpi.
    Scan300,
    /// Printed in black and white dots at 150 dpi, and scanned so.
    Dots150,
    /// Photographed from aside in uneven light, 12 megapixels.
    Photo,
    /// The same, out of focus and small.
    Blurred,
}

const CAPTURES: [Capture; 5] = [Capture::Scan200, Capture::Scan300, Capture::Dots150, Capture::Photo, Capture::Blurred];

impl Capture {
    fn take(self, pdf: &[u8]) -> Vec<Vec<u8>> {
        let sheets = match self {
            Self::Scan200 => print(pdf, 200, false),
            Self::Dots150 => print(pdf, 150, true),
            Self::Scan300 | Self::Photo | Self::Blurred => print(pdf, 300, false),
        };
        let (back, right) = (9.0, -6.0);
        let camera = Camera { back, right, turn: 2.5, shadow: 0.35 };
        let shoot = |sheet: &RgbImage, side| {
            let wide = sheet.width() > sheet.height();
            if wide { camera.shoot(&image::imageops::rotate90(sheet), side) } else { camera.shoot(sheet, side) }
        };
        let file = |sheet: &RgbImage| match self {
            Self::Scan200 | Self::Scan300 | Self::Dots150 => jpeg(sheet),
            Self::Photo => jpeg(&shoot(sheet, 3000)),
            Self::Blurred => jpeg(&image::imageops::blur(&shoot(sheet, 1500), 1.2)),
        };
        sheets.iter().map(file).collect()
    }
}

/// A text with one sign changed: the `at`-th letter that can be altered by a stroke or a mark, or digit.
fn altered(text: &str, at: usize) -> String {
    let signs: Vec<char> = text.nfd().collect();
    let tones = ['\u{300}', '\u{301}', '\u{303}', '\u{309}', '\u{323}'];
    let marks = ['\u{302}', '\u{306}', '\u{31b}'];
    let other = |sign: char, salt: usize| -> Option<String> {
        let low = sign.to_lowercase().next()?;
        let like = match low {
            '0'..='9' => return Some(char::from_digit((low.to_digit(10)? + 1 + salt as u32 % 8) % 10, 10)?.to_string()),
            c if tones.contains(&c) => return Some(if salt.is_multiple_of(3) { String::new() } else { tones[(salt + 1) % 5].to_string() }),
            c if marks.contains(&c) => return Some(String::new()),
            'n' => 'm',
            'h' => 'n',
            'đ' => 'd',
            'd' => 'đ',
            'i' => 'y',
            'o' => 'a',
            'u' => 'ư',
            'a' => 'â',
            'e' => 'ê',
            'c' => 'o',
            _ => return None,
        };
        Some(if sign.is_uppercase() { like.to_uppercase().to_string() } else { like.to_string() })
    };
    let places: Vec<usize> = (0..signs.len()).filter(|place| other(signs[*place], at).is_some()).collect();
    let place = places[at * 7 % places.len()];
    let changed = other(signs[place], at).unwrap();
    let parts: String = signs[..place].iter().collect::<String>() + &changed + &signs[place + 1..].iter().collect::<String>();
    let made: String = parts.nfc().collect();
    // A tone that is exchanged for itself is no alteration.
    if made == text { altered(text, at + 1) } else { made }
}

struct Judge {
    forms: FormSet,
    reader: Pair,
    limits: Limits,
}

impl Judge {
    fn new() -> Self {
        let limits = Limits { page_seconds: 120, ..Limits::default() };
        Self { forms: FormSet::embedded().unwrap(), reader: Pair::load(Path::new(LANGUAGE_DATA)).unwrap(), limits }
    }

    fn expected(&self, paper: &Paper, pages: usize, with_register: bool) -> ExpectedPrint {
        ExpectedPrint {
            qr_page: pages - 1,
            kind: paper.kind(),
            certification_no: paper.certification_no().to_string(),
            signed: paper.signed(&self.forms),
            registered: if with_register { paper.facts() } else { Facts::new() },
            other_names: paper.other_names(&self.forms),
        }
    }

    fn compare(&self, files: &[Vec<u8>], originals: &[Vec<u8>], expected: &ExpectedPrint) -> PrintComparison {
        compare(files, originals, expected, &self.forms, &self.reader, &self.limits).unwrap()
    }
}

fn keep(name: &str, files: &[Vec<u8>]) {
    let Some(folder) = std::env::var_os("BANSAO_KEEP_PRINTS") else { return };
    std::fs::create_dir_all(&folder).unwrap();
    for (at, file) in files.iter().enumerate() {
        std::fs::write(Path::new(&folder).join(format!("{name}-{at}.jpg")), file).unwrap();
    }
}

fn told(comparison: &PrintComparison) -> String {
    let fact = |fact: &bansao::inspect::print::ComparedFact| {
        let mark = match fact.likeness {
            Likeness::Same => "=",
            Likeness::Differs => "!",
            Likeness::CannotTell => "?",
        };
        let seen = fact.seen.as_deref().unwrap_or("-");
        if fact.likeness == Likeness::Same {
            format!("{}{mark}", fact.field)
        } else {
            format!("{}{mark}[{seen}|{}]", fact.field, fact.expected)
        }
    };
    let facts: Vec<String> = comparison.facts.iter().filter(|one| one.mandatory || one.likeness == Likeness::Differs).map(fact).collect();
    let pictures: Vec<_> = comparison.pictures.iter().map(|picture| (picture.page, picture.likeness, &picture.regions)).collect();
    format!("{} uncovered {:?} pictures {pictures:?}", facts.join(" "), comparison.uncovered)
}

/// A count: how the print was captured, whether it is genuine, whether the register was asked.
type Case = (Capture, bool, bool);

/// Genuine and altered prints of every form and capture.
#[test]
fn no_altered_print_is_ever_the_same() {
    let judge = Judge::new();
    let number = |name: &str| std::env::var(name).ok().map(|number| number.parse::<u32>().unwrap());
    let papers = number("BANSAO_PRINTS");
    let alterations = number("BANSAO_ALTERATIONS").unwrap_or(if papers.is_some() { 3 } else { 1 });
    let mut counts: BTreeMap<Case, [u32; 3]> = BTreeMap::new();
    let mut count = |case: Case, comparison: &PrintComparison| {
        let place = match comparison.likeness() {
            Likeness::Same => 0,
            Likeness::Differs => 1,
            Likeness::CannotTell => 2,
        };
        counts.entry(case).or_default()[place] += 1;
    };
    let mut wrong = Vec::new();
    let forms = if papers.is_some() { &FORMS[..] } else { &FORMS[..2] };
    let rounds = (0..papers.unwrap_or(1)).flat_map(|round| forms.iter().map(move |form| (*form, round as usize)));
    let wanted = |name: &str, value: &str| std::env::var(name).map_or(true, |wanted| wanted.split(',').any(|one| one == value));
    for (number, (form, round)) in (1..).zip(rounds).filter(|(_, (form, _))| wanted("BANSAO_FORMS", &format!("{form:?}"))) {
        let paper = Paper::of(form, number);
        let few = vec![[Capture::Scan300, Capture::Photo, Capture::Dots150][number as usize % 3]];
        let all = CAPTURES.into_iter().filter(|capture| wanted("BANSAO_CAPTURES", &format!("{capture:?}")));
        let captures: Vec<Capture> = if papers.is_some() { all.collect() } else { few };
        let pdf = paper.copy(QR_TEXT);
        let originals = paper.originals();
        let (signed, others) = (paper.signed(&judge.forms), paper.other_names(&judge.forms));
        let facts = paper.facts();
        let form_of = judge.forms.form(form.id().unwrap()).unwrap();
        let others = others.map(|_| form_of.other_names_of(&facts)).unwrap_or_default();
        let names: Vec<&str> = signed.iter().chain(others.iter()).map(|(id, _)| id).collect();
        for capture in captures {
            let files = capture.take(&pdf);
            keep(&format!("{form:?}-{number}-{capture:?}"), &files);
            let expected = [true, false].map(|with_register| judge.expected(&paper, files.len(), with_register));
            for (expected, online) in expected.iter().zip([true, false]) {
                let comparison = judge.compare(&files, if online { &originals } else { &[] }, expected);
                println!("{form:?} {number} {capture:?} genuine {online}: {:?} {}", comparison.likeness(), told(&comparison));
                if comparison.likeness() == Likeness::Differs {
                    wrong.push(format!("{form:?} {number} {capture:?}: a genuine print differs: {}", told(&comparison)));
                }
                count((capture, true, online), &comparison);
            }
            for salt in 0..alterations as usize {
                let id = names[(number as usize + salt + round) % names.len()];
                let value = altered(facts.get(id).unwrap(), number as usize + 3 * salt + round);
                let forged = paper.with(id, &value).copy(QR_TEXT);
                let files = capture.take(&forged);
                keep(&format!("{form:?}-{number}-{capture:?}-{id}-{salt}"), &files);
                let turn = (number as usize + salt).is_multiple_of(2);
                let ways = expected.iter().zip([true, false]).filter(|(_, online)| papers.is_some() || *online == turn);
                for (expected, online) in ways {
                    let comparison = judge.compare(&files, if online { &originals } else { &[] }, expected);
                    println!("{form:?} {number} {capture:?} {id} now {value} {online}: {:?} {}", comparison.likeness(), told(&comparison));
                    count((capture, false, online), &comparison);
                    if comparison.likeness() == Likeness::Same {
                        wrong.push(format!("{form:?} {number} {capture:?} {online}: {id} says {value} and is the same"));
                    }
                }
            }
        }
    }
    println!("capture, genuine, register: same, differs, cannot tell");
    for ((capture, genuine, online), [same, differs, unknown]) in &counts {
        let (paper, asked) = (if *genuine { "genuine" } else { "altered" }, if *online { "asked" } else { "offline" });
        println!("{capture:?} {paper} {asked}: {same} {differs} {unknown}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
