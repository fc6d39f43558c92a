//! A QR code with an address on a civil-status paper: the electronic version, which is verified there instead of being
//! certified from a print (Thông tư 01/2022/TT-BTP). The address is shown, never opened: anybody may print one.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::seen::Seen;

pub(super) struct Electronic;

impl Check for Electronic {
    fn name(&self) -> &'static str {
        "electronic_version"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let land = seen.rules().iter().any(|rule| matches!(rule, Rule::LandQr { .. }));
        if land || seen.form().is_none_or(|form| !form.certified) {
            return Vec::new();
        }
        let mut findings = Vec::new();
        for (at, page) in seen.pages.iter().enumerate() {
            let address = |text: &str| ["https://", "http://"].iter().any(|scheme| text.to_lowercase().starts_with(scheme));
            findings.extend(page.symbols.iter().filter(|symbol| address(&symbol.text)).map(|symbol| {
                Finding::new(Code::ElectronicVersion).on_page(at).at(page.region(&symbol.bbox)).seen(crate::record::printable(&symbol.text))
            }));
        }
        findings
    }
}
