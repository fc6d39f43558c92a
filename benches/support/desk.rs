//! One dossier at an agency's desk: what the flow hands from stage to stage, made from a specimen as `flow/issue.rs` does.

use std::sync::Arc;

use bansao::certify::compose::{AppearanceProfile, CopyContent, PageContent, PageImage, Statement, Templates};
use bansao::certify::{PreparedCopy, Proofs, SealedCopy, Signatory, TokenContent, seal, sign_token};
use bansao::clock::{Clock, SystemClock, in_vietnam};
use bansao::inspect::forms::Form;
use bansao::inspect::{InspectionReport, Inspector, PageJpeg, PageReport, ScannedContent, ScannedPage};
use bansao::record::{Assurance, CertificationNo, CopyId, Facts, Kind, PersonalId, Requester, ScanFile, Sha256, SubmissionId};
use bansao::store::NewSubmission;
use bytes::Bytes;
use ring::rand::SecureRandom;

use super::ground::{Ground, Specimen};

/// The kind of the specimens.
pub(crate) const KIND: &str = "birth_certificate";

/// What is known of a paper when it has been approved.
pub(crate) struct Dossier<'a> {
    pub(crate) ground: &'a Ground,
    pub(crate) scan: &'a [u8],
    pub(crate) report: InspectionReport,
    pub(crate) form: &'a Form,
    pub(crate) facts: Facts,
}

impl<'a> Dossier<'a> {
    /// The dossier of an inspected specimen.
    pub(crate) fn new(ground: &'a Ground, specimen: &'a Specimen, report: InspectionReport) -> Self {
        let certified = |form: &&Form| form.certified && form.kind.as_str() == KIND;
        let seen = report.form.as_deref().and_then(|form| ground.forms.form(form)).filter(certified);
        let form = seen.or_else(|| ground.forms.forms().iter().find(certified)).unwrap();
        let mut report = report;
        // What an inspection of this scan would say of its one page, whichever scan was inspected.
        if let [page] = report.pages.as_mut_slice() {
            page.jpeg = Some(PageJpeg { sha256: Sha256::of(&specimen.jpeg), orientation: 1 });
        }
        let facts = report.fields.iter().map(|field| (field.id.clone(), field.value.clone())).collect();
        Self { ground, scan: &specimen.jpeg, report, form, facts }
    }

    /// A number outside of the register, for stages that do not keep it.
    pub(crate) fn number(&self) -> CertificationNo {
        let agency = &self.ground.agency;
        let year = SystemClock.today().year();
        CertificationNo { agency: agency.agency.id.clone(), year, book: agency.book, number: 12, symbol: agency.symbol.clone() }
    }

    /// A new copy's id.
    pub(crate) fn copy_id(&self) -> CopyId {
        CopyId::random(&self.ground.random).unwrap()
    }

    /// The pages of the scan: a file that is the inspected JPEG passes through, another is taken apart again by a worker. Its digest
    /// was checked when it was read from the store.
    pub(crate) fn pages(&self, scan: Bytes, digest: &Sha256) -> Vec<PageContent> {
        let content = |image, report: &PageReport| PageContent { image, dpi: report.dpi, words: report.words.clone() };
        if let [report] = self.report.pages.as_slice()
            && let Some(PageJpeg { sha256, orientation }) = report.jpeg
            && sha256 == *digest
        {
            return vec![content(PageImage::Jpeg { bytes: Arc::new(scan.into()), orientation }, report)];
        }
        let pages = self.ground.pool.pages(&[scan]).unwrap();
        let page = |(page, report): (ScannedPage, &PageReport)| {
            let image = match page.content {
                ScannedContent::Jpeg { bytes, orientation } => PageImage::Jpeg { bytes: Arc::new(bytes), orientation },
                ScannedContent::Rgb { pixels, width, height } => PageImage::Rgb { pixels: Arc::new(pixels), width, height },
            };
            content(image, report)
        };
        pages.into_iter().zip(&self.report.pages).map(page).collect()
    }

    /// The certification statement.
    pub(crate) fn statement(&self, number: CertificationNo, copy: &CopyId) -> Statement {
        let date = SystemClock.today();
        Statement {
            template: Templates::builtin().unwrap().in_force(date).unwrap().clone(),
            certification_no: number,
            date,
            certifier: self.ground.agency.certifiers.first().unwrap().certifier.clone(),
            agency: self.ground.agency.agency.clone(),
            kind_label: self.form.kind_name.vi.clone(),
            system: "bansao-development".to_owned(),
            copy_id: copy.to_string(),
        }
    }

    /// The text of the QR code.
    pub(crate) async fn token(&self, number: &CertificationNo, copy: &CopyId, pages: &[Sha256]) -> String {
        let mut salt = [0; 16];
        self.ground.random.fill(&mut salt).unwrap();
        let content = TokenContent {
            issuer: "bansao-development",
            kind: &self.kind(),
            number,
            copy,
            issued_at: SystemClock.now().unix_timestamp().unsigned_abs(),
            facts: &self.form.token_facts_of(&self.facts),
            other_names: &self.form.other_names_of(&self.facts),
            pages,
            salt,
        };
        sign_token(&content, "https://bansao.example/v", &self.ground.keys.token).await.unwrap()
    }

    /// What the copy is composed of.
    pub(crate) fn content(&self, pages: Vec<PageContent>, statement: &Statement, copy: &CopyId, qr_text: &str) -> CopyContent {
        CopyContent {
            pages,
            statement: statement.clone(),
            qr_text: qr_text.to_owned(),
            title: format!("{} – {}", statement.kind_label, statement.certification_no),
            created_at: in_vietnam(SystemClock.now()),
            document_id: copy.as_str().as_bytes().to_vec(),
        }
    }

    /// Both signatures, both time-stamps, the proofs.
    pub(crate) async fn seal(&self, prepared: PreparedCopy, statement: &Statement) -> SealedCopy {
        let ground = self.ground;
        let who = Signatory {
            certifier: &ground.keys.certifier,
            agency: &ground.keys.agency,
            statement,
            profile: AppearanceProfile::ChungThuc,
            fonts: &ground.fonts,
            time: in_vietnam(SystemClock.now()),
        };
        let proofs = Proofs { timestamper: &ground.timestamper, revocations: &ground.revocations, anchors: &ground.anchors };
        seal(prepared, &who, &proofs).await.unwrap()
    }

    /// The kind of certificate.
    pub(crate) fn kind(&self) -> Kind {
        self.form.kind.clone()
    }
}

/// A submission of these files, not sent before.
pub(crate) fn new_submission(ground: &Ground, files: Vec<ScanFile>) -> NewSubmission {
    let id = SubmissionId::random(&ground.random).unwrap();
    NewSubmission {
        request_id: format!("request-{id}"),
        id,
        kiosk: "kiosk-1".to_owned(),
        agency: ground.agency.agency.id.clone(),
        declared_kind: Kind::new(KIND),
        requester: citizen(),
        files,
        copies: 1,
    }
}

/// A file as it is declared.
pub(crate) fn upload_of(bytes: &[u8]) -> ScanFile {
    ScanFile { display_name: "scan.jpg".to_owned(), size_bytes: bytes.len() as u64, sha256: Sha256::of(bytes) }
}

/// An invented citizen.
pub(crate) fn citizen() -> Requester {
    Requester {
        personal_id: PersonalId::parse("001190000017").unwrap(),
        full_name: Some("Lê Thị Thử".to_owned()),
        assurance: Assurance::Level2,
        transaction: "bench".to_owned(),
    }
}
