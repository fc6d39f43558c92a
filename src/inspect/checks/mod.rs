//! The checks: each looks at what was seen and says what it noticed. Pure, one per file, none knows another.
//!
//! To add a check: a file here, a line in [`CHECKS`], a code in `finding.rs` where none fits. A check that panics leaves
//! `CHECK_FAILED`, so that nothing passes unexamined.

mod age;
mod area;
mod blank;
mod by_hand;
mod by_software;
mod copy;
mod crop;
mod dates;
mod district;
mod electronic;
mod face;
mod family;
mod fields;
mod form_period;
mod identity;
mod inscription;
mod kind;
mod late;
mod number_year;
mod order;
mod pages;
mod parents;
mod photocopy;
mod picture;
mod qr;
mod resolution;
mod seal;
mod secrecy;
mod serial;
mod sharpness;
mod sheet;
mod signer;
mod spouses;
mod stamps;
#[cfg(test)]
mod tests;
mod traces;
mod whole;
mod words_agree;

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::seen::Seen;
use crate::finding::{Code, Finding};

/// Looks at what was seen of one submission.
pub trait Check: Send + Sync {
    /// Its name, for the audit trail.
    fn name(&self) -> &'static str;

    /// What it notices. Silent where there is nothing to say, and on fields that were not read.
    fn check(&self, seen: &Seen<'_>) -> Vec<Finding>;
}

/// All checks, in the order in which their findings are listed.
pub const CHECKS: &[&dyn Check] = &[
    &resolution::Resolution,
    &blank::Blank,
    &sheet::SheetSeen,
    &picture::Exposure,
    &picture::Glare,
    &picture::Noise,
    &picture::Cast,
    &picture::Occluded,
    &picture::Screen,
    &sharpness::Sharpness,
    &crop::Crop,
    &whole::SharpThroughout,
    &whole::Frame,
    &whole::Folded,
    &photocopy::Photocopy,
    &kind::KindSeen,
    &copy::Copy,
    &secrecy::Secrecy,
    &stamps::Stamps,
    &electronic::Electronic,
    &by_hand::ByHand,
    &by_software::BySoftware,
    &face::OtherFace,
    &pages::Pages,
    &seal::Sealed,
    &inscription::Inscription,
    &signer::Signer,
    &fields::Mandatory,
    &dates::Dates,
    &words_agree::WordsAgree,
    &order::Order,
    &late::Late,
    &identity::Identity,
    &parents::ParentAge,
    &family::FamilyName,
    &age::OfAge,
    &spouses::Spouses,
    &number_year::NumberYear,
    &serial::Serial,
    &form_period::FormPeriod,
    &area::Area,
    &qr::LandQr,
    &district::NoDistrict,
];

/// Runs `checks`; one that panics leaves a finding with its name.
pub fn run(checks: &[&dyn Check], seen: &Seen<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in checks {
        // A check only reads: nothing is left half-changed when it panics.
        match catch_unwind(AssertUnwindSafe(|| check.check(seen))) {
            Ok(found) => findings.extend(found),
            Err(_) => findings.push(Finding::new(Code::CheckFailed).seen(check.name())),
        }
    }
    findings
}
