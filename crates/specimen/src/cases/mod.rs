//! What is drawn, and what an inspection must make of it: a case is one folder of `fixtures/scans`.

mod bad;
mod damaged;
mod good;
mod toml_text;

use std::collections::BTreeSet;

use crate::alter::Alteration;
use crate::error::Result;
use crate::facts::{Facts, Record};
use crate::file::{Container, Page};
use crate::fonts::Fonts;
use crate::forms::{Form, Look, Press, draw};
use crate::raster::Raster;
use crate::rng::Rng;
use crate::sheet::Fill;
use crate::wear::{Damage, Scanner};

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
        let record = record(&mut Rng::named(&format!("{}/{name}", kind.id())));
        Self {
            kind,
            name: name.to_owned(),
            form,
            record,
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
        }
    }

    fn fill(mut self, fill: Fill) -> Self {
        self.look.fill = fill;
        self
    }

    fn dpi(mut self, dpi: u32) -> Self {
        self.dpi = dpi;
        self
    }

    fn container(mut self, container: Container) -> Self {
        self.container = container;
        self
    }

    /// Printed on a plain sheet.
    fn simple(mut self) -> Self {
        self.look.blank = self.look.blank.simple();
        self
    }

    fn note(mut self, note: &'static str) -> Self {
        self.note = note;
        self
    }

    fn expect(mut self, expect: &'static [&'static str], codes: &'static [&'static str]) -> Self {
        (self.expect, self.codes) = (expect, codes);
        self
    }

    fn look(mut self, change: impl FnOnce(&mut Look)) -> Self {
        change(&mut self.look);
        self
    }

    fn damage(mut self, damage: Damage) -> Self {
        self.damage.push(damage);
        self
    }

    /// The paper is forged; the register keeps what the record said.
    fn altered(mut self, alteration: Alteration, printed: &str) -> Self {
        let truth = self.record.facts.clone();
        let (Alteration::Patched { id, .. } | Alteration::StruckOut { id, .. } | Alteration::Whitened { id, .. }) = &alteration;
        self.register = Register::Holds(truth.clone());
        // The true value is drawn first and covered; the fields tell what the paper shows now.
        self.record.facts.set("_altered", *id);
        self.record.facts.set("_shown", printed);
        self.alterations.push(alteration);
        self
    }

    fn register(mut self, register: Register) -> Self {
        self.register = register;
        self
    }

    fn illegible(mut self) -> Self {
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
        let (mut printed, written) = self.print(fonts, rng.bits())?;
        if !self.pages.is_empty() {
            printed = self.pages.iter().filter_map(|i| printed.get(*i).cloned()).collect();
        }
        let pages: Vec<Page> = printed.iter().map(|page| self.scan(page, &mut rng)).collect();
        let mut files = self.container.pack(&pages)?;
        let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
        files.push(("case.toml".to_owned(), toml_text::of(self, &names, &written).into_bytes()));
        Ok(Rendered { files, pages })
    }

    /// The papers, and which fields were written on them.
    fn print(&self, fonts: &Fonts<'_>, seed: u64) -> Result<(Vec<Raster>, BTreeSet<String>)> {
        let mut written = BTreeSet::new();
        let mut rasters = Vec::new();
        let papers = std::iter::once((self.form, &self.record)).chain(self.behind.iter().map(|(f, r)| (*f, r)));
        for (i, (form, record)) in papers.enumerate() {
            let look = if i == 0 { self.look.clone() } else { Look::of(form, Fill::BOLD) };
            let press = Press { fonts, record, look: &look, dpi: self.dpi as f32, seed: seed.wrapping_add(i as u64) };
            let mut pages = draw(form, &press)?;
            if i == 0 {
                self.alterations.iter().try_for_each(|a| a.apply(&mut pages))?;
                written.extend(pages.iter().flat_map(|p| p.written.iter().map(|w| w.id.clone())));
            }
            rasters.extend(pages.iter().map(|p| Raster::of(&p.pixmap)));
        }
        Ok((rasters, written))
    }

    fn scan(&self, page: &Raster, rng: &mut Rng) -> Page {
        let mut scanner = Scanner::office(self.dpi, rng);
        if matches!(self.container, Container::Png | Container::TiffPalette) {
            scanner.noise = 0.0;
        }
        let mut image = scanner.scan(page, rng);
        let mut dpi = self.dpi;
        for damage in &self.damage {
            (image, dpi) = damage.apply(image, dpi, rng);
        }
        Page { image, dpi }
    }
}

/// Every case, in the order of the folders' kinds.
#[must_use]
pub fn all() -> Vec<Case> {
    let mut cases = good::cases();
    cases.extend(bad::cases());
    cases.extend(damaged::cases());
    cases
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
