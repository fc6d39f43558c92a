//! Every derived variant of every kind of file is refused, and every legal update is judged as the file itself.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;

use std::collections::HashSet;

use bansao_attack::{Expect, Variant, derive, legal};
use bansao_pades::validate::{Indication, Report, ValidateError};
use bansao_pades::{Dss, SigningProfile, ValidationContext, add_document_security_store, validate};
use common::*;
use time::Duration;

/// What an office is told: a file that cannot be judged is invalid too.
fn indication(verdict: &Result<Report, ValidateError>) -> Indication {
    verdict.as_ref().map_or(Indication::TotalFailed, |r| r.indication)
}

fn judge(variants: &[Variant], context: &ValidationContext, wrong: &mut Vec<String>) {
    let mut names = HashSet::new();
    for variant in variants {
        assert!(names.insert(&variant.name), "{} appears twice", variant.name);
        let began = std::time::Instant::now();
        let verdict = validate(&variant.bytes, context);
        assert!(began.elapsed().as_secs_f32() < 2.0, "{} took {:?}", variant.name, began.elapsed());
        let indication = indication(&verdict);
        let right = match variant.expect {
            Expect::Same => indication == Indication::TotalPassed,
            Expect::NotValid => indication != Indication::TotalPassed,
            Expect::Invalid => indication == Indication::TotalFailed,
        };
        if !right {
            let why = verdict.map(|r| (r.changes, r.unaccounted, r.signatures.into_iter().map(|s| s.reason).collect::<Vec<_>>()));
            wrong.push(format!("{}: {} expected, got {indication:?}, {why:?}", variant.name, variant.expect.name()));
        }
    }
}

#[test]
fn every_attack_is_seen_and_every_legal_update_accepted() {
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let context = pki.context();
    let mut wrong = Vec::new();
    let long_term = |base: &[u8]| add_document_security_store(&pki.sign_twice(base, true), &pki.store()).unwrap();
    let by_table = long_term(&base_pdf());
    let archived = pki.archive(&by_table, "Archive", NOW + Duration::seconds(20));
    for copy in [by_table, archived, long_term(&base_pdf_modern())] {
        let attacks = derive(&copy).unwrap();
        assert!(attacks.len() >= 150, "{} attacks", attacks.len());
        judge(&attacks, &context, &mut wrong);
        let fresh = Dss { crls: vec![crl(&pki.root, &[], NOW + Duration::seconds(30), |_| ()).der().to_vec()], ..Dss::default() };
        judge(&legal(&copy, &fresh).unwrap(), &context, &mut wrong);
        let later = pki.archive(&copy, "Later", NOW + Duration::seconds(40));
        assert_eq!(indication(&validate(&later, &context)), Indication::TotalPassed);
    }
    assert!(wrong.is_empty(), "{} verdicts are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
