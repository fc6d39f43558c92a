//! L3: the code on a land certificate of 2024 says what is printed. Its text is anybody's until it agrees.

use time::Date;
use time::macros::{date, format_description};

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::seen::Seen;

pub(super) struct LandQr;

impl Check for LandQr {
    fn name(&self) -> &'static str {
        "land_qr"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for rule in seen.rules() {
            if let Rule::LandQr { serial, code } = rule {
                findings.extend(compare(seen, serial, code));
            }
        }
        findings
    }
}

/// The first day on which the form, and so its code, was in use.
const FIRST_DAY: Date = date!(2024 - 08 - 01);

/// Made by an office with a code, at a time when there were such codes. The time begins `dd-mm-yyyy`.
fn plausible(created: &str, unit: &str, seen: &Seen<'_>) -> bool {
    let day = created.get(..10).and_then(|day| Date::parse(day, format_description!("[day]-[month]-[year]")).ok());
    let office = !unit.is_empty() && unit.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    office && day.is_some_and(|day| (FIRST_DAY..=seen.today).contains(&day))
}

fn compare(seen: &Seen<'_>, serial: &str, code: &str) -> Vec<Finding> {
    let Some((at, page)) = seen.page_of(0).and_then(|at| Some((at, seen.pages.get(at)?))) else { return Vec::new() };
    let unreadable = || vec![Finding::new(Code::QrUnreadable).on_page(at)];
    // Two decoders that share no code must read the same.
    let Some(symbol) = page.symbols.iter().find(|symbol| symbol.confirmed) else { return unreadable() };
    let parts: Vec<&str> = symbol.text.split('|').collect();
    let bare = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase();
    let differs = |seen_value: &str, id: &str| {
        let finding = Finding::new(Code::QrDiffers).seen(seen_value).expected(seen.value(id).unwrap_or_default());
        vec![seen.in_field(finding, id).on_page(at).at(page.region(&symbol.bbox))]
    };
    // Eight parts, by position; the text is not official, so what does not look like it is left to an officer.
    let [created, unit, _, _, stated_serial, stated_code, ..] = parts.as_slice() else { return differs(&symbol.text, serial) };
    if !plausible(created, unit, seen) {
        return differs(&format!("{created} {unit}"), serial);
    }
    if seen.value(serial).is_some_and(|printed| bare(printed) != bare(stated_serial)) {
        return differs(stated_serial, serial);
    }
    if seen.value(code).is_some_and(|printed| bare(printed) != bare(stated_code)) {
        return differs(stated_code, code);
    }
    Vec::new()
}
