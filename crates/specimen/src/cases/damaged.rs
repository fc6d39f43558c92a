//! Scans and files that must not be certified however good the paper was.

use super::{Case, Kind, Set};
use crate::file::Container;
use crate::forms::Form;
use crate::records::{birth, death, marriage};
use crate::sheet::Fill;
use crate::wear::Damage;

const REFUSE: &[&str] = &["refuse"];
const NOT_APPROVE: &[&str] = &["refer", "refuse"];

/// The cases.
pub(super) fn cases(set: Set) -> Vec<Case> {
    [scans(set), files(set)].concat().into_iter().map(small).collect()
}

/// What is wrong here does not hang on the ornaments, so most are drawn without: the set must stay small.
fn small(case: Case) -> Case {
    let container = match case.container {
        Container::Jpeg(_) => Container::JpegProgressive(56),
        Container::Pdf(_) => Container::Pdf(56),
        other => other,
    };
    Case { container, ..case.simple() }.look(|l| l.leaders = false)
}

fn new_birth(set: Set, name: &str, year: u32) -> Case {
    set.case(Kind::Birth, name, Form::Birth2015, |rng| birth(rng, year, false))
}

fn scans(set: Set) -> Vec<Case> {
    vec![
        new_birth(set, "photocopy", 2019)
            .fill(Fill::BOLD)
            .damage(Damage::Photocopy)
            .expect(NOT_APPROVE, &["PHOTOCOPY"])
            .note("a grey photocopy"),
        new_birth(set, "blurred", 2021)
            .damage(Damage::Defocus(0.55))
            .expect(NOT_APPROVE, &["BLURRED"])
            .illegible()
            .note("far out of focus"),
        new_birth(set, "low-resolution", 2020).damage(Damage::Reduced(72)).expect(REFUSE, &["LOW_RESOLUTION"]).illegible().note("72 dpi"),
        set.case(Kind::Death, "low-resolution", Form::Death2015, |rng| death(rng, 2024, false))
            .damage(Damage::Reduced(100))
            .expect(REFUSE, &["LOW_RESOLUTION"])
            .note("100 dpi"),
        set.case(Kind::Marriage, "enlarged", Form::Marriage2015, |rng| marriage(rng, 2024, false))
            .damage(Damage::Enlarged(60))
            .expect(NOT_APPROVE, &[])
            .illegible()
            .note("60 dpi enlarged to claim 200"),
        new_birth(set, "cropped", 2022)
            .damage(Damage::Cut(0.0, 0.0, 1.0, 0.62))
            .expect(NOT_APPROVE, &["CROPPED"])
            .note("the lower third with seal and signer is missing"),
    ]
}

fn files(set: Set) -> Vec<Case> {
    let file = |kind: Kind, name: &str, container: Container, codes| {
        let paper = match kind {
            Kind::Marriage => set.case(kind, name, Form::Marriage2015, |rng| marriage(rng, 2020, false)),
            Kind::Death => set.case(kind, name, Form::Death2015, |rng| death(rng, 2021, false)),
            _ => set.case(kind, name, Form::Birth2015, |rng| birth(rng, 2023, false)),
        };
        paper.container(container).expect(REFUSE, codes).illegible()
    };
    vec![
        file(Kind::Death, "pdf-encrypted", Container::PdfEncrypted, &["PDF_ENCRYPTED"]).note("a PDF with a password"),
        file(Kind::Death, "pdf-script", Container::PdfScript, &["PDF_ACTIVE_CONTENT"]).note("a PDF with JavaScript"),
        file(Kind::Death, "pdf-launch", Container::PdfLaunch, &["PDF_ACTIVE_CONTENT"]).note("a PDF that starts a program"),
        file(Kind::Death, "pdf-attachment", Container::PdfAttachment, &["PDF_ACTIVE_CONTENT"]).note("a PDF with an embedded file"),
        file(Kind::Death, "pdf-truncated", Container::PdfTruncated, &["FILE_DAMAGED"]).note("a PDF that breaks off"),
        file(Kind::Marriage, "jpeg-truncated", Container::JpegTruncated, &["FILE_DAMAGED"]).note("a JPEG that breaks off"),
        file(Kind::Marriage, "text-file", Container::TextAsJpeg, &["UNSUPPORTED_FORMAT"]).note("text named .jpg"),
        file(Kind::Marriage, "tiff-21-pages", Container::TiffManyPages(21), &["TOO_MANY_PAGES"]).note("21 pages in a TIFF"),
        file(Kind::Birth, "pdf-21-pages", Container::PdfManyPages(21), &["TOO_MANY_PAGES"]).note("21 pages in a PDF"),
        file(Kind::Death, "pdf-form", Container::PdfForm, &["PDF_ACTIVE_CONTENT"]).note("a PDF with a field to fill in"),
        file(Kind::Death, "pdf-xfa", Container::PdfXfa, &["PDF_ACTIVE_CONTENT"]).note("a PDF with an XML form"),
        file(Kind::Birth, "pdf-signed", Container::PdfSigned, &["PDF_SIGNED"]).note("a PDF that bears a digital signature"),
        file(Kind::Birth, "pdf-two-readings", Container::PdfLongStream, &["PDF_AMBIGUOUS"]).note("a stream longer than it says"),
        file(Kind::Marriage, "tiff-ring", Container::TiffRing, &["FILE_DAMAGED"]).note("a TIFF whose pages form a ring"),
        file(Kind::Marriage, "png-bomb", Container::PngBomb, &["IMAGE_TOO_LARGE"]).note("a PNG that claims 400 megapixels"),
    ]
}
