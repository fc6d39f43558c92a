//! Numbers, commits, and everything between an approval and an issued copy.

use bansao::certify::{check_archival_document, compose::compose, prepare};
use bansao::clock::{Clock, SystemClock};
use bansao::decide::{Approval, Basis};
use bansao::record::{CertificationNo, CopyId, Sha256, SubmissionId};
use bansao::store::{Blobs, Issue, IssuedCopy, Outcome, Store};
use bansao::verify::verify_and_read;
use bansao_pades::DigestAlgorithm;
use bansao_pades::timestamp::request;

use super::certify::{Bare, Made};
use super::desk::{Dossier, citizen, new_submission, upload_of};
use super::measure::{Work, spend};
use super::pyhanko::PyHanko;
use super::scan::{keep, write_and_sync};
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
            let id = dossier.copy_id();
            // Every copy has bytes of its own, and so a digest of its own.
            let sha256 = Sha256::of(id.as_str().as_bytes());
            let copy = issued(dossier, submission, number, id, "https://bansao.example/v", (sha256, made.sealed.len()));
            Issue { copy, deliveries: Vec::new() }
        });
        Box::new(move || ground.runtime.block_on(ground.store.record_issue(&[copy], SystemClock.now_ms())).unwrap())
    });
    bench.row(20, vec![record, write_and_sync(ground, "bare write + fsync of 4 KiB", 4096)]);
}

/// The name of the row that the bars are about.
pub(crate) const ISSUE: &str = "issue after approval";
/// The name of its floors, done one after the other.
pub(crate) const FLOORS: &str = "the sum of its floors";

/// Steps 4 to 9 of the flow, beside the sum of its floors: SHA-256 of scan and copy; three signatures; two exchanges with the
/// authority over HTTP, its signatures included; every signature of the copy and its proofs checked once; the copy and two rows
/// written so that they last. And beside pyHanko, which makes the two signatures and nothing else of it.
pub(crate) fn after_approval(bench: &mut Bench, dossier: &Dossier<'_>, bare: &Bare<'_>, made: &Made) {
    let ground = dossier.ground;
    let pyhanko = PyHanko::signing(ground, &made.composed.pdf);
    let imprint = Sha256::of(b"a signature");
    let asked = request(imprint.as_bytes(), DigestAlgorithm::Sha256, &[7; 8]).unwrap();
    let mut count = 0;
    let floors = Work::made_ready(FLOORS, || {
        count += 1;
        let paths = [0, 1, 2].map(|file| ground.path(&format!("issue-floor-{count}-{file}")));
        let asked = [asked.clone(), asked.clone()];
        Box::new(move || {
            spend((Sha256::of(dossier.scan), Sha256::of(&made.sealed)));
            bare.sign_ourselves();
            for asked in asked {
                spend(ground.runtime.block_on(ground.ask_for_a_time_stamp(asked)));
            }
            bare.check_everything();
            let [copy, reserved, recorded] = paths;
            keep(&copy, &made.sealed);
            keep(&reserved, &[7; 4096]);
            keep(&recorded, &[7; 4096]);
        })
    });
    let mut works = vec![issue_work(dossier, ISSUE), floors];
    works.extend(pyhanko.as_ref().map(PyHanko::work));
    bench.row(40, works);
}

/// A scan that is no longer small: what it takes of memory, in proportion.
pub(crate) fn of_a_large_scan(bench: &mut Bench, dossier: &Dossier<'_>) {
    let hash = || spend(Sha256::of(dossier.scan));
    bench.row(5, vec![issue_work(dossier, &large_name(dossier)), Work::new("SHA-256 of the scan", 1, hash)]);
}

/// What its row is called.
pub(crate) fn large_name(dossier: &Dossier<'_>) -> String {
    format!("{ISSUE}, {} KB", dossier.scan.len() / 1000)
}

fn issue_work<'a>(dossier: &'a Dossier<'_>, name: &str) -> Work<'a> {
    let ground = dossier.ground;
    let digest = ground.runtime.block_on(ground.blobs.put(dossier.scan)).unwrap();
    Work::made_ready(name, move || {
        let submission = ground.runtime.block_on(approved(dossier));
        Box::new(move || ground.runtime.block_on(issue(dossier, submission, &digest)))
    })
}

async fn issue(dossier: &Dossier<'_>, submission: SubmissionId, scan: &Sha256) {
    let ground = dossier.ground;
    let number = number(dossier, &submission).await;
    let id = dossier.copy_id();
    let statement = dossier.statement(number.clone(), &id);
    let pages = dossier.pages(ground.blobs.get(scan).await.unwrap(), scan);
    // It passes through.
    let digests = vec![*scan];
    let qr_text = dossier.token(&number, &id, &digests).await;
    let composed = compose(&dossier.content(pages, &statement, &id, &qr_text), &ground.fonts).unwrap();
    let sealed = dossier.seal(prepare(composed, &digests, &statement, &ground.rehearsal, SystemClock.now()).unwrap(), &statement).await;
    let (report, document) = verify_and_read(&sealed.pdf, &ground.material, SystemClock.now());
    check_archival_document(&document.unwrap()).unwrap();
    let sha256 = report.sha256;
    spend(report);
    ground.blobs.put_digested(&sha256, &sealed.pdf).await.unwrap();
    let copy = issued(dossier, submission, number, id, &qr_text, (sha256, sealed.pdf.len()));
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

/// A copy of this digest and so many bytes, as it is recorded.
fn issued(
    dossier: &Dossier<'_>,
    submission: SubmissionId,
    number: CertificationNo,
    id: CopyId,
    qr_text: &str,
    (sha256, size_bytes): (Sha256, usize),
) -> IssuedCopy {
    IssuedCopy {
        id,
        submission,
        kind: dossier.kind(),
        number,
        certifier: "an".to_owned(),
        sha256,
        size_bytes: size_bytes as u64,
        qr_text: qr_text.to_owned(),
        issued_ms: SystemClock.now_ms(),
        facts: dossier.facts.clone(),
        holder: citizen(),
    }
}
