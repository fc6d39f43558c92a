//! What is drawn, and what an inspection must make of it: a case is one folder of `fixtures/scans`.

mod bad;
mod damaged;
mod good;
mod toml_text;

use std::collections::BTreeSet;

use crate::alter::Alteration;
use crate::canvas::Written;
use crate::error::Result;
use crate::facts::{Facts, Office, Record};
use crate::file::{Container, Page};
use crate::fonts::Fonts;
use crate::forms::{Form, Look, Press, draw};
use crate::raster::Raster;
use crate::retouch::{Area, Retouch};
use crate::rng::Rng;
use crate::sheet::Fill;
use crate::wear::{Damage, Placement, Scanner};

/// The kind that the kiosk declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Giấy khai sinh.
    Birth,
    /// Giấy chứng nhận kết hôn.
    Marriage,
    /// Trích lục khai tử, giấy chứng tử.
    Death,
    /// Giấy chứng nhận quyền sử dụng đất.
    Land,
}

impl Kind {
    /// Its identifier, also the folder.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Birth => "birth_certificate",
            Self::Marriage => "marriage_certificate",
            Self::Death => "death_certificate",
            Self::Land => "land_certificate",
        }
    }
}

/// What the register holds.
#[derive(Debug, Clone)]
pub enum Register {
    /// What the paper says.
    Same,
    /// Something else.
    Holds(Facts),
    /// Nothing.
    Absent,
}

/// A specimen and the decision it calls for.
#[derive(Debug, Clone)]
pub struct Case {
    /// Declared kind.
    pub kind: Kind,
    /// Folder name.
    pub name: String,
    /// Form of the paper.
    pub form: Form,
    /// Content.
    pub record: Record,
    /// Look.
    pub look: Look,
    /// Forgeries.
    pub alterations: Vec<Alteration>,
    /// Damage of the scan.
    pub damage: Vec<Damage>,
    /// Resolution of the scanner.
    pub dpi: u32,
    /// File format.
    pub container: Container,
    /// Pages that were scanned; all when empty.
    pub pages: Vec<usize>,
    /// Another paper scanned behind this one.
    pub behind: Option<(Form, Record)>,
    /// Allowed decisions.
    pub expect: &'static [&'static str],
    /// Findings that must be reported.
    pub codes: &'static [&'static str],
    /// What is drawn.
    pub note: &'static str,
    /// The register.
    pub register: Register,
    /// Whether `case.toml` tells the fields.
    pub legible: bool,
    /// The second paper lies beside the first on one glass, not behind it.
    pub beside: bool,
    /// The size of the paper as a factor of the usual one.
    pub zoom: f32,
    /// A value replaced in the pixels: how, the field, what it says now.
    pub retouch: Option<(Retouch, &'static str, String)>,
    /// What the scored set says of the case.
    pub label: Option<Label>,
}

/// By what a scored case is counted.
#[derive(Debug, Clone, Copy)]
pub struct Label {
    /// What happened to the paper or the scan.
    pub degradation: &'static str,
    /// How the form was filled in.
    pub fill: &'static str,
    /// How it was altered, if it was.
    pub altered: &'static str,
}

/// A case as files.
#[derive(Debug)]
pub struct Rendered {
    /// Name and bytes: the scan files, then `case.toml`.
    pub files: Vec<(String, Vec<u8>)>,
    /// The pages, for looking at.
    pub pages: Vec<Page>,
}

impl Case {
    /// A case that must be certified, until told otherwise.
    pub fn new(kind: Kind, name: &str, form: Form, record: impl FnOnce(&mut Rng) -> Record) -> Self {
        Set::COMMITTED.case(kind, name, form, record)
    }

    fn of(kind: Kind, name: &str, form: Form) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            form,
            record: Record { facts: Facts::default(), office: Office::default() },
            look: Look::of(form, Fill::PRINT),
            alterations: Vec::new(),
            damage: Vec::new(),
            dpi: 200,
            container: Container::Jpeg(70),
            pages: Vec::new(),
            behind: None,
            expect: &["approve"],
            codes: &[],
            note: "",
            register: Register::Same,
            legible: true,
            beside: false,
            zoom: 1.0,
            retouch: None,
            label: None,
        }
    }

    pub(crate) fn fill(mut self, fill: Fill) -> Self {
        self.look.fill = fill;
        self
    }

    pub(crate) fn dpi(mut self, dpi: u32) -> Self {
        self.dpi = dpi;
        self
    }

    pub(crate) fn container(mut self, container: Container) -> Self {
        self.container = container;
        self
    }

    /// Printed on a plain sheet.
    fn simple(mut self) -> Self {
        self.look.blank = self.look.blank.simple();
        self
    }

    pub(crate) fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    pub(crate) fn expect(mut self, expect: &'static [&'static str], codes: &'static [&'static str]) -> Self {
        (self.expect, self.codes) = (expect, codes);
        self
    }

    pub(crate) fn look(mut self, change: impl FnOnce(&mut Look)) -> Self {
        change(&mut self.look);
        self
    }

    pub(crate) fn damage(mut self, damage: Damage) -> Self {
        self.damage.push(damage);
        self
    }

    /// The paper is forged; the register keeps what the record said.
    pub(crate) fn altered(mut self, alteration: Alteration, printed: &str) -> Self {
        let truth = self.record.facts.clone();
        let (id, _) = alteration.what();
        self.register = Register::Holds(truth.clone());
        // The true value is drawn first and covered; the fields tell what the paper shows now.
        self.record.facts.set("_altered", id);
        self.record.facts.set("_shown", printed);
        self.alterations.push(alteration);
        self
    }

    pub(crate) fn register(mut self, register: Register) -> Self {
        self.register = register;
        self
    }

    pub(crate) fn illegible(mut self) -> Self {
        self.legible = false;
        self
    }

    /// `kind/name`, the folder under the root of scans.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.kind.id(), self.name)
    }

    /// Draws, scans and packs.
    ///
    /// # Errors
    /// As the drawing and the encoders.
    pub fn render(&self, fonts: &Fonts<'_>) -> Result<Rendered> {
        let mut rng = Rng::named(&self.path());
        let (mut printed, written) = self.print(fonts, &self.record, rng.bits())?;
        if !self.pages.is_empty() {
            printed = self.pages.iter().filter_map(|i| printed.get(*i).cloned()).collect();
        }
        if self.beside {
            printed = printed.iter().map(|p| p.0.clone()).reduce(|a, b| a.beside(&b)).map(|p| (p, Vec::new())).into_iter().collect();
        }
        let mut pages = Vec::with_capacity(printed.len());
        for (at, (paper, lines)) in printed.iter().enumerate() {
            let seen = self.retouch.as_ref().and_then(|(how, id, text)| Some((*how, text, lines.iter().find(|w| w.id == *id)?)));
            let forgery = match seen {
                Some((how, text, line)) => Some(self.forgery(fonts, at, how, text, line, lines)?),
                None => None,
            };
            pages.push(self.scan(paper, forgery, &mut rng));
        }
        let mut files = self.container.pack(&pages)?;
        let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
        files.push(("case.toml".to_owned(), toml_text::of(self, &names, &written).into_bytes()));
        Ok(Rendered { files, pages })
    }

    /// The papers with their lines of values, and which fields the first one prints.
    fn print(&self, fonts: &Fonts<'_>, record: &Record, seed: u64) -> Result<(Papers, BTreeSet<String>)> {
        let mut written = BTreeSet::new();
        let mut rasters = Vec::new();
        let papers = std::iter::once((self.form, record)).chain(self.behind.iter().map(|(f, r)| (*f, r)));
        for (i, (form, record)) in papers.enumerate() {
            let look = if i == 0 { self.look.clone() } else { Look::of(form, Fill::BOLD) };
            let press = Press { fonts, record, look: &look, dpi: self.dpi as f32 * self.zoom, seed: seed.wrapping_add(i as u64) };
            let mut pages = draw(form, &press)?;
            if i == 0 {
                self.alterations.iter().try_for_each(|a| a.apply(&mut pages))?;
                written.extend(pages.iter().flat_map(|p| p.written.iter().map(|w| w.id.clone())));
            }
            rasters.extend(pages.iter().map(|p| (Raster::of(&p.pixmap), p.written.clone())));
        }
        Ok((rasters, written))
    }

    /// The same page with the forged value, and where the value stands.
    fn forgery(&self, fonts: &Fonts<'_>, page: usize, how: Retouch, text: &str, line: &Written, lines: &[Written]) -> Result<Forgery> {
        let forged = self.record.clone().with(&line.id, text);
        let seed = Rng::named(&self.path()).bits();
        let paper =
            self.print(fonts, &forged, seed)?.0.into_iter().nth(page).map_or_else(|| Raster::plain(8, 8, [255; 3]), |(paper, _)| paper);
        let other = lines.iter().filter(|w| w.id != line.id && w.width >= line.width * 0.6 && w.text != line.text);
        let source = other.min_by(|a, b| (a.width - line.width).abs().total_cmp(&(b.width - line.width).abs())).cloned();
        Ok(Forgery { how, paper, line: line.clone(), source })
    }

    fn scan(&self, page: &Raster, forgery: Option<Forgery>, rng: &mut Rng) -> Page {
        let mut scanner = Scanner::office(self.dpi, rng);
        if matches!(self.container, Container::Png | Container::TiffPalette) {
            scanner.noise = 0.0;
        }
        let glass = rng.clone();
        let (mut image, placement) = scanner.scan_placed(page, rng);
        if let Some(forgery) = forgery {
            let per_mm = self.dpi as f32 * self.zoom / 25.4;
            let area = area(&forgery.line, &placement, per_mm, &image);
            match &forgery.source {
                Some(source) if forgery.how == Retouch::Repeated => {
                    let from = self::area(source, &placement, per_mm, &image);
                    Retouch::repeat(&mut image, from, area);
                }
                _ => {
                    let forged = scanner.scan(&forgery.paper, &mut glass.clone());
                    forgery.how.apply(&mut image, &forged, area, rng);
                }
            }
        }
        let mut dpi = self.dpi;
        for damage in &self.damage {
            (image, dpi) = damage.apply(image, dpi, rng);
        }
        Page { image, dpi }
    }
}

/// Drawn pages, each with its lines of values.
type Papers = Vec<(Raster, Vec<Written>)>;

/// A value to be replaced in a scan.
struct Forgery {
    how: Retouch,
    paper: Raster,
    line: Written,
    /// Another value of the page, for copying.
    source: Option<Written>,
}

/// The box of a line in the scan, inside the picture.
fn area(line: &Written, placement: &Placement, per_mm: f32, image: &Raster) -> Area {
    let high = line.pen.points * 0.36;
    let (x0, y0, x1, y1) = (line.x - 1.0, line.y - high * 1.05, line.x + line.width + 3.0, line.y + high * 0.36);
    let corners = [(x0, y0), (x1, y0), (x0, y1), (x1, y1)].map(|(x, y)| placement.at(x * per_mm, y * per_mm));
    let low = |values: [f32; 4], most: u32| (values.into_iter().fold(f32::MAX, f32::min).max(0.0) as u32).min(most - 2);
    let high = |values: [f32; 4], most: u32| (values.into_iter().fold(0.0, f32::max) as u32).min(most - 1);
    let (xs, ys) = (corners.map(|c| c.0), corners.map(|c| c.1));
    (low(xs, image.width), low(ys, image.height), high(xs, image.width), high(ys, image.height))
}

/// Every case, in the order of the folders' kinds.
#[must_use]
pub fn all() -> Vec<Case> {
    let mut cases = good::cases();
    cases.extend(wrong(Set::COMMITTED));
    cases
}

/// Every case that must not be certified, drawn anew with the seeds of `set`.
pub(crate) fn wrong(set: Set) -> Vec<Case> {
    [bad::cases(set), damaged::cases(set)].concat()
}

/// Whose seeds a case is drawn with: two sets tell of other people in the same plots.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Set(pub(crate) &'static str);

impl Set {
    /// The set that the repository holds.
    pub(crate) const COMMITTED: Self = Self("");

    fn case(self, kind: Kind, name: &str, form: Form, record: impl FnOnce(&mut Rng) -> Record) -> Case {
        Case { record: record(&mut Rng::named(&format!("{}{}/{name}", self.0, kind.id()))), ..Case::of(kind, name, form) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fonts::FontFiles;

    #[test]
    fn the_set_is_large_enough_and_names_are_unique() {
        let cases = all();
        let good = cases.iter().filter(|c| c.expect.contains(&"approve")).count();
        assert!(good >= 26, "{good} to certify");
        assert!(cases.len() - good >= 26, "{} not to certify", cases.len() - good);
        let paths: BTreeSet<String> = cases.iter().map(Case::path).collect();
        assert_eq!(paths.len(), cases.len());
        assert!(cases.iter().all(|c| !c.note.is_empty() && !c.expect.is_empty()));
    }

    #[test]
    fn a_page_is_the_same_on_every_run() {
        let files = FontFiles::read().unwrap();
        let fonts = files.parse().unwrap();
        let mut case = all().remove(0);
        case.dpi = 50;
        let first = case.render(&fonts).unwrap();
        let second = case.render(&fonts).unwrap();
        assert_eq!(first.files, second.files);
    }

    #[test]
    fn registers_find_one_paper_by_its_numbers() {
        let mut seen = BTreeSet::new();
        for case in all().iter().filter(|c| c.legible) {
            let facts = &case.record.facts;
            let key = ["registration_no", "registration_place", "land_serial_no"].map(|id| facts.get(id).to_owned());
            assert!(seen.insert((case.kind.id(), key)), "{} repeats numbers", case.path());
        }
    }
}
