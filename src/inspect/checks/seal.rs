//! A red round seal at the signature, and ink of a pen beside it (S1).

use bansao_scan::seal::Seal;

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::seen::{Seen, SeenPage};

pub(super) struct Sealed;

/// A title of the signer stands within this distance above the seal's middle, or below its top.
const NEAR_MM: f32 = 62.0;

impl Check for Sealed {
    fn name(&self) -> &'static str {
        "seal"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let Some(form) = seen.form().filter(|form| form.certified && form.seal) else { return Vec::new() };
        let Some(at) = seen.page_of(form.seal_page) else { return Vec::new() };
        let Some(page) = seen.pages.get(at) else { return Vec::new() };
        let Some(seal) = page.seal() else {
            let best = page.seals.first().map_or(0.0, |seal| seal.score);
            return vec![Finding::new(Code::SealMissing).on_page(at).seen(format!("{best:.2}")).expected("0.50")];
        };
        let mut findings = Vec::new();
        if !stands_at_signature(seen, page, seal) {
            findings.push(Finding::new(Code::SealMisplaced).on_page(at).at(page.region(&seal.bbox)));
        }
        match &page.ink {
            Some(ink) if ink.is_present() && !ink.overlaps_seal => {
                findings.push(Finding::new(Code::SealMisplaced).on_page(at).at(page.region(&seal.bbox)));
            }
            Some(ink) if ink.is_present() => {}
            _ => findings.push(Finding::new(Code::SignatureMissing).on_page(at).at(page.region(&seal.bbox))),
        }
        findings
    }
}

/// The signer's title stands above the seal or its upper half, less than a hand away.
fn stands_at_signature(seen: &Seen<'_>, page: &SeenPage, seal: &Seal) -> bool {
    let Some(layer) = &page.layer else { return false };
    let Some(field) = seen.field("signer_title") else {
        // Without a title there is a finding already; the seal is then judged by its place on the sheet alone.
        return seen.form().is_none_or(|form| within(&layer.onto_layer(&seal.bbox), form.seal_place, layer.image.dimensions()));
    };
    let Some(region) = field.region else { return false };
    let title = page.rect(&region);
    let (title, seal) = (layer.onto_layer(&title), layer.onto_layer(&seal.bbox));
    let middle = |rect: &bansao_scan::Rect| ((rect.x + rect.w / 2) as f32, (rect.y + rect.h / 2) as f32);
    let ((title_x, title_y), (seal_x, seal_y)) = (middle(&title), middle(&seal));
    let mm = page.measures.resolution.dpi / 25.4;
    let (across, down) = ((seal_x - title_x) / mm, (seal_y - title_y) / mm);
    across.abs() < NEAR_MM && (-10.0..NEAR_MM).contains(&down)
}

/// The middle of a box lies in this part of the upright page.
fn within(rect: &bansao_scan::Rect, (left, top, right, bottom): (f32, f32, f32, f32), (width, height): (u32, u32)) -> bool {
    let (x, y) = ((rect.x + rect.w / 2) as f32 / width.max(1) as f32, (rect.y + rect.h / 2) as f32 / height.max(1) as f32);
    (left..=right).contains(&x) && (top..=bottom).contains(&y)
}
