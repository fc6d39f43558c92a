//! A printed copy held against what it should state: its sheets photographed or scanned, its facts read back and compared one by
//! one.
//!
//! What is expected is known, so nothing is guessed: a fact is the same only where it stands beside its label, where every
//! reading says it, marks and digits exact, and where no text that differs in one sign would fit the picture nearly as well.
//! Corrections by lists and by the spelling of names, which reading a scan for an officer uses, are left out: they would turn an
//! altered name back into the true one. What is not surely the same and not surely another is not told.
//!
//! Not here: whether the QR token is genuine (`crate::verify`), and what the register says.

mod fact;
mod marks;
mod names;
mod picture;
mod rivals;
mod statement;

use std::time::Duration;

use bansao_scan::qr::{self, Symbol};
use bansao_scan::rectify::{LayerOptions, text_layer};
use bansao_scan::{GrayImage, Page, Rect, RgbImage};
use serde::{Deserialize, Serialize};

use super::forms::{FieldType, Form, FormSet};
use super::look::{Looked, look_at};
use super::open;
use super::parallel;
use super::read::text::{PageText, Row};
use super::read::{Printed, Reader, Recognised, alone_fields, printed_fields, recognise, repeated_labels};
use super::seen::SeenPage;
use crate::finding::{Finding, Region};
use crate::limits::Limits;
use crate::record::{Facts, FieldId, Kind};

/// One QR symbol in a picture.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintSymbol {
    /// Which picture or page, from 0.
    pub page: usize,
    /// Its text.
    pub text: String,
    /// Whether a second decoder read the same.
    pub confirmed: bool,
    /// Where it lies in the picture.
    pub region: Region,
}

/// A token carries facts of a person.
impl std::fmt::Debug for PrintSymbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrintSymbol(page {}, {} characters)", self.page, self.text.len())
    }
}

/// What a print should state. Personal data.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedPrint {
    /// Which picture or page bears its QR code, from 0.
    pub qr_page: usize,
    /// Kind of certificate.
    pub kind: Kind,
    /// Number of the certification as printed: running number, then book.
    pub certification_no: String,
    /// The facts that the token signs: each must be found.
    pub signed: Facts,
    /// Further facts that the register holds of the copy; none offline.
    pub registered: Facts,
    /// What the token says of the names that it does not spell out; none where there are no more, or in tokens from before.
    pub other_names: Option<NamesSeal>,
}

/// A digest of names: which they are is not said, and those that were read can be held against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamesSeal {
    /// The token's salt.
    pub salt: [u8; 16],
    /// The digest of [`names_digest`](crate::record::names_digest).
    pub digest: String,
}

impl std::fmt::Debug for ExpectedPrint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ExpectedPrint({}, {:?}, {:?})", self.kind, self.signed, self.registered)
    }
}

/// What comparing came to, of one fact or of the whole print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Likeness {
    /// It is what it should be.
    Same,
    /// It is surely something else.
    Differs,
    /// It was not found, or not read surely.
    CannotTell,
}

/// Id of the certification number among the compared facts.
pub const CERTIFICATION_NO: &str = "certification_no";

/// One fact of a print.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedFact {
    /// Id of the field, or [`CERTIFICATION_NO`].
    pub field: FieldId,
    /// What comparing came to.
    pub likeness: Likeness,
    /// Whether the whole cannot be the same unless this is.
    pub mandatory: bool,
    /// Picture or page that it was found on, from 0.
    pub page: Option<usize>,
    /// Where it stands in the picture.
    pub region: Option<Region>,
    /// What was read there. Personal data.
    pub seen: Option<String>,
    /// What should stand there. Personal data.
    pub expected: String,
}

impl std::fmt::Debug for ComparedFact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ComparedFact({}, {:?})", self.field, self.likeness)
    }
}

/// A print compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintComparison {
    /// The facts, the certification number first.
    pub facts: Vec<ComparedFact>,
    /// Names on the print that nothing known vouches for.
    pub uncovered: Vec<FieldId>,
    /// The pictures against the pages of the copy as it was issued; empty where those are not at hand.
    pub pictures: Vec<ComparedPicture>,
}

/// One page of the issued copy against the picture that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComparedPicture {
    /// Picture of the print that shows the page, from 0; none where no picture surely does.
    pub page: Option<usize>,
    /// What comparing came to. Sameness says nothing of single letters, and is no reason to call a print the same.
    pub likeness: Likeness,
    /// Where the picture shows something else.
    pub regions: Vec<Region>,
}

impl PrintComparison {
    /// The whole: one fact that differs makes it differ; it is the same where all mandatory facts are, no name is left that
    /// nothing vouches for, and no picture shows something else than the page that was certified.
    pub fn likeness(&self) -> Likeness {
        let mandatory = || self.facts.iter().filter(|fact| fact.mandatory);
        if self.facts.iter().any(|fact| fact.likeness == Likeness::Differs) {
            Likeness::Differs
        } else if mandatory().count() > 1 && mandatory().all(|fact| fact.likeness == Likeness::Same) && self.is_quiet() {
            Likeness::Same
        } else {
            Likeness::CannotTell
        }
    }

    /// Whether nothing beside the facts speaks against sameness.
    fn is_quiet(&self) -> bool {
        self.uncovered.is_empty() && self.pictures.iter().all(|picture| picture.likeness != Likeness::Differs)
    }
}

/// The QR symbols of all pictures.
///
/// # Errors
/// The finding that says why a file is no picture.
pub fn symbols(files: &[Vec<u8>], limits: &Limits) -> Result<Vec<PrintSymbol>, Finding> {
    let pages = open(files, limits)?;
    let found = parallel::for_each(&pages, |(_, page)| symbols_of(&page.image));
    let all = found.into_iter().zip(&pages).enumerate().flat_map(|(at, (symbols, (_, page)))| {
        let size = page.image.dimensions();
        symbols.into_iter().map(move |symbol| PrintSymbol {
            page: at,
            text: symbol.text,
            confirmed: symbol.confirmed,
            region: super::seen::region_in(size, &symbol.bbox),
        })
    });
    Ok(all.collect())
}

/// Long sides at which a picture is searched again when nothing was found at its own size, pixels: a symbol of many pixels a module
/// may be lost to the decoder that a smaller picture of it is not.
const AGAIN_PX: [u32; 3] = [2400, 1700, 1200];

/// The symbols of one picture, boxes in its own pixels.
fn symbols_of(picture: &RgbImage) -> Vec<Symbol> {
    let found = qr::read(picture);
    let long = picture.width().max(picture.height());
    let mut sizes = AGAIN_PX.iter().filter(|side| **side < long);
    let again = |side: &u32| {
        let by = |length: u32| u32::try_from(u64::from(length) * u64::from(*side) / u64::from(long)).unwrap_or(1).max(1);
        let small = image::imageops::thumbnail(picture, by(picture.width()), by(picture.height()));
        let back = |at: u32| u32::try_from(u64::from(at) * u64::from(long) / u64::from(*side)).unwrap_or(u32::MAX);
        let found = qr::read(&small).into_iter().map(|symbol| {
            let Rect { x, y, w, h } = symbol.bbox;
            Symbol { bbox: Rect { x: back(x), y: back(y), w: back(w), h: back(h) }, ..symbol }
        });
        Some(found.collect::<Vec<_>>()).filter(|found| !found.is_empty())
    };
    if found.is_empty() { sizes.find_map(again).unwrap_or_default() } else { found }
}

/// Compares the pictures of one print with what it should state, and with the pages of the copy as it was issued where those are
/// at hand (`originals`, picture files).
///
/// # Errors
/// The finding that says why a file is no picture.
pub fn compare(
    files: &[Vec<u8>],
    originals: &[Vec<u8>],
    expected: &ExpectedPrint,
    forms: &FormSet,
    reader: &dyn Reader,
    limits: &Limits,
) -> Result<PrintComparison, Finding> {
    let pages = open(files, limits)?;
    let looked = parallel::for_each(&pages, |(_, page): &(usize, Page)| look_at(page, reader, limits).0);
    let (mut seen, mut texts) = (Vec::new(), Vec::new());
    for Looked { page, text, .. } in looked {
        seen.push(page);
        texts.push(text);
    }
    let bench = Bench { pages: &pages, seen: &seen, texts: &texts, reader, deadline: limits.page_deadline() };
    let statement = statement::number(&bench, expected);
    let kept: Vec<PageText> = texts.iter().map(|text| marks::without_marks(text, book_of(expected))).collect();
    let bench = Bench { texts: &kept, ..bench };
    let recognised = recognise(forms, &kept).filter(|found| found.form.certified && found.form.kind == expected.kind);
    let found = recognised.as_ref().map(|recognised| bench.printed(recognised)).unwrap_or_default();
    let names: Vec<FieldId> = found.iter().map(|(_, printed)| printed.id.clone()).collect();
    let lines = found.iter().flat_map(|(page, printed)| printed.lines.iter().map(|line| (*page, *line))).collect();
    let shown = picture::Pictures { seen: &seen, texts: &texts, lines, book: book_of(expected) };
    let pictures = picture::compared(originals, &shown, reader, limits);
    // Where a label stands twice, a true value could hide an altered one.
    let repeated = recognised.as_ref().map(|recognised| bench.repeated(recognised)).unwrap_or_default();
    let found: Vec<(usize, Printed)> = found.into_iter().filter(|(_, printed)| !repeated.contains(&printed.id)).collect();
    let mut facts = vec![statement];
    let form = recognised.as_ref().map(|recognised| recognised.form);
    facts.extend(expected.signed.iter().map(|(id, value)| bench.fact(form, &found, id, value, true)));
    facts.extend(form.map(|form| bench.registered(form, &found, expected)).unwrap_or_default());
    let is_name = |id: &str| form.and_then(|form| form.field(id)).is_some_and(|spec| spec.kind == FieldType::Name);
    let others: Vec<FieldId> = names.into_iter().filter(|id| is_name(id) && expected.signed.get(id).is_none()).collect();
    let mut uncovered: Vec<FieldId> = others.iter().filter(|id| expected.registered.get(id).is_none()).cloned().collect();
    if let (Some(seal), true) = (&expected.other_names, expected.registered.is_empty()) {
        let names = bench.sealed_facts(form, &found, seal, &others);
        uncovered.retain(|id| names.iter().all(|name| name.field != *id));
        facts.extend(names);
    }
    Ok(PrintComparison { facts, uncovered, pictures })
}

/// The book of the certification, as printed.
fn book_of(expected: &ExpectedPrint) -> &str {
    expected.certification_no.split_once(", ").map_or(expected.certification_no.as_str(), |(_, book)| book)
}

/// Everything that was seen, to find facts in.
struct Bench<'a> {
    pages: &'a [(usize, Page)],
    seen: &'a [SeenPage],
    texts: &'a [PageText],
    reader: &'a dyn Reader,
    deadline: Duration,
}

impl Bench<'_> {
    /// The printed values of a form with the page that each stands on.
    fn printed(&self, recognised: &Recognised<'_>) -> Vec<(usize, Printed)> {
        let form = recognised.form;
        let mut found = Vec::new();
        for (at, number) in recognised.pages.iter().enumerate() {
            let (Some(number), Some(text)) = (number, self.texts.get(at)) else { continue };
            let rows = recognised.title.filter(|title| title.page == at).map(|title| title.rows);
            let mut printed = printed_fields(form, *number, text, rows);
            printed.extend(alone_fields(form, *number, text, rows.map(|(_, last)| last), &printed));
            let shared: Vec<Printed> = form
                .fields
                .iter()
                .filter_map(|spec| Some((spec, spec.within.as_ref()?)))
                .filter_map(|(spec, within)| {
                    Some(Printed { id: spec.id.clone(), ..printed.iter().find(|value| value.id == *within)?.clone() })
                })
                .collect();
            found.extend(printed.into_iter().chain(shared).map(|printed| (at, printed)));
        }
        found
    }

    /// Fields of which it is open where they stand.
    fn repeated(&self, recognised: &Recognised<'_>) -> Vec<FieldId> {
        let pages = recognised.pages.iter().enumerate().filter_map(|(at, number)| Some((at, (*number)?, self.texts.get(at)?)));
        let repeated = pages.flat_map(|(at, number, text)| {
            let rows = recognised.title.filter(|title| title.page == at).map(|title| title.rows);
            repeated_labels(recognised.form, number, text, rows)
        });
        repeated.collect()
    }

    /// The facts that the register holds beside those that the token spells out.
    fn registered(&self, form: &Form, found: &[(usize, Printed)], expected: &ExpectedPrint) -> Vec<ComparedFact> {
        let further = expected.registered.iter().filter(|(id, _)| expected.signed.get(id).is_none());
        let compared = |(id, value): (&str, &str)| {
            let kind = form.field(id)?.kind;
            let mut fact = self.fact(Some(form), found, id, value, fact::is_exact(kind));
            // What no source register was asked about may have been misread when the copy was made: that is no alteration of the print.
            if fact.likeness == Likeness::Differs && !form.register_compare.iter().any(|compared| compared == id) {
                fact.likeness = Likeness::CannotTell;
            }
            Some(fact)
        };
        further.filter_map(compared).collect()
    }

    /// One fact of the form, compared where it is printed.
    fn fact(&self, form: Option<&Form>, found: &[(usize, Printed)], id: &str, value: &str, mandatory: bool) -> ComparedFact {
        let mut fact = ComparedFact {
            field: id.to_owned(),
            likeness: Likeness::CannotTell,
            mandatory,
            page: None,
            region: None,
            seen: None,
            expected: value.to_owned(),
        };
        let Some(kind) = form.and_then(|form| form.field(id)).map(|spec| spec.kind) else { return fact };
        let mut places = found.iter().filter(|(_, printed)| printed.id == id);
        if let (Some((page, printed)), None) = (places.next(), places.next()) {
            self.place(&mut fact, *page, printed);
            (fact.likeness, fact.seen) = self.judge((kind, mandatory), *page, printed, value);
        }
        fact
    }

    fn place(&self, fact: &mut ComparedFact, page: usize, printed: &Printed) {
        fact.page = Some(page);
        let seen = self.seen.get(page);
        fact.region = seen.and_then(|seen| Some(seen.region(&seen.layer.as_ref()?.to_page(&printed.rect))));
    }

    /// Reads a value again by itself and says whether it is the expected one, and what it is.
    fn judge(&self, (kind, strict): (FieldType, bool), page: usize, printed: &Printed, value: &str) -> (Likeness, Option<String>) {
        let first = (printed.text.clone(), printed.confidence);
        let layer = self.seen.get(page).and_then(|seen| seen.layer.as_ref());
        let told = match (layer, printed.lines.as_slice()) {
            (Some(layer), [line]) => {
                let red = self.red_layer(page, line);
                let place = fact::Place { layer: red.as_ref().unwrap_or(&layer.image), line: *line, first };
                fact::judge((kind, strict), value, &place, self.reader, self.deadline)
            }
            _ => Ok(fact::judge_unread(kind, strict, value, first)),
        };
        // An engine that fails says nothing, which is no sameness.
        told.unwrap_or((Likeness::CannotTell, None))
    }

    /// The layer on which red is dark, where a line was read from it: on the other one a red serial has faded.
    fn red_layer(&self, page: usize, line: &Rect) -> Option<GrayImage> {
        let red = |row: &Row| row.red && row.rect().intersection(line).area() > 0;
        self.texts.get(page)?.rows.iter().find(|row| red(row))?;
        let (seen, (_, received)) = (self.seen.get(page)?, self.pages.get(page)?);
        let image = seen.flat.as_ref().map_or(&received.image, |flat| &flat.page.image);
        let measures = &seen.measures;
        Some(text_layer(image, measures.resolution.dpi, measures.pose(), &LayerOptions::titles()).image)
    }
}
