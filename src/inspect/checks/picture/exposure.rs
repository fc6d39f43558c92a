//! Paper bright enough, ink dark enough against it, and no deep shadow.

use super::super::Check;
use super::{is_red_cover, printed};
use crate::finding::{Code, Finding};
use crate::inspect::seen::Seen;

pub(in crate::inspect::checks) struct Exposure;

/// Specimens' paper has 226 of 255 and more.
const LEAST_PAPER: f32 = 110.0;
/// Specimens' ink is darker than their paper by 112 and more.
const LEAST_CONTRAST: f32 = 60.0;
/// Scans lack up to 0.05 of their light somewhere; photographs are evened before they are measured.
const MOST_SHADING: f32 = 0.6;

impl Check for Exposure {
    fn name(&self) -> &'static str {
        "exposure"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (at, page) in printed(seen).filter(|(_, page)| !is_red_cover(page)) {
            let (exposure, shading) = (&page.measures.exposure, page.measures.shading);
            let finding = Finding::new(Code::BadExposure).on_page(at);
            if exposure.paper < LEAST_PAPER {
                findings.push(finding.seen(format!("paper {:.0}", exposure.paper)).expected(format!("{LEAST_PAPER}")));
            } else if exposure.contrast < LEAST_CONTRAST {
                findings.push(finding.seen(format!("contrast {:.0}", exposure.contrast)).expected(format!("{LEAST_CONTRAST}")));
            } else if shading > MOST_SHADING {
                findings.push(finding.seen(format!("shadow {shading:.2}")).expected(format!("{MOST_SHADING}")));
            }
        }
        findings
    }
}
