//! Numbers, commits, and everything between an approval and an issued copy.

use bansao::certify::{compose::compose, prepare};
use bansao::clock::{Clock, SystemClock};
use bansao::decide::{Approval, Basis};
use bansao::record::{CertificationNo, CopyId, Sha256, SubmissionId};
use bansao::store::{Blobs, Issue, IssuedCopy, Outcome, Store};
use bansao::verify::verify_copy;

use super::certify::{Bare, Made};
use super::desk::{Dossier, citizen, new_submission, upload_of};
use super::measure::{Work, spend};
use super::scan::write_and_sync;
use super::table::Bench;

/// Reserving a number, and recording the copy.
pub(crate) fn commits(bench: &mut Bench, dossier: &Dossier<'_>, made: &Made) {
    let ground = dossier.ground;
    let reserve = Work::made_ready("reserve_number (commit)", || {
        let submission = ground.runtime.block_on(approved(dossier));
        Box::new(move || spend(ground.runtime.block_on(number(dossier, &submission))))
    });
    bench.row(20, vec![reserve, write_and_sync(ground, "bare write + fsync of 4 KiB", 4096)]);
    let record = Work::made_ready("record_issue (commit)", || {
        let copy = ground.runtime.block_on(async {
            let submission = approved(dossier).await;
            let number = number(dossier, &submission).await;
            let copy = issued(dossier, submission, number, dossier.copy_id(), "https://bansao.example/v", &made.sealed);
            // Every copy has bytes of its own, and so a digest of its own.
            let sha256 = Sha256::of(copy.id.as_str().as_bytes());
            Issue { copy: IssuedCopy { sha256, ..copy }, deliveries: Vec::new() }
        });
        Box::new(move || ground.runtime.block_on(ground.store.record_issue(&[copy], SystemClock.now_ms())).unwrap())
    });
    bench.row(20, vec![record, write_and_sync(ground, "bare write + fsync of 4 KiB", 4096)]);
}

/// Steps 4 to 9 of the flow.
pub(crate) fn after_approval(bench: &mut Bench, dossier: &Dossier<'_>, bare: &Bare<'_>, made: &Made) {
    let ground = dossier.ground;
    let digest = ground.runtime.block_on(ground.blobs.put(dossier.scan)).unwrap();
    let work = Work::made_ready("issue after approval", || {
        let submission = ground.runtime.block_on(approved(dossier));
        Box::new(move || ground.runtime.block_on(issue(dossier, submission, &digest)))
    });
    let sign = || {
        spend((Sha256::of(dossier.scan), Sha256::of(&made.sealed)));
        bare.sign_copy();
        bare.sign_token();
    };
    let works = vec![
        work,
        Work::new("hashes, 5 signatures, 5 checks", 1, || {
            sign();
            bare.check_signatures();
        }),
        Work::new("hashes, 5 signatures, 18 checks", 1, || {
            sign();
            bare.check_everything();
        }),
    ];
    bench.row(25, works);
}

async fn issue(dossier: &Dossier<'_>, submission: SubmissionId, scan: &Sha256) {
    let ground = dossier.ground;
    let number = number(dossier, &submission).await;
    let id = dossier.copy_id();
    let statement = dossier.statement(number.clone(), &id);
    let pages = dossier.pages(&ground.blobs.get(scan).await.unwrap());
    let digests: Vec<Sha256> = pages.iter().map(|page| page.image.digest()).collect();
    let qr_text = dossier.token(&number, &id, &digests).await;
    let composed = compose(&dossier.content(pages, &statement, &id, &qr_text), &ground.fonts).unwrap();
    let sealed = dossier.seal(prepare(composed, &digests, &statement, &ground.rehearsal, SystemClock.now()).unwrap(), &statement).await;
    spend(verify_copy(&sealed.pdf, &ground.material, SystemClock.now()));
    ground.blobs.put(&sealed.pdf).await.unwrap();
    let copy = issued(dossier, submission, number, id, &qr_text, &sealed.pdf);
    ground.store.record_issue(&[Issue { copy, deliveries: Vec::new() }], SystemClock.now_ms()).await.unwrap();
}

/// A new submission of the dossier's scan, approved.
async fn approved(dossier: &Dossier<'_>) -> SubmissionId {
    let store = &dossier.ground.store;
    let new = new_submission(dossier.ground, vec![upload_of(dossier.scan)]);
    let id = store.accept(new, SystemClock.now_ms()).await.unwrap().received.id;
    let approval = Approval { certifier: "an".to_owned(), basis: Basis::Delegation, kind: Some(dossier.kind()) };
    store.record_inspection(&id, &dossier.report, &Outcome::Approved(approval), SystemClock.now_ms()).await.unwrap();
    id
}

async fn number(dossier: &Dossier<'_>, submission: &SubmissionId) -> CertificationNo {
    let (store, agency) = (&dossier.ground.store, &dossier.ground.agency);
    let year = SystemClock.today().year();
    store.reserve_number(submission, year, agency.book, &agency.symbol, SystemClock.now_ms()).await.unwrap().number
}

fn issued(dossier: &Dossier<'_>, submission: SubmissionId, number: CertificationNo, id: CopyId, qr_text: &str, pdf: &[u8]) -> IssuedCopy {
    IssuedCopy {
        id,
        submission,
        kind: dossier.kind(),
        number,
        certifier: "an".to_owned(),
        sha256: Sha256::of(pdf),
        size_bytes: pdf.len() as u64,
        qr_text: qr_text.to_owned(),
        issued_ms: SystemClock.now_ms(),
        facts: dossier.facts.clone(),
        holder: citizen(),
    }
}
