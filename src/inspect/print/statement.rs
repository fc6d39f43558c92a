//! The certification number on a print: on the statement page, which is the one with the QR code.

use super::{Bench, CERTIFICATION_NO, ComparedFact, ExpectedPrint, Likeness};
use crate::inspect::forms::FieldType;
use crate::inspect::read::text::{Letters, PageText, TextWord, occurrences};
use crate::inspect::read::{Printed, printed};
use crate::record::fold_loose;

/// What stands before the running number and before the book.
const LABELS: [&str; 2] = ["Số chứng thực", "Quyển số"];

/// The number compared: it binds the sheet to its QR code.
pub(super) fn number(bench: &Bench<'_>, expected: &ExpectedPrint) -> ComparedFact {
    let mut fact = ComparedFact {
        field: CERTIFICATION_NO.to_owned(),
        likeness: Likeness::CannotTell,
        mandatory: true,
        page: None,
        region: None,
        seen: None,
        expected: expected.certification_no.clone(),
    };
    let at = expected.qr_page;
    fact.page = Some(at);
    let (Some(text), Some((running, book))) = (bench.texts.get(at), expected.certification_no.split_once(", ")) else { return fact };
    let mut told = Vec::new();
    let mut seen = Vec::new();
    for (label, value) in LABELS.into_iter().zip([running, book]) {
        let Some(place) = after(text, label) else { return fact };
        bench.place(&mut fact, at, &place);
        let (likeness, read) = bench.judge((FieldType::Digits, true), at, &place, value);
        told.push(likeness);
        seen.extend(read);
    }
    fact.seen = Some(seen.join(", "));
    fact.likeness = if told.contains(&Likeness::Differs) {
        Likeness::Differs
    } else if told.iter().all(|likeness| *likeness == Likeness::Same) {
        Likeness::Same
    } else {
        Likeness::CannotTell
    };
    fact
}

/// The one value after a label on the page: the next word of its row.
fn after(text: &PageText, label: &str) -> Option<Printed> {
    let pattern: Vec<char> = fold_loose(label).chars().collect();
    let mut found = None;
    for row in &text.rows {
        let letters = Letters::of(&row.words);
        for place in occurrences(&letters.folded, &pattern, 1) {
            let (last, _) = *letters.origin.get(place.end.checked_sub(1)?)?;
            let value: &[TextWord] = row.words.get(last + 1..).and_then(|words| words.get(..1)).unwrap_or_default();
            let digits = value.first().is_some_and(|word| word.text.chars().any(|c| c.is_ascii_digit()));
            if digits && found.replace(printed(label, value)?).is_some() {
                // Two of them: which one counts is not told.
                return None;
            }
        }
    }
    found
}
