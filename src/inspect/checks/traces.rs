//! What the checks of alteration share: traces of a page gathered by field and line, as findings with their evidence.

#[cfg(test)]
mod tests;

use bansao_scan::Rect;
use bansao_scan::forensic::{Trace, TraceKind};

use crate::finding::{Code, Finding};
use crate::inspect::forms::FieldType;
use crate::inspect::report::Field;
use crate::inspect::seen::{Seen, SeenPage};

/// A crease darkens the paper this far to both sides, in millimetres.
const CREASE_MM: f32 = 1.5;
/// More places than this on one page are one observation: the page differs from itself all over.
const MOST: usize = 12;

/// One finding for each field or line that bears traces of these kinds.
pub(super) fn altered(seen: &Seen<'_>, kinds: &[TraceKind]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, page) in seen.pages.iter().enumerate() {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for trace in page.traces.iter().filter(|trace| kinds.contains(&trace.kind)) {
            let field = field_at(seen, at, page, &trace.rect);
            if by_right(seen, at, page, trace, field) {
                continue;
            }
            match groups.iter_mut().find(|group| group.takes(trace, field)) {
                Some(group) => group.add(trace),
                None => groups.push(Group { trace: *trace, rect: trace.rect, field }),
            }
        }
        groups.truncate(MOST);
        findings.extend(groups.into_iter().map(|group| group.finding(at, page)));
    }
    findings
}

/// What crosses a paper by right: seals, signatures, codes, and whatever stands at and below the signer's title.
fn by_right(seen: &Seen<'_>, at: usize, page: &SeenPage, trace: &Trace, field: Option<&Field>) -> bool {
    let over = |rect: &Rect| rect.intersection(&trace.rect).area() > 0;
    let marks = page.seals.iter().map(|seal| &seal.bbox).chain(page.symbols.iter().map(|symbol| &symbol.bbox));
    if marks.chain(page.ink.iter().flat_map(|ink| &ink.strokes)).any(over) {
        return true;
    }
    let creased = || {
        let air = page.examined.as_ref().map_or(0, |examined| (CREASE_MM * examined.mm) as u32);
        page.measures.folds.iter().any(|fold| over(&fold.grown(air, air, u32::MAX, u32::MAX)))
    };
    if trace.kind == TraceKind::Smudged && (field.is_none() || creased()) {
        // Dirt outside of any value is dirt, and a crease darkens whatever it runs through.
        return true;
    }
    match field {
        Some(field) => is_signers(seen, field),
        None if trace.kind == TraceKind::Through => !above_signer(seen, at, page, &trace.rect),
        None => trace.kind == TraceKind::Paper && !is_lettered(seen, at, page, &trace.rect),
    }
}

/// Words that were read less surely than this may be ornaments.
const LETTERED: f32 = 0.5;

/// Whether words stand in a box of the page: the ornaments of a border are no words, though they are strung like lines.
fn is_lettered(seen: &Seen<'_>, at: usize, page: &SeenPage, rect: &Rect) -> bool {
    let place = page.upright(rect);
    let words = seen.texts.get(at).into_iter().flat_map(|text| &text.rows).flat_map(|row| &row.words);
    words.filter(|word| word.confidence >= LETTERED).any(|word| word.rect.intersection(&place).area() > 0)
}

/// Whether a box lies above the signer's title, on the page that has one.
fn above_signer(seen: &Seen<'_>, at: usize, page: &SeenPage, rect: &Rect) -> bool {
    let signers = seen.fields.iter().filter(|field| field.page == at && is_signers(seen, field));
    let tops = signers.filter_map(|field| field.region).map(|region| page.upright(&page.rect(&region)).y);
    tops.min().is_some_and(|top| page.upright(rect).bottom() < top)
}

struct Group<'a> {
    trace: Trace,
    rect: Rect,
    field: Option<&'a Field>,
}

impl Group<'_> {
    /// Of one kind, and in one field or on one line.
    fn takes(&self, trace: &Trace, field: Option<&Field>) -> bool {
        let one_field = match (self.field, field) {
            (Some(a), Some(b)) => a.id == b.id,
            (None, None) => self.rect.y < trace.rect.bottom() && trace.rect.y < self.rect.bottom(),
            _ => false,
        };
        self.trace.kind == trace.kind && one_field
    }

    fn add(&mut self, trace: &Trace) {
        self.rect = self.rect.union(&trace.rect);
        if trace.measured > self.trace.measured {
            self.trace = *trace;
        }
    }

    fn finding(self, at: usize, page: &SeenPage) -> Finding {
        let finding = Finding::new(Code::Altered)
            .on_page(at)
            .at(page.region(&self.rect))
            .seen(format!("{} {:.2}", name(self.trace.kind), self.trace.measured))
            .expected(format!("{:.2}", self.trace.bound));
        match self.field {
            Some(field) => finding.in_field(&field.id),
            None => finding,
        }
    }
}

/// The name of a trace in a finding, as `docs/INSPECTION.md` explains it.
fn name(kind: TraceKind) -> &'static str {
    match kind {
        TraceKind::Paper => "other-paper",
        TraceKind::Pattern => "pattern-missing",
        TraceKind::Softer => "softer",
        TraceKind::Sharper => "sharper",
        TraceKind::Grainier => "grainier",
        TraceKind::Smooth => "no-grain",
        TraceKind::Smudged => "smudged",
        TraceKind::Through => "struck-out",
    }
}

/// The field whose printed value a box of the page lies on.
pub(super) fn field_at<'a>(seen: &Seen<'a>, at: usize, page: &SeenPage, rect: &Rect) -> Option<&'a Field> {
    let region = page.region(rect);
    let middle = ((region.left + region.right) / 2, (region.top + region.bottom) / 2);
    seen.fields.iter().filter(|field| field.page == at).find(|field| {
        field.region.is_some_and(|own| (own.left..=own.right).contains(&middle.0) && (own.top..=own.bottom).contains(&middle.1))
    })
}

/// Whether a field is the signer's: signatures and seals cross it by right.
pub(super) fn is_signers(seen: &Seen<'_>, field: &Field) -> bool {
    seen.spec(&field.id).is_some_and(|spec| matches!(spec.kind, FieldType::SignerName | FieldType::SignerTitle | FieldType::Issuer))
}
