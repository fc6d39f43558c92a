//! Signature containers written again with other bytes, their lengths in order: no signature covers a container, so what is read of it
//! must be all that it is.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;

use bansao_pades::timestamp::{Expectation, accept, request, respond};
use bansao_pades::validate::{Indication, Policy, SubIndication, Unaccounted, UnsignedBytes};
use bansao_pades::{DigestAlgorithm, Error, SignatureSpec, SigningProfile, prepare_signature, validate};
use common::*;
use time::Duration;

/// One element of DER.
#[derive(Clone)]
enum Element {
    Bytes(u8, Vec<u8>),
    Parts(u8, Vec<Element>),
}

impl Element {
    /// All elements that stand one after the other.
    fn all(mut der: &[u8]) -> Vec<Self> {
        let mut found = Vec::new();
        while let [tag, rest @ ..] = der {
            let (length, header) = match rest[0] {
                short @ 0..0x80 => (usize::from(short), 1),
                long => {
                    let count = usize::from(long & 0x7f);
                    (rest[1..=count].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), 1 + count)
                }
            };
            let content = &rest[header..header + length];
            found.push(if tag & 0x20 == 0 { Self::Bytes(*tag, content.to_vec()) } else { Self::Parts(*tag, Self::all(content)) });
            der = &rest[header + length..];
        }
        found
    }

    fn written(&self) -> Vec<u8> {
        let (tag, content) = match self {
            Self::Bytes(tag, content) => (*tag, content.clone()),
            Self::Parts(tag, parts) => (*tag, parts.iter().flat_map(Self::written).collect()),
        };
        let length = content.len().to_be_bytes();
        let long: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
        let header = match content.len() {
            short @ 0..0x80 => vec![tag, u8::try_from(short).unwrap()],
            _ => [vec![tag, 0x80 | u8::try_from(long.len()).unwrap()], long].concat(),
        };
        [header, content].concat()
    }

    fn parts(&mut self) -> &mut Vec<Self> {
        let Self::Parts(_, parts) = self else { unreachable!("an element without parts") };
        parts
    }

    fn tag(&self) -> u8 {
        match self {
            Self::Bytes(tag, _) | Self::Parts(tag, _) => *tag,
        }
    }

    /// SignedData in a ContentInfo.
    fn signed_data(&mut self) -> &mut Vec<Self> {
        self.parts()[1].parts()[0].parts()
    }

    fn certificates(&mut self) -> &mut Vec<Self> {
        self.signed_data()[3].parts()
    }

    fn signer(&mut self) -> &mut Vec<Self> {
        self.signed_data().last_mut().unwrap().parts()[0].parts()
    }
}

/// Four bytes that no field has.
fn stray() -> Element {
    Element::Bytes(0x80, b"else".to_vec())
}

/// The last extension of the first certificate, with its default written out.
fn write_default(container: &mut Element) {
    let first = container.certificates()[0].parts()[0].parts();
    let extensions = first.last_mut().unwrap().parts()[0].parts();
    let plain = extensions.iter_mut().map(Element::parts).find(|parts| parts.len() == 2).unwrap();
    plain.insert(1, Element::Bytes(0x01, vec![0]));
}

/// The first certificate once more.
fn double_certificate(container: &mut Element) {
    let first = container.certificates()[0].clone();
    container.certificates().push(first);
}

/// The last container of a file, and where its digits stand.
fn last(pdf: &[u8]) -> (std::ops::Range<usize>, Element) {
    let at = pdf.windows(9).rposition(|bytes| bytes == b"/Contents").unwrap();
    let start = at + pdf[at..].iter().position(|byte| *byte == b'<').unwrap() + 1;
    let digits = start..start + pdf[start..].iter().position(|byte| *byte == b'>').unwrap();
    let hex = std::str::from_utf8(&pdf[digits.clone()]).unwrap();
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    // Four bytes of header, for a container is longer than 255 and shorter than 65,536.
    let length = 4 + usize::from(u16::from_be_bytes([bytes[2], bytes[3]]));
    let container = Element::all(&bytes[..length]).remove(0);
    assert_eq!(container.written(), bytes[..length]);
    (digits, container)
}

/// The file with its last container changed.
fn with_last(pdf: &[u8], change: impl FnOnce(&mut Element)) -> Vec<u8> {
    let (digits, mut container) = last(pdf);
    change(&mut container);
    let mut written = container.written();
    assert!(written.len() * 2 <= digits.len(), "no room");
    written.resize(digits.len() / 2, 0);
    // In the case that is there: another one is seen by itself.
    let is_upper = pdf[digits.clone()].iter().any(u8::is_ascii_uppercase);
    let hex: String = written.iter().map(|byte| if is_upper { format!("{byte:02X}") } else { format!("{byte:02x}") }).collect();
    let mut out = pdf.to_vec();
    out[digits].copy_from_slice(hex.as_bytes());
    out
}

type Edit = (&'static str, fn(&mut Element));

/// What readers pass over in a container.
const EDITS: [Edit; 6] = [
    ("an element behind the certificates", |container| container.signed_data().insert(4, stray())),
    ("a second list of certificates", |container| {
        let first = container.signed_data()[3].clone();
        container.signed_data().insert(4, first);
    }),
    ("an element behind the signature", |container| container.signer().push(stray())),
    ("an element in a certificate", |container| {
        let body = container.certificates()[0].parts()[0].parts();
        let last = body.len() - 1;
        body.insert(last, stray());
    }),
    ("a default in a certificate", write_default),
    ("another order of attributes", |container| {
        let attributes = container.signer().iter_mut().find(|part| part.tag() == 0xa0).unwrap();
        attributes.parts().reverse();
    }),
];

#[test]
fn nothing_rides_in_a_container_that_nobody_reads() {
    let (_, archived, context) = samples();
    let mut foreign = context.clone();
    foreign.policy = Policy::Pades;
    foreign.unsigned_bytes = UnsignedBytes::Tolerate;
    for (what, edit) in EDITS {
        let changed = with_last(archived, edit);
        let report = validate(&changed, context).unwrap();
        let is_named = report.unaccounted.iter().any(|one| matches!(one, Unaccounted::Container { .. }));
        assert!(report.indication != Indication::TotalPassed && is_named, "{what}: {:?} {:?}", report.indication, report.unaccounted);
        // Files of others are as their programs write them.
        assert_eq!(validate(&changed, &foreign).unwrap().indication, Indication::TotalPassed, "{what}");
    }
    // Known: certificates are a set, and which comes first says nothing.
    let turned = with_last(archived, |container| container.certificates().reverse());
    assert!(&turned != archived && validate(&turned, context).unwrap().indication == Indication::TotalPassed);
}

#[test]
fn a_certificate_that_comes_twice_is_no_fault_of_a_foreign_file_and_one_of_a_copy() {
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let mut foreign = pki.context();
    foreign.require_revocation = false;
    foreign.policy = Policy::Pades;
    foreign.unsigned_bytes = UnsignedBytes::Tolerate;
    let mut of_copy = foreign.clone();
    of_copy.policy = Policy::Copy;
    for doubled in [false, true] {
        let pdf = prepare_signature(&with_fields(&base_pdf()), &spec(CERTIFIER_FIELD, true, None)).unwrap();
        let pdf = pki.seal(&pki.certifier, pdf, Some(NOW));
        let pdf = pki.seal(&pki.agency, prepare_signature(&pdf, &spec(AGENCY_FIELD, false, None)).unwrap(), Some(NOW));
        let pdf = if doubled { with_last(&pdf, double_certificate) } else { pdf };
        let report = validate(&pdf, &foreign).unwrap();
        assert_eq!(report.indication, Indication::TotalPassed, "{report:#?}");
        let copy = validate(&pdf, &of_copy).unwrap();
        let of_agency = Unaccounted::EmbeddedCertificate { field: AGENCY_FIELD.to_owned() };
        assert_eq!(copy.unaccounted.contains(&of_agency), doubled, "{:?}", copy.unaccounted);
    }
}

#[test]
fn time_stamps_that_no_copy_could_bear_are_not_accepted() {
    let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
    let (imprint, nonce) = ([5; 32], [9; 8]);
    let asked = request(&imprint, DigestAlgorithm::Sha256, &nonce).unwrap();
    let good = respond(&asked, &pki.tsa_identity(), &[1], NOW, None, &mut |message| pki.tsa.sign(message)).unwrap();
    let expected =
        Expectation { imprint: &imprint, algorithm: DigestAlgorithm::Sha256, nonce: &nonce, now: NOW, tolerance: Duration::minutes(5) };
    assert!(accept(&good, &expected).unwrap().exact);
    for (what, edit) in EDITS.into_iter().chain([("a certificate twice", double_certificate as fn(&mut Element))]) {
        let mut answer = Element::all(&good).remove(0);
        edit(&mut answer.parts()[1]);
        let refused = accept(&answer.written(), &expected);
        let because = Err(Error::Timestamp("its encoding is not canonical, or a certificate comes twice"));
        assert_eq!(refused, because, "{what}");
    }
}

#[test]
fn more_certificates_than_a_container_may_bear_are_a_verdict() {
    let (long_term, _, context) = samples();
    let (_, mut container) = last(long_term);
    (0..600).for_each(|_| double_certificate(&mut container));
    let many = container.written();
    let spec = SignatureSpec { reserve: many.len(), ..spec(CERTIFIER_FIELD, true, None) };
    let pdf = prepare_signature(&with_fields(&base_pdf()), &spec).unwrap().embed(&many).unwrap();
    let report = validate(&pdf, context).unwrap();
    assert_eq!(report.signatures[0].sub_indication, Some(SubIndication::FormatFailure), "{report:?}");
}
