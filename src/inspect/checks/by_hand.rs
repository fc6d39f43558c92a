//! Alteration by hand (Nghị định 23/2015/NĐ-CP, Điều 22, 1): strike-outs, fluid or a patch over the paper, an erasure
//! that took the pattern along or smudged the paper, a second pen. Each refers, with the place; none refuses.

use bansao_scan::forensic::{Patch, TraceKind};

use super::Check;
use super::traces::{altered, field_at, is_signers};
use crate::finding::{Code, Finding};
use crate::inspect::forms::FieldType;
use crate::inspect::report::Field;
use crate::inspect::seen::{Seen, SeenPage};

pub(super) struct ByHand;

/// Blue above red, in shares of the paper: two inks of one colour differ by less.
const OTHER_INK: f32 = 0.11;
/// So many words of values make known what the values are written with.
const LEAST_WORDS: usize = 8;

impl Check for ByHand {
    fn name(&self) -> &'static str {
        "altered_by_hand"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        if seen.form().is_none_or(|form| !form.certified || form.copy) {
            return Vec::new();
        }
        let mut findings = altered(seen, &[TraceKind::Through, TraceKind::Paper, TraceKind::Pattern, TraceKind::Smudged]);
        findings.extend(seen.pages.iter().enumerate().flat_map(|(at, page)| second_pen(seen, at, page)));
        findings
    }
}

/// Words of a value in another ink than the values are written with.
fn second_pen(seen: &Seen<'_>, at: usize, page: &SeenPage) -> Vec<Finding> {
    let Some(examined) = &page.examined else { return Vec::new() };
    let mut by_field: Vec<(&Field, Vec<&Patch>)> = Vec::new();
    for patch in examined.patches.iter().filter(|patch| !crossed(page, patch)) {
        let Some(field) = field_at(seen, at, page, &patch.rect).filter(|field| !is_signers(seen, field)) else { continue };
        match by_field.iter_mut().find(|(known, _)| known.id == field.id) {
            Some((_, patches)) => patches.push(patch),
            None => by_field.push((field, vec![patch])),
        }
    }
    let mut inks: Vec<f32> = by_field.iter().flat_map(|(_, patches)| patches).map(|patch| blueness(patch)).collect();
    if inks.len() < LEAST_WORDS {
        return Vec::new();
    }
    inks.sort_by(f32::total_cmp);
    let usual = inks.get(inks.len() / 2).copied().unwrap_or_default();
    by_field.iter().filter_map(|(field, patches)| other_ink(seen, at, page, field, patches, usual)).collect()
}

fn other_ink(seen: &Seen<'_>, at: usize, page: &SeenPage, field: &Field, patches: &[&Patch], usual: f32) -> Option<Finding> {
    // The box of a value on several lines takes in its label, printed in black where the values are written in blue.
    let several_lines = seen.spec(&field.id).is_some_and(|spec| spec.kind.runs_on());
    let off = |patch: &&&Patch| {
        let lead = blueness(patch) - usual;
        lead > OTHER_INK || (!several_lines && lead < -OTHER_INK)
    };
    let others: Vec<_> = patches.iter().filter(off).collect();
    let rect = others.iter().map(|patch| patch.rect).reduce(|a, b| a.union(&b))?;
    // The number of a printed form is entered by hand when the paper is registered.
    let entered = seen.spec(&field.id).is_some_and(|spec| spec.kind == FieldType::RegistrationNo);
    if entered && others.len() == patches.len() {
        return None;
    }
    let most = others.iter().map(|patch| blueness(patch)).max_by(|a, b| (a - usual).abs().total_cmp(&(b - usual).abs()))?;
    let finding = Finding::new(Code::Altered).in_field(&field.id).on_page(at).at(page.region(&rect));
    Some(finding.seen(format!("other-ink {:.2}", most - usual)).expected(format!("{OTHER_INK:.2}")))
}

fn blueness(patch: &Patch) -> f32 {
    let [red, _, blue] = patch.ink;
    blue - red
}

/// Under a seal or a signature the ink is not the word's own.
fn crossed(page: &SeenPage, patch: &Patch) -> bool {
    let over = |rect: &bansao_scan::Rect| rect.intersection(&patch.rect).area() > 0;
    page.seals.iter().any(|seal| over(&seal.bbox)) || page.ink.as_ref().is_some_and(|ink| ink.strokes.iter().any(over))
}
