//! A small PKI and a small PDF, made anew in each run.
#![allow(dead_code, unreachable_pub, clippy::allow_attributes, reason = "each test binary uses a part of it")]

use std::process::Command;

use bansao_pades::document::DEFAULT_RESERVE;
use bansao_pades::revocation::{CertificateStatus, OcspResponder, ocsp_request, ocsp_respond};
use bansao_pades::timestamp::{Expectation, TsaIdentity, accept, request, respond};
use bansao_pades::{
    Appearance, DigestAlgorithm, DocumentTimestampSpec, Dss, Error, FieldLock, FieldSpec, Prepared, SignatureSpec, SigningProfile,
    ValidationContext, add_signature_fields, cms, prepare_document_timestamp, prepare_signature,
};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use ring::rand::SystemRandom;
use ring::signature;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

pub const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 +07:00);

/// A key and its certificate.
pub struct Identity {
    pub key: KeyPair,
    pub params: CertificateParams,
    pub certificate: Vec<u8>,
    pub profile: SigningProfile,
}

impl Identity {
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let random = SystemRandom::new();
        let pkcs8 = self.key.serialize_der();
        let rsa = |padding: &'static dyn signature::RsaEncoding| {
            let key = signature::RsaKeyPair::from_pkcs8(&pkcs8).unwrap();
            let mut out = vec![0; key.public().modulus_len()];
            key.sign(padding, &random, message, &mut out).unwrap();
            out
        };
        let ecdsa = |algorithm: &'static signature::EcdsaSigningAlgorithm| {
            let key = signature::EcdsaKeyPair::from_pkcs8(algorithm, &pkcs8, &random).unwrap();
            key.sign(&random, message).unwrap().as_ref().to_vec()
        };
        match self.profile {
            SigningProfile::RsaPkcs1Sha256 => Ok(rsa(&signature::RSA_PKCS1_SHA256)),
            SigningProfile::RsaPkcs1Sha384 => Ok(rsa(&signature::RSA_PKCS1_SHA384)),
            SigningProfile::RsaPkcs1Sha512 => Ok(rsa(&signature::RSA_PKCS1_SHA512)),
            SigningProfile::RsaPssSha256 => Ok(rsa(&signature::RSA_PSS_SHA256)),
            SigningProfile::RsaPssSha384 => Ok(rsa(&signature::RSA_PSS_SHA384)),
            SigningProfile::RsaPssSha512 => Ok(rsa(&signature::RSA_PSS_SHA512)),
            SigningProfile::EcdsaP256Sha256 => Ok(ecdsa(&signature::ECDSA_P256_SHA256_ASN1_SIGNING)),
            SigningProfile::EcdsaP384Sha384 => Ok(ecdsa(&signature::ECDSA_P384_SHA384_ASN1_SIGNING)),
            SigningProfile::Ed25519 => {
                let key = signature::Ed25519KeyPair::from_pkcs8_maybe_unchecked(&pkcs8).unwrap();
                Ok(key.sign(message).as_ref().to_vec())
            }
            other => Err(Error::Signer(format!("no test key for {other:?}"))),
        }
    }
}

/// Every profile that signs.
pub const PROFILES: [SigningProfile; 9] = [
    SigningProfile::RsaPkcs1Sha256,
    SigningProfile::RsaPkcs1Sha384,
    SigningProfile::RsaPkcs1Sha512,
    SigningProfile::RsaPssSha256,
    SigningProfile::RsaPssSha384,
    SigningProfile::RsaPssSha512,
    SigningProfile::EcdsaP256Sha256,
    SigningProfile::EcdsaP384Sha384,
    SigningProfile::Ed25519,
];

/// A key of the kind that a profile needs.
pub fn key_for(profile: SigningProfile) -> KeyPair {
    match profile {
        SigningProfile::EcdsaP256Sha256 => ec_key(),
        SigningProfile::EcdsaP384Sha384 => KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap(),
        SigningProfile::Ed25519 => KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap(),
        _ => rsa_key(),
    }
}

pub fn ec_key() -> KeyPair {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap()
}

pub fn rsa_key() -> KeyPair {
    rsa_key_of("2048")
}

/// ring makes no RSA keys; openssl does.
pub fn rsa_key_of(bits: &str) -> KeyPair {
    let length = format!("rsa_keygen_bits:{bits}");
    let out = Command::new("openssl").args(["genpkey", "-algorithm", "RSA", "-pkeyopt", &length]).output().unwrap();
    assert!(out.status.success());
    let pem = String::from_utf8(out.stdout).unwrap();
    KeyPair::from_pkcs8_pem_and_sign_algo(&pem, &rcgen::PKCS_RSA_SHA256).unwrap()
}

pub fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = datetime!(2025-01-01 00:00:00 UTC);
    params.not_after = datetime!(2035-01-01 00:00:00 UTC);
    params.use_authority_key_identifier_extension = true;
    params
}

pub fn ca_params(name: &str, path_length: Option<u8>) -> CertificateParams {
    let mut p = params(name);
    p.is_ca = IsCa::Ca(path_length.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained));
    p.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    p
}

pub fn leaf_params(name: &str) -> CertificateParams {
    let mut p = params(name);
    p.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    p
}

/// rcgen writes extended key usage as not critical; a time-stamping certificate must have it critical.
pub fn tsa_params(name: &str) -> CertificateParams {
    let mut p = params(name);
    p.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let time_stamping = vec![0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8];
    let mut usage = CustomExtension::from_oid_content(&[2, 5, 29, 37], time_stamping);
    usage.set_criticality(true);
    p.custom_extensions.push(usage);
    p
}

pub fn ocsp_params(name: &str) -> CertificateParams {
    let mut p = params(name);
    p.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    p.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
    p.custom_extensions.push(CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 48, 1, 5], vec![5, 0]));
    p
}

pub fn self_signed(params: CertificateParams, key: KeyPair) -> Identity {
    let certificate = params.self_signed(&key).unwrap().der().to_vec();
    Identity { key, params, certificate, profile: SigningProfile::EcdsaP256Sha256 }
}

pub fn issue(ca: &Identity, params: CertificateParams, key: KeyPair, profile: SigningProfile) -> Identity {
    let issuer = Issuer::from_params(&ca.params, &ca.key);
    let certificate = params.signed_by(&key, &issuer).unwrap().der().to_vec();
    Identity { key, params, certificate, profile }
}

/// Root, one issuing CA, a certifier (RSA), an agency (P-256), a time-stamping authority, an OCSP responder.
pub struct Pki {
    pub root: Identity,
    pub ca: Identity,
    pub certifier: Identity,
    pub agency: Identity,
    pub tsa: Identity,
    pub ocsp: Identity,
    /// Certificates that the responder calls revoked.
    pub revoked: Vec<Vec<u8>>,
}

impl Pki {
    pub fn new(certifier: SigningProfile) -> Self {
        let ec = SigningProfile::EcdsaP256Sha256;
        let root = self_signed(ca_params("Test Root", None), ec_key());
        let ca = issue(&root, ca_params("Test CA", Some(0)), ec_key(), ec);
        let key = key_for(certifier);
        let certifier = issue(&ca, leaf_params("Nguyễn Văn Chứng"), key, certifier);
        let agency = issue(&ca, leaf_params("UBND phường Thử Nghiệm"), ec_key(), ec);
        let tsa = issue(&ca, tsa_params("Test TSA"), ec_key(), ec);
        let ocsp = issue(&ca, ocsp_params("Test OCSP"), ec_key(), ec);
        Self { root, ca, certifier, agency, tsa, ocsp, revoked: Vec::new() }
    }

    pub fn tsa_identity(&self) -> TsaIdentity {
        self.identity_of(&self.tsa)
    }

    fn identity_of(&self, tsa: &Identity) -> TsaIdentity {
        TsaIdentity {
            certificate: tsa.certificate.clone(),
            chain: vec![self.ca.certificate.clone()],
            profile: tsa.profile,
            policy: "1.3.6.1.4.1.57264.99.1".to_owned(),
        }
    }

    /// A time-stamp token over a SHA-256 digest, asked for and answered as two parties would.
    pub fn stamp(&self, digest: &[u8], at: OffsetDateTime) -> Vec<u8> {
        self.stamp_by(&self.tsa, digest, at)
    }

    fn stamp_by(&self, tsa: &Identity, digest: &[u8], at: OffsetDateTime) -> Vec<u8> {
        let nonce = [0x80, 1, 2, 3, 4, 5, 6, 7];
        let asked = request(digest, DigestAlgorithm::Sha256, &nonce).unwrap();
        let accuracy = Some(Duration::seconds(1));
        let answer = respond(&asked, &self.identity_of(tsa), &[42], at, accuracy, &mut |m| tsa.sign(m)).unwrap();
        let expected =
            Expectation { imprint: digest, algorithm: DigestAlgorithm::Sha256, nonce: &nonce, now: at, tolerance: Duration::minutes(5) };
        accept(&answer, &expected).unwrap().token_der
    }

    /// Signs a prepared file, with a time-stamp unless `at` is `None`.
    pub fn seal(&self, signer: &Identity, prepared: Prepared, at: Option<OffsetDateTime>) -> Vec<u8> {
        let digest = prepared.digest(signer.profile.digest_algorithm());
        let attributes = cms::SignedAttributes::new(signer.profile, &digest, &signer.certificate).unwrap();
        let value = signer.sign(&attributes.to_be_signed().unwrap()).unwrap();
        let token = at.map(|at| self.stamp(&DigestAlgorithm::Sha256.digest(&value), at));
        let chain = [self.ca.certificate.clone()];
        let container = cms::assemble(&attributes, &value, &chain, token.as_deref()).unwrap();
        prepared.embed(&container).unwrap()
    }
}

pub const CERTIFIER_FIELD: &str = "Certifier";
pub const AGENCY_FIELD: &str = "Agency";

/// Both fields, the agency's with its lock.
pub fn with_fields(pdf: &[u8]) -> Vec<u8> {
    let field =
        |name: &str, rect, lock| FieldSpec { name: name.to_owned(), page: 0, rect, lock, description: Some(format!("Signature: {name}")) };
    let fields = [
        field(CERTIFIER_FIELD, [50.0, 50.0, 250.0, 100.0], FieldLock::None),
        field(AGENCY_FIELD, [300.0, 50.0, 500.0, 100.0], FieldLock::All),
    ];
    add_signature_fields(pdf, &fields).unwrap()
}

pub fn spec<'a>(field: &'a str, certify: bool, appearance: Option<&'a [u8]>) -> SignatureSpec<'a> {
    SignatureSpec {
        field,
        name: Some("Nguyễn Văn Chứng"),
        reason: Some("Chứng thực bản sao từ bản chính"),
        location: Some("Hà Nội"),
        time: NOW,
        certify,
        appearance: appearance.map(|pdf| Appearance { pdf, page: 0 }),
        reserve: DEFAULT_RESERVE,
    }
}

impl Pki {
    /// The whole way: fields, certifier, agency; both time-stamped one second apart unless `stamped` is false.
    pub fn sign_twice(&self, pdf: &[u8], stamped: bool) -> Vec<u8> {
        let at = |seconds| stamped.then(|| NOW + Duration::seconds(seconds));
        let picture = base_pdf();
        let pdf = with_fields(pdf);
        let prepared = prepare_signature(&pdf, &spec(CERTIFIER_FIELD, true, Some(&picture))).unwrap();
        let pdf = self.seal(&self.certifier, prepared, at(1));
        let prepared = prepare_signature(&pdf, &spec(AGENCY_FIELD, false, Some(&picture))).unwrap();
        self.seal(&self.agency, prepared, at(2))
    }
}

impl Pki {
    /// What the responder says of a certificate, current for an hour.
    pub fn ocsp_answer(&self, who: &Identity, issuer: &Identity, responder: &Identity, at: OffsetDateTime) -> Vec<u8> {
        let asked = ocsp_request(&who.certificate, &issuer.certificate, None).unwrap();
        let identity =
            OcspResponder { certificate: responder.certificate.clone(), issuer: issuer.certificate.clone(), profile: responder.profile };
        let status = if self.revoked.contains(&who.certificate) {
            CertificateStatus::Revoked { at: NOW - Duration::days(1), reason: Some(1) }
        } else {
            CertificateStatus::Good
        };
        ocsp_respond(&asked, &identity, at, at + Duration::hours(1), &mut |_| status, &mut |m| responder.sign(m)).unwrap()
    }

    /// All that is needed to judge both signatures and their time-stamps for ever.
    pub fn store(&self) -> Dss {
        let at = NOW + Duration::seconds(10);
        let leaf = |who| self.ocsp_answer(who, &self.ca, &self.ocsp, at);
        Dss {
            certificates: vec![self.ca.certificate.clone(), self.root.certificate.clone()],
            ocsp_responses: vec![leaf(&self.certifier), leaf(&self.agency), leaf(&self.tsa)],
            crls: vec![crl(&self.root, &[], at, |_| ()).der().to_vec()],
        }
    }

    /// A document time-stamp over the whole file.
    pub fn archive(&self, pdf: &[u8], field: &str, at: OffsetDateTime) -> Vec<u8> {
        self.archive_by(&self.tsa, pdf, field, at)
    }

    /// The same by another authority under the same CA.
    pub fn archive_by(&self, tsa: &Identity, pdf: &[u8], field: &str, at: OffsetDateTime) -> Vec<u8> {
        let spec = DocumentTimestampSpec { field, reserve: 8192 };
        let prepared = prepare_document_timestamp(pdf, &spec).unwrap();
        let token = self.stamp_by(tsa, &prepared.digest(DigestAlgorithm::Sha256), at);
        prepared.embed(&token).unwrap()
    }

    /// As [`Pki::store`], with an OCSP response of the root in place of its list.
    pub fn store_without_lists(&self) -> Dss {
        let mut store = self.store();
        store.crls.clear();
        let at = NOW + Duration::seconds(10);
        store.ocsp_responses.push(self.ocsp_answer(&self.ca, &self.root, &self.root, at));
        store
    }

    pub fn context(&self) -> ValidationContext {
        ValidationContext::new(vec![self.root.certificate.clone()], NOW + Duration::minutes(1))
    }
}

/// A revocation list, which calls the given certificates revoked since a day.
pub fn crl(
    issuer: &Identity,
    revoked: &[&Identity],
    this_update: OffsetDateTime,
    change: impl FnOnce(&mut rcgen::CertificateRevocationListParams),
) -> rcgen::CertificateRevocationList {
    let serial = |i: &Identity| {
        let parsed = x509_parser::parse_x509_certificate(&i.certificate).unwrap().1;
        rcgen::SerialNumber::from_slice(parsed.raw_serial())
    };
    let mut params = rcgen::CertificateRevocationListParams {
        this_update,
        next_update: this_update + Duration::days(7),
        crl_number: rcgen::SerialNumber::from(1u64),
        issuing_distribution_point: None,
        revoked_certs: revoked
            .iter()
            .map(|i| rcgen::RevokedCertParams {
                serial_number: serial(i),
                revocation_time: this_update - Duration::days(1),
                reason_code: Some(rcgen::RevocationReason::KeyCompromise),
                invalidity_date: None,
            })
            .collect(),
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    change(&mut params);
    params.signed_by(&Issuer::from_params(&issuer.params, &issuer.key)).unwrap()
}

/// The interpreter that `cargo xtask test` fills with pyHanko.
pub fn python() -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/judges/bin/python");
    assert!(path.exists(), "the judges are not installed: run `cargo xtask test`");
    path.display().to_string()
}

/// A one-page PDF with a classic cross-reference table.
pub fn base_pdf() -> Vec<u8> {
    use lopdf::{Document, Object, Stream, dictionary};
    let mut doc = Document::with_version("1.7");
    let pages = doc.new_object_id();
    let font = doc.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let content = doc.add_object(Stream::new(dictionary! {}, b"BT /F1 24 Tf 72 700 Td (certified copy) Tj ET".to_vec()));
    let metadata = doc.add_object(Stream::new(
        dictionary! { "Type" => "Metadata", "Subtype" => "XML" },
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/></x:xmpmeta>".to_vec(),
    ));
    let page = doc.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "Contents" => content,
        "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
    });
    doc.objects.insert(pages, Object::Dictionary(dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 }));
    let catalog = doc.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages, "Metadata" => metadata });
    doc.trailer.set("Root", catalog);
    doc.trailer.set("ID", vec![Object::string_literal("0123456789abcdef"), Object::string_literal("0123456789abcdef")]);
    let mut out = Vec::new();
    doc.save_to(&mut out).unwrap();
    out
}

/// The same with object streams and a cross-reference stream.
pub fn base_pdf_modern() -> Vec<u8> {
    let mut doc = lopdf::Document::load_mem(&base_pdf()).unwrap();
    let mut out = Vec::new();
    doc.save_modern(&mut out).unwrap();
    out
}

/// One long-term file and one archived file, made once.
pub fn samples() -> &'static (Vec<u8>, Vec<u8>, ValidationContext) {
    static SAMPLES: std::sync::OnceLock<(Vec<u8>, Vec<u8>, ValidationContext)> = std::sync::OnceLock::new();
    SAMPLES.get_or_init(|| {
        let pki = Pki::new(SigningProfile::EcdsaP256Sha256);
        let long_term = bansao_pades::add_document_security_store(&pki.sign_twice(&base_pdf(), true), &pki.store()).unwrap();
        let archived = pki.archive(&long_term, "Archive", NOW + Duration::seconds(20));
        let context = pki.context();
        for pdf in [&long_term, &archived] {
            let report = bansao_pades::validate(pdf, &context).unwrap();
            assert_eq!(report.indication, bansao_pades::validate::Indication::TotalPassed, "{report:#?}");
        }
        (long_term, archived, context)
    })
}
