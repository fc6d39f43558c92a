//! Judging copies: one again and again, one of a megabyte, one of twenty, many at once; beside the bare checks, pyHanko and pdfsig.

use std::path::Path;
use std::process::{Command, Stdio};

use bansao::clock::{Clock, SystemClock};
use bansao::record::Sha256;
use bansao::verify::{Verdict, verify_copy};
use bansao_pades::forget_checked_signatures;

use super::certify::{Bare, make};
use super::desk::Dossier;
use super::measure::{Work, spend};
use super::pyhanko::PyHanko;
use super::table::Bench;

/// The row of a copy of about a megabyte, the size that the bars speak of.
pub(crate) const MEGABYTE: &str = "verify_copy, of about 1 MB";
/// The same with nothing remembered.
pub(crate) const MEGABYTE_FIRST: &str = "verify_copy, of about 1 MB, agency not met";
/// The floor of these rows.
pub(crate) const ALL_CHECKS: &str = "SHA-256 + 18 bare checks";
/// The row of many copies.
pub(crate) const BULK: &str = "verify_copy of 80 copies on two threads";
/// Copies in it.
pub(crate) const BULK_COPIES: usize = 80;
/// The row of a large copy.
pub(crate) const LARGE: &str = "verify_copy, of a scan of 21 MB";

/// Judging a sealed copy. Returns the verdict in words.
pub(crate) fn one(bench: &mut Bench, dossier: &Dossier<'_>, bare: &Bare<'_>, sealed: &[u8]) -> String {
    rows(bench, dossier, bare, sealed, ["verify_copy, of an agency not met before", "verify_copy"]);
    let report = verify_copy(sealed, &dossier.ground.material, SystemClock.now());
    format!("{:?} {:?}", report.verdict, report.findings)
}

/// Judging a copy of about a megabyte, beside pyHanko and pdfsig where they are installed. Returns its length.
pub(crate) fn of_a_megabyte(bench: &mut Bench, dossier: &Dossier<'_>, bare: &Bare<'_>) -> usize {
    let sealed = make(dossier).sealed;
    rows(bench, dossier, bare, &sealed, [MEGABYTE_FIRST, MEGABYTE]);
    sealed.len()
}

fn rows(bench: &mut Bench, dossier: &Dossier<'_>, bare: &Bare<'_>, sealed: &[u8], [first, again]: [&str; 2]) {
    let (ground, now) = (dossier.ground, SystemClock.now());
    let (pyhanko, path) = (PyHanko::validating(ground, sealed), ground.path("copy-for-pdfsig.pdf"));
    std::fs::write(&path, sealed).unwrap();
    let hash = || spend(Sha256::of(sealed));
    let all = || {
        hash();
        bare.check_everything();
    };
    let unmet = Work::made_ready(first, || {
        forget_checked_signatures();
        Box::new(|| spend(verify_copy(sealed, &ground.material, now)))
    });
    bench.row(20, vec![unmet, Work::new(ALL_CHECKS, 5, all)]);
    let mut works = vec![
        Work::new(again, 1, || spend(verify_copy(sealed, &ground.material, now))),
        Work::new("SHA-256 + 5 bare checks", 5, || {
            hash();
            bare.check_signatures();
        }),
        Work::new(ALL_CHECKS, 5, all),
    ];
    works.extend(pyhanko.as_ref().map(PyHanko::work));
    if pdfsig(&path) {
        works.push(Work::new("pdfsig, started anew, trusts nobody", 1, || spend(pdfsig(&path))));
    }
    bench.row(20, works);
}

/// Whether pdfsig is there and reads the file.
fn pdfsig(copy: &Path) -> bool {
    let run = Command::new("pdfsig").arg("-nocert").arg(copy).stdout(Stdio::null()).stderr(Stdio::null()).status();
    run.is_ok_and(|status| status.success())
}

/// Many copies of one agency, ten different ones in turn, on two threads, as `VerifyCopies` judges them.
pub(crate) fn bulk(bench: &mut Bench, dossier: &Dossier<'_>) {
    let copies: Vec<Vec<u8>> = (0..10).map(|_| make(dossier).sealed).collect();
    let (material, now) = (&dossier.ground.material, SystemClock.now());
    let half = || {
        for at in 0..BULK_COPIES / 2 {
            let report = verify_copy(&copies[at % copies.len()], material, now);
            assert_eq!(report.verdict, Verdict::Valid);
        }
    };
    let work = || {
        std::thread::scope(|scope| {
            scope.spawn(half);
            half();
        });
    };
    bench.row(10, vec![Work::new(BULK, 1, work)]);
}

/// Judging a copy of a very large scan. Returns its length.
pub(crate) fn of_a_large_scan(bench: &mut Bench, dossier: &Dossier<'_>) -> usize {
    let sealed = make(dossier).sealed;
    let (material, now) = (&dossier.ground.material, SystemClock.now());
    let hash = || spend(Sha256::of(&sealed));
    bench.row(5, vec![Work::new(LARGE, 1, || spend(verify_copy(&sealed, material, now))), Work::new("SHA-256 of the copy", 1, hash)]);
    sealed.len()
}
