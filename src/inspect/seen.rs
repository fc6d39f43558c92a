//! What the checks look at: measures, words, seals, symbols and fields of one submission.

use bansao_scan::forensic::{Examination, Trace};
use bansao_scan::qr::Symbol;
use bansao_scan::rectify::Layer;
use bansao_scan::seal::{Arc, Seal, SignatureInk};
use bansao_scan::sheet::{Flat, Sheet};
use bansao_scan::{Measures, Rect};
use time::Date;

use super::forms::{FieldSpec, Form, FormSet, Rule};
use super::read::text::PageText;
use super::read::{Inscription, Recognised};
use super::report::Field;
use crate::finding::{Finding, Region};
use crate::record::{Kind, PartialDate};

/// One submission as far as it was seen.
#[derive(Debug)]
pub struct Seen<'a> {
    /// Its pages, over all files.
    pub pages: &'a [SeenPage],
    /// Their texts, in the same order.
    pub texts: &'a [PageText],
    /// The form, if one was recognised.
    pub recognised: Option<&'a Recognised<'a>>,
    /// The fields that were read.
    pub fields: &'a [Field],
    /// All forms.
    pub forms: &'a FormSet,
    /// The kind that the kiosk declares.
    pub declared: Option<&'a Kind>,
    /// Today in Việt Nam.
    pub today: Date,
}

/// One page as far as it was seen. Boxes are those of the page that was measured: the flat sheet of a photograph.
#[derive(Debug)]
pub struct SeenPage {
    /// Its measures.
    pub measures: Measures,
    /// Width and height of the page that was measured, pixels.
    pub size_px: (u32, u32),
    /// Where the sheet lies in the picture as received.
    pub sheet: Sheet,
    /// The sheet made flat, where the picture is a photograph; what was measured is then this.
    pub flat: Option<Flat>,
    /// Round red marks, the best first.
    pub seals: Vec<Seal>,
    /// The ink beside the best of them.
    pub ink: Option<SignatureInk>,
    /// The upper arc of the best of them, unrolled, where it is one.
    pub arc: Option<Arc>,
    /// What was read on it.
    pub inscription: Inscription,
    /// By how much the office that the form names falls short of what it says: [`super::read::shortfall`].
    pub office_shortfall: Option<f32>,
    /// QR symbols.
    pub symbols: Vec<Symbol>,
    /// The layer that was read; `None` where the page was not read.
    pub layer: Option<Layer>,
    /// What was measured word by word, for traces of alteration; `None` where the page was not read.
    pub examined: Option<Examination>,
    /// Places that differ from the rest of the page.
    pub traces: Vec<Trace>,
}

impl SeenPage {
    /// A page that was measured and not yet read.
    pub fn measured(measures: Measures, size_px: (u32, u32), sheet: Sheet, seals: Vec<Seal>) -> Self {
        Self {
            measures,
            size_px,
            sheet,
            flat: None,
            seals,
            ink: None,
            arc: None,
            inscription: Inscription::default(),
            office_shortfall: None,
            symbols: Vec::new(),
            layer: None,
            examined: None,
            traces: Vec::new(),
        }
    }

    /// Whether nothing stands on it.
    pub fn is_blank(&self) -> bool {
        self.measures.ink_share < 0.002 || self.measures.letters < 12
    }

    /// The best mark that is a seal.
    pub fn seal(&self) -> Option<&Seal> {
        self.seals.first().filter(|seal| seal.score >= 0.5)
    }

    /// The box that a region of the page as received, in thousandths, stands for.
    pub fn rect(&self, region: &Region) -> Rect {
        let at = |part: u16, of: u32| u32::try_from(u64::from(part) * u64::from(of) / 1000).unwrap_or(of);
        let (width, height) = self.received_px();
        let rect = Rect::between(at(region.left, width), at(region.top, height), at(region.right, width), at(region.bottom, height));
        self.flat.as_ref().map_or(rect, |flat| flat.onto_flat(&rect))
    }

    /// Width and height of the page as received.
    pub fn received_px(&self) -> (u32, u32) {
        self.flat.as_ref().map_or(self.size_px, Flat::received_px)
    }

    /// A box of the page as it stands once the page is upright.
    pub fn upright(&self, rect: &Rect) -> Rect {
        self.layer.as_ref().map_or(*rect, |layer| layer.onto_layer(rect))
    }

    /// Where a box of the page lies on the page as received, in thousandths.
    pub fn region(&self, rect: &Rect) -> Region {
        let rect = self.flat.as_ref().map_or(*rect, |flat| flat.to_received(rect));
        region_in(self.received_px(), &rect)
    }
}

/// A box of a picture of that size in thousandths of it.
pub(super) fn region_in((width, height): (u32, u32), rect: &Rect) -> Region {
    let part = |at: u32, of: u32| u16::try_from(u64::from(at) * 1000 / u64::from(of.max(1))).unwrap_or(1000).min(1000);
    Region { left: part(rect.x, width), top: part(rect.y, height), right: part(rect.right(), width), bottom: part(rect.bottom(), height) }
}

impl<'a> Seen<'a> {
    /// The form, if one was recognised.
    pub fn form(&self) -> Option<&'a Form> {
        self.recognised.map(|recognised| recognised.form)
    }

    /// The rules of the form; none without a form.
    pub fn rules(&self) -> &'a [Rule] {
        self.form().map_or(&[], |form| form.rules.as_slice())
    }

    /// The description of a field.
    pub fn spec(&self, id: &str) -> Option<&'a FieldSpec> {
        self.form()?.field(id)
    }

    /// A field that was read.
    pub fn field(&self, id: &str) -> Option<&'a Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// The value of a field.
    pub fn value(&self, id: &str) -> Option<&'a str> {
        self.field(id).map(|field| field.value.as_str())
    }

    /// The value of a field as a date of the calendar.
    pub fn date(&self, id: &str) -> Option<PartialDate> {
        PartialDate::parse(self.value(id)?).ok()
    }

    /// The page of the submission that is page `page` of the form.
    pub fn page_of(&self, page: usize) -> Option<usize> {
        self.recognised?.pages.iter().position(|assigned| *assigned == Some(page))
    }

    /// A finding in a field, with its place.
    pub fn in_field(&self, finding: Finding, id: &str) -> Finding {
        let finding = finding.in_field(id);
        match self.field(id) {
            Some(field) => {
                let finding = finding.on_page(field.page);
                match field.region {
                    Some(region) => finding.at(region),
                    None => finding,
                }
            }
            None => finding,
        }
    }
}
