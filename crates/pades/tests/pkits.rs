//! All cases of NIST PKITS: paths searched in the whole suite's certificates, revocation by the whole suite's lists.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

use std::collections::HashMap;

use bansao_pades::chain::{ChainError, ChainQuestion, Holdings};
use bansao_pades::path::{PathError, PathLimits, PolicyDemand, Usage};
use time::macros::datetime;

const ARCHIVE: &[u8] = include_bytes!("pkits/pkits.tar");
const CASES: &str = include_str!("pkits/cases.tsv");

/// Cases that NIST calls valid and this crate refuses, each with the reason it must give.
const STRICTER: [(&str, &str); 3] = [
    // DSA is not among the algorithms of the policy (docs/COMPLIANCE/PAdES.md).
    ("4.1.4", "algorithm"),
    ("4.1.5", "algorithm"),
    // A certificate valid since 1950: times before 1970 are not read.
    ("4.2.3", "malformed"),
];

/// The regular files of a ustar archive.
fn files() -> HashMap<String, Vec<u8>> {
    let mut out = HashMap::new();
    let mut rest = ARCHIVE;
    while rest.len() >= 512 && rest[0] != 0 {
        let text = |range: std::ops::Range<usize>| {
            let field = &rest[range];
            String::from_utf8(field.split(|b| *b == 0).next().unwrap().to_vec()).unwrap()
        };
        let size = usize::from_str_radix(text(124..136).trim(), 8).unwrap();
        if rest[156] == b'0' {
            out.insert(text(0..100), rest[512..512 + size].to_vec());
        }
        rest = &rest[512 + size.div_ceil(512) * 512..];
    }
    out
}

#[test]
fn every_case_of_pkits() {
    let files = files();
    let of = |folder: &str| files.iter().filter(|(name, _)| name.starts_with(folder)).map(|(_, der)| der.clone()).collect::<Vec<_>>();
    let (certificates, lists) = (of("certs/"), of("crls/"));
    assert_eq!((certificates.len(), lists.len()), (405, 173));
    let anchor = files["certs/TrustAnchorRootCertificate.crt"].clone();
    let holdings = Holdings::new(&[anchor], &certificates, &[], &lists);
    let mut wrong = Vec::new();
    let mut counted = (0, 0);
    for line in CASES.lines().filter(|l| !l.starts_with('#')) {
        let [case, leaf, expected, policies, settings] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let accepted = policies.split(',').filter(|p| *p != "any").map(|p| format!("2.16.840.1.101.3.2.1.48.{p}"));
        let question = ChainQuestion {
            at: datetime!(2026-03-05 00:00 UTC),
            now: datetime!(2026-03-05 00:00 UTC),
            usage: Usage::Any,
            policies: PolicyDemand {
                accepted: accepted.collect(),
                explicit: settings.contains('e'),
                inhibit_mapping: settings.contains('m'),
                inhibit_any: settings.contains('a'),
            },
            require_revocation: true,
            limits: PathLimits::default(),
        };
        let verdict = holdings.judge(&files[&format!("certs/{leaf}.crt")], &question);
        let stricter = STRICTER.iter().find(|(name, _)| *name == case);
        let right = match (&verdict, expected, stricter) {
            (Err(e), "valid", Some((_, reason))) => e.to_string().contains(reason),
            (Ok(_), "valid", None) | (Err(_), "invalid", None) => true,
            _ => false,
        };
        assert!(!matches!(verdict, Err(ChainError::Path(PathError::Budget))), "{case} costs too much");
        if right {
            counted.0 += 1
        } else {
            wrong.push(format!("{case} {leaf}: {expected}, but {:?}", verdict.map(|p| p.len())))
        }
        counted.1 += 1;
    }
    assert!(wrong.is_empty(), "{counted:?}\n{}", wrong.join("\n"));
    assert_eq!(counted, (249, 249));
}
