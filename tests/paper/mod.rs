//! Printed copies of invented certificates: drawn, certified and rendered, so that what is on the paper is known to the sign.

use std::sync::Arc;

use bansao::certify::compose::{CopyContent, FontPaths, Fonts, PageContent, PageImage, Statement, Templates, compose};
use bansao::inspect::forms::FormSet;
use bansao::inspect::print::NamesSeal;
use bansao::record::{Agency, CertificationNo, Certifier, Facts, Kind, SigningCapacity, names_digest};
use bansao_specimen::cases::{self, Case};
use bansao_specimen::fonts::FontFiles;
use bansao_specimen::forms::Form;
use bansao_specimen::people::Date;
use bansao_specimen::rng::Rng;
use bansao_specimen::{file, records};
use time::macros::{date, datetime};

/// A certificate to certify.
#[derive(Clone)]
pub(crate) struct Paper {
    case: Case,
    /// Running number of its certification.
    number: u32,
}

/// The forms that papers are drawn on.
pub(crate) const FORMS: [Form; 5] = [Form::Birth2015, Form::Marriage2015, Form::Death2015, Form::Birth2010, Form::Land2024];

impl Paper {
    /// An invented certificate.
    pub(crate) fn of(form: Form, number: u32) -> Self {
        let (kind, record): (cases::Kind, fn(&mut Rng) -> bansao_specimen::facts::Record) = match form {
            Form::Birth2015 => (cases::Kind::Birth, |rng| records::birth(rng, 2023, false)),
            Form::Birth2010 => (cases::Kind::Birth, |rng| records::birth(rng, 2012, true)),
            Form::Marriage2015 => (cases::Kind::Marriage, |rng| records::marriage(rng, 2021, false)),
            Form::Death2015 => (cases::Kind::Death, |rng| records::death(rng, 2022, false)),
            _ => (cases::Kind::Land, |rng| records::land(rng, Date::new(2025, 3, 4), false, 1)),
        };
        Self { case: Case::new(kind, &format!("print-{number}"), form, record), number }
    }

    /// The same paper in the same place on the glass, with another value in a field.
    pub(crate) fn with(&self, field: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.case.record.facts.set(field, value);
        other
    }

    /// What it states: all that is printed on it.
    pub(crate) fn facts(&self) -> Facts {
        let files = FontFiles::read().unwrap();
        let mut coarse = self.case.clone();
        coarse.dpi = 50;
        let rendered = coarse.render(&files.parse().unwrap()).unwrap();
        let (_, described) = rendered.files.last().unwrap();
        let described: toml::Table = std::str::from_utf8(described).unwrap().parse().unwrap();
        let fields = described["fields"].as_table().unwrap();
        fields.iter().map(|(id, value)| (id.clone(), value.as_str().unwrap().to_owned())).collect()
    }

    pub(crate) fn kind(&self) -> Kind {
        Kind::new(self.case.kind.id()).unwrap()
    }

    /// The facts that its QR token signs.
    pub(crate) fn signed(&self, forms: &FormSet) -> Facts {
        let form = forms.form(self.case.form.id().unwrap()).unwrap();
        let facts = self.facts();
        form.token_facts_of(&facts)
    }

    /// What the token says of its other names.
    pub(crate) fn other_names(&self, forms: &FormSet) -> Option<NamesSeal> {
        let form = forms.form(self.case.form.id().unwrap()).unwrap();
        let (names, salt) = (form.other_names_of(&self.facts()), [7; 16]);
        (!names.is_empty()).then(|| NamesSeal { salt, digest: names_digest(&salt, names.iter()) })
    }

    /// The number of its certification.
    pub(crate) fn certification_no(&self) -> CertificationNo {
        CertificationNo { agency: "ba-dinh".into(), year: 2026, book: 1, number: self.number, symbol: "SCT/BS".into() }
    }

    /// The scan of the paper, its pages.
    fn scan(&self) -> Vec<file::Page> {
        let files = FontFiles::read().unwrap();
        self.case.render(&files.parse().unwrap()).unwrap().pages
    }

    /// The pages that the copy was made of, JPEG.
    pub(crate) fn originals(&self) -> Vec<Vec<u8>> {
        self.scan().iter().map(|page| file::jpeg(page, 85).unwrap()).collect()
    }

    /// The copy with this text in its QR code, not signed: signatures are not printed but for their marks.
    pub(crate) fn copy(&self, qr_text: &str) -> Vec<u8> {
        let page = |page: file::Page| PageContent {
            image: PageImage::Jpeg { bytes: Arc::new(file::jpeg(&page, 85).unwrap()), orientation: 1 },
            dpi: page.dpi as f32,
            words: Vec::new(),
        };
        let statement = Statement {
            template: Templates::builtin().unwrap().in_force(date!(2026 - 11 - 20)).unwrap().clone(),
            certification_no: self.certification_no(),
            date: date!(2026 - 11 - 20),
            certifier: Certifier {
                id: "pct".into(),
                full_name: "Trần Thị Thử Nghiệm".into(),
                title: "Phó Chủ tịch".into(),
                signing_capacity: SigningCapacity::Deputy,
                authority_ref: None,
            },
            agency: Agency { id: "ba-dinh".into(), name: "Ủy ban nhân dân phường Thử".into(), place: "Hà Nội".into() },
            kind_label: "Giấy khai sinh".into(),
            system: "Hệ thống thử nghiệm".into(),
            copy_id: "mzxw6ytboimzxw6ytboiabcdef".into(),
        };
        let content = CopyContent {
            pages: self.scan().into_iter().map(page).collect(),
            statement,
            qr_text: qr_text.to_owned(),
            title: "Bản sao".into(),
            created_at: datetime!(2026-11-20 03:04:05 UTC),
            document_id: b"mzxw6ytboimzxw6ytboiabcdef".to_vec(),
        };
        compose(&content, &Fonts::load(&FontPaths::default()).unwrap()).unwrap().pdf
    }
}
