//! Paths, OCSP and revocation lists.
#![expect(clippy::unwrap_used, reason = "a failed test may stop")]

mod common;

use bansao_pades::path::{PathError, PathLimits, PathQuery, PolicyDemand, Usage, find_path, find_path_under};
use bansao_pades::revocation::{
    CertificateStatus, Freshness, OcspResponder, RevocationStatus, check_crl, check_ocsp, ocsp_request, ocsp_respond,
};
use bansao_pades::{Error, SigningProfile};
use common::*;
use rcgen::{
    CertificateParams, CidrSubnet, CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, KeyPair,
    KeyUsagePurpose, NameConstraints, SanType,
};
use time::{Duration, OffsetDateTime};

const EC: SigningProfile = SigningProfile::EcdsaP256Sha256;

fn path_at(leaf: &[u8], intermediates: &[&Identity], anchors: &[&Identity], usage: Usage, at: OffsetDateTime) -> Result<usize, PathError> {
    let der = |list: &[&Identity]| list.iter().map(|i| i.certificate.clone()).collect::<Vec<_>>();
    let (intermediates, anchors) = (der(intermediates), der(anchors));
    let limits = PathLimits::default();
    find_path(&PathQuery { leaf, intermediates: &intermediates, anchors: &anchors, at, usage, limits }).map(|p| p.len())
}

fn path(leaf: &Identity, intermediates: &[&Identity], anchors: &[&Identity]) -> Result<usize, PathError> {
    path_at(&leaf.certificate, intermediates, anchors, Usage::DocumentSigning, NOW)
}

/// A root, an authority below it with changed parameters, and a leaf below that.
fn three(change_ca: impl FnOnce(&mut CertificateParams), change_leaf: impl FnOnce(&mut CertificateParams)) -> [Identity; 3] {
    let root = self_signed(ca_params("Root", None), ec_key());
    let mut ca = ca_params("CA", None);
    change_ca(&mut ca);
    let ca = issue(&root, ca, ec_key(), EC);
    let mut leaf = leaf_params("Leaf");
    change_leaf(&mut leaf);
    let leaf = issue(&ca, leaf, ec_key(), EC);
    [root, ca, leaf]
}

fn judge([root, ca, leaf]: [Identity; 3]) -> Result<usize, PathError> {
    path(&leaf, &[&ca], &[&root])
}

#[test]
fn a_plain_path_is_found() {
    assert_eq!(judge(three(|_| (), |_| ())), Ok(3));
    let pki = Pki::new(SigningProfile::RsaPkcs1Sha256);
    assert_eq!(path(&pki.certifier, &[&pki.ca], &[&pki.root]), Ok(3));
    let stamping = path_at(&pki.tsa.certificate, &[&pki.ca], &[&pki.root], Usage::TimeStamping, NOW);
    assert_eq!(stamping, Ok(3));
    assert_eq!(path(&pki.agency, &[&pki.ca], &[&pki.agency]), Ok(1), "a leaf that is trusted by itself");
}

#[test]
fn what_is_wrong_with_a_path_is_named() {
    let [root, ca, leaf] = three(|_| (), |_| ());
    assert_eq!(path(&leaf, &[], &[&root]), Err(PathError::NoIssuer("Leaf".to_owned())));
    assert_eq!(path(&leaf, &[&ca], &[]), Err(PathError::NoIssuer("CA".to_owned())));
    let [other_root, ..] = three(|_| (), |_| ());
    assert!(matches!(path(&leaf, &[&ca], &[&other_root]), Err(PathError::Signature(_))));
    let year = Duration::days(365 * 12);
    let late = path_at(&leaf.certificate, &[&ca], &[&root], Usage::DocumentSigning, NOW + year);
    assert_eq!(late, Err(PathError::Expired("Leaf".to_owned())));
    let early = path_at(&leaf.certificate, &[&ca], &[&root], Usage::DocumentSigning, NOW - year);
    assert_eq!(early, Err(PathError::NotYetValid("Leaf".to_owned())));
    let short = judge(three(|ca| ca.not_after = NOW - Duration::days(1), |_| ()));
    assert_eq!(short, Err(PathError::Expired("CA".to_owned())));
    let no_ca = judge(three(|ca| ca.is_ca = rcgen::IsCa::ExplicitNoCa, |_| ()));
    assert_eq!(no_ca, Err(PathError::NotAnAuthority("CA".to_owned())));
    let no_cert_sign = judge(three(|ca| ca.key_usages = vec![KeyUsagePurpose::CrlSign], |_| ()));
    assert_eq!(no_cert_sign, Err(PathError::Usage("CA".to_owned())));
    let wrong_usage = judge(three(|_| (), |leaf| leaf.key_usages = vec![KeyUsagePurpose::KeyAgreement]));
    assert_eq!(wrong_usage, Err(PathError::Usage("Leaf".to_owned())));
    let server = judge(three(|_| (), |leaf| leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]));
    assert_eq!(server, Err(PathError::Usage("Leaf".to_owned())));
    let server = judge(three(|ca| ca.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth], |_| ()));
    assert_eq!(server, Err(PathError::Usage("CA".to_owned())));
}

#[test]
fn unknown_critical_extensions_are_refused() {
    let unknown = |p: &mut CertificateParams| {
        let mut extension = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 57264, 1], vec![5, 0]);
        extension.set_criticality(true);
        p.custom_extensions.push(extension);
    };
    let expected = Err(PathError::CriticalExtension("1.3.6.1.4.1.57264.1".to_owned()));
    assert_eq!(judge(three(|_| (), unknown)), expected);
    assert_eq!(judge(three(unknown, |_| ())), expected);
}

/// An authority with name constraints, and a leaf with an alternative name.
fn constrained(permitted: Vec<GeneralSubtree>, excluded: Vec<GeneralSubtree>, name: SanType) -> Result<usize, PathError> {
    judge(three(
        |ca| ca.name_constraints = Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: excluded }),
        |leaf| leaf.subject_alt_names.push(name),
    ))
}

#[test]
fn names_lie_within_what_the_authority_may_certify() {
    let refused = Err(PathError::Name("Leaf".to_owned()));
    let dns = |name: &str| SanType::DnsName(name.try_into().unwrap());
    let only = |text: &str| vec![GeneralSubtree::DnsName(text.to_owned())];
    assert_eq!(constrained(only("example.vn"), vec![], dns("office.example.vn")), Ok(3));
    assert_eq!(constrained(only("example.vn"), vec![], dns("example.vn.evil.test")), refused);
    assert_eq!(constrained(only("example.vn"), vec![], dns("badexample.vn")), refused);
    assert_eq!(constrained(vec![], only("example.vn"), dns("OFFICE.example.VN")), refused);
    assert_eq!(constrained(vec![], only("example.vn"), dns("example.com")), Ok(3));
    // A permission of one form says nothing about another.
    assert_eq!(constrained(only("example.vn"), vec![], SanType::IpAddress([192, 0, 2, 1].into())), Ok(3));
    let network = || vec![GeneralSubtree::IpAddress(CidrSubnet::V4([192, 0, 2, 0], [255, 255, 255, 0]))];
    assert_eq!(constrained(network(), vec![], SanType::IpAddress([192, 0, 2, 77].into())), Ok(3));
    assert_eq!(constrained(network(), vec![], SanType::IpAddress([192, 0, 3, 77].into())), refused);
    // A name that differs by its spelling only is excluded all the same.
    let mut directory = DistinguishedName::new();
    directory.push(DnType::CommonName, "LEAF ");
    assert_eq!(constrained(vec![], vec![GeneralSubtree::DirectoryName(directory)], dns("example.vn")), refused);
}

#[test]
fn a_policy_is_what_every_authority_states() {
    let policy = |p: &mut CertificateParams, last: u8| {
        // CertificatePolicies of one policy 1.3.6.1.4.1.57264.1.x.
        let value = vec![0x30, 14, 0x30, 12, 0x06, 10, 0x2b, 6, 1, 4, 1, 0x83, 0xbf, 0x30, 1, last];
        p.custom_extensions.push(CustomExtension::from_oid_content(&[2, 5, 29, 32], value));
    };
    let under = |ca: u8, leaf: u8, wanted: u8| {
        let [root, ca, leaf] = three(|p| policy(p, ca), |p| policy(p, leaf));
        let (intermediates, anchors) = (vec![ca.certificate], vec![root.certificate]);
        let query = PathQuery {
            leaf: &leaf.certificate,
            intermediates: &intermediates,
            anchors: &anchors,
            at: NOW,
            usage: Usage::DocumentSigning,
            limits: PathLimits::default(),
        };
        let demand = PolicyDemand { accepted: vec![format!("1.3.6.1.4.1.57264.1.{wanted}")], explicit: true, ..PolicyDemand::default() };
        find_path_under(&query, &demand).map(|p| p.len())
    };
    let refused = Err(PathError::Policy("Leaf".to_owned()));
    assert_eq!(under(1, 1, 1), Ok(3));
    assert_eq!(under(1, 1, 2), refused);
    assert_eq!(under(1, 2, 2), refused);
}

/// Layers of authorities; each signed by every one above, under as many certificates.
struct Mesh {
    root: Identity,
    pool: Vec<Identity>,
    leaf: Identity,
}

impl Mesh {
    fn new(layers: usize, width: u32, root: CertificateParams) -> Self {
        let root = self_signed(root, ec_key());
        let mut pool = Vec::new();
        let mut above = None;
        for layer in 0..layers {
            let key = ec_key();
            for i in 0..width {
                let mut params = ca_params(&format!("Layer {layer}"), None);
                params.serial_number = Some(u64::from(i + 1).into());
                let copy = KeyPair::try_from(key.serialize_der()).unwrap();
                pool.push(issue(above.as_ref().unwrap_or(&root), params, copy, EC));
            }
            above = Some(self_signed(ca_params(&format!("Layer {layer}"), None), key));
        }
        let leaf = issue(above.as_ref().unwrap(), leaf_params("Leaf"), ec_key(), EC);
        Self { root, pool, leaf }
    }

    fn path(&self, anchor: &Identity) -> Result<usize, PathError> {
        let began = std::time::Instant::now();
        let found = path(&self.leaf, &self.pool.iter().collect::<Vec<_>>(), &[anchor]);
        assert!(began.elapsed().as_secs_f32() < 2.0, "{:?}", began.elapsed());
        found
    }
}

#[test]
fn a_million_paths_cost_no_more_than_a_few() {
    let mesh = Mesh::new(6, 12, ca_params("Root", None));
    assert_eq!(mesh.path(&mesh.root), Ok(8));
    // Nothing leads to this one.
    let stranger = self_signed(ca_params("Root", None), ec_key());
    assert!(matches!(mesh.path(&stranger), Err(PathError::Signature(_))));
    // Every path leads to it, and every one breaks its constraint: nobody waits for all of them.
    let mut directory = DistinguishedName::new();
    directory.push(DnType::CommonName, "Leaf");
    let mut constrained = ca_params("Root", None);
    let excluded_subtrees = vec![GeneralSubtree::DirectoryName(directory)];
    constrained.name_constraints = Some(NameConstraints { permitted_subtrees: vec![], excluded_subtrees });
    let mesh = Mesh::new(6, 12, constrained);
    assert_eq!(mesh.path(&mesh.root), Err(PathError::Budget));
}

#[test]
fn path_length_counts_the_authorities_between() {
    let root = self_signed(ca_params("Root", None), ec_key());
    let upper = issue(&root, ca_params("Upper", Some(0)), ec_key(), EC);
    let lower = issue(&upper, ca_params("Lower", None), ec_key(), EC);
    let leaf = issue(&lower, leaf_params("Leaf"), ec_key(), EC);
    assert_eq!(path(&leaf, &[&upper, &lower], &[&root]), Err(PathError::PathLength("Upper".to_owned())));
}

#[test]
fn cross_certificates_and_loops_end() {
    // Two authorities that certify each other under many names, and no way out.
    let a = self_signed(ca_params("A", None), ec_key());
    let b = self_signed(ca_params("B", None), ec_key());
    let crossed: Vec<Identity> = (0..40)
        .map(|i| {
            let (from, to) = if i % 2 == 0 { (&a, "B") } else { (&b, "A") };
            issue(from, ca_params(to, None), ec_key(), EC)
        })
        .collect();
    let leaf = issue(&b, leaf_params("Leaf"), ec_key(), EC);
    let root = self_signed(ca_params("Root", None), ec_key());
    let pool: Vec<&Identity> = crossed.iter().chain([&a, &b]).collect();
    let began = std::time::Instant::now();
    assert!(path(&leaf, &pool, &[&root]).is_err());
    assert!(began.elapsed().as_secs() < 2);
}

struct Ocsp {
    pki: Pki,
    responder: OcspResponder,
}

impl Ocsp {
    fn new() -> Self {
        let pki = Pki::new(EC);
        let responder = OcspResponder { certificate: pki.ocsp.certificate.clone(), issuer: pki.ca.certificate.clone(), profile: EC };
        Self { pki, responder }
    }

    fn answer(&self, status: CertificateStatus, nonce: Option<&[u8]>) -> Vec<u8> {
        let asked = ocsp_request(&self.pki.agency.certificate, &self.pki.ca.certificate, nonce).unwrap();
        let next = NOW + Duration::hours(1);
        ocsp_respond(&asked, &self.responder, NOW, next, &mut |_| status, &mut |m| self.pki.ocsp.sign(m)).unwrap()
    }

    fn check(&self, response: &[u8], nonce: Option<&[u8]>, now: OffsetDateTime) -> Result<RevocationStatus, Error> {
        let freshness = Freshness::at_present(now);
        check_ocsp(response, &self.pki.agency.certificate, &self.pki.ca.certificate, nonce, &freshness)
    }
}

#[test]
fn ocsp_answers_are_understood() {
    let ocsp = Ocsp::new();
    let good = ocsp.answer(CertificateStatus::Good, Some(&[1; 16]));
    let expected = RevocationStatus::Good { as_of: NOW, next_update: Some(NOW + Duration::hours(1)) };
    assert_eq!(ocsp.check(&good, Some(&[1; 16]), NOW), Ok(expected));
    let revoked = ocsp.answer(CertificateStatus::Revoked { at: NOW - Duration::days(1), reason: Some(1) }, None);
    let expected = RevocationStatus::Revoked { at: NOW - Duration::days(1), reason: Some(1) };
    assert_eq!(ocsp.check(&revoked, None, NOW), Ok(expected));
    let unknown = ocsp.answer(CertificateStatus::Unknown, None);
    assert_eq!(ocsp.check(&unknown, None, NOW), Ok(RevocationStatus::Unknown));
}

#[test]
fn bad_ocsp_answers_are_refused() {
    let mut ocsp = Ocsp::new();
    let good = ocsp.answer(CertificateStatus::Good, Some(&[1; 16]));
    let refuse = |reason| Err(Error::Revocation(reason));
    assert_eq!(ocsp.check(&good, Some(&[2; 16]), NOW), refuse("the nonce differs"));
    assert_eq!(ocsp.check(&good, None, NOW + Duration::hours(2)), refuse("it is out of date"));
    assert_eq!(ocsp.check(&good, None, NOW - Duration::hours(2)), refuse("it comes from the future"));
    let other = check_ocsp(&good, &ocsp.pki.certifier.certificate, &ocsp.pki.ca.certificate, None, &Freshness::at_present(NOW));
    assert_eq!(other, refuse("the response does not speak about this certificate"));
    let malformed = ocsp_respond(b"?", &ocsp.responder, NOW, NOW, &mut |_| CertificateStatus::Good, &mut |_| Ok(Vec::new()));
    assert_eq!(ocsp.check(&malformed.unwrap(), None, NOW), Err(Error::OcspStatus(1)));
    for i in 0..good.len() {
        let mut flipped = good.clone();
        flipped[i] ^= 1;
        let verdict = ocsp.check(&flipped, Some(&[1; 16]), NOW);
        assert!(verdict.is_err(), "byte {i}: {verdict:?}");
    }
    // A responder that the authority did not authorise.
    ocsp.responder.certificate = ocsp.pki.certifier.certificate.clone();
    let asked = ocsp_request(&ocsp.pki.agency.certificate, &ocsp.pki.ca.certificate, None).unwrap();
    let rogue = ocsp_respond(&asked, &ocsp.responder, NOW, NOW, &mut |_| CertificateStatus::Good, &mut |m| ocsp.pki.certifier.sign(m));
    assert_eq!(ocsp.check(&rogue.unwrap(), None, NOW), refuse("the responder is not authorised"));
}

#[test]
fn revocation_lists_are_judged() {
    let pki = Pki::new(EC);
    let list = crl(&pki.ca, &[&pki.certifier], NOW, |_| ());
    let check = |list: &[u8], who: &Identity, issuer: &Identity, now| {
        check_crl(list, &who.certificate, &issuer.certificate, &Freshness::at_present(now))
    };
    let good = RevocationStatus::Good { as_of: NOW, next_update: Some(NOW + Duration::days(7)) };
    let revoked = RevocationStatus::Revoked { at: NOW - Duration::days(1), reason: Some(1) };
    assert_eq!(check(list.der(), &pki.agency, &pki.ca, NOW), Ok(good));
    assert_eq!(check(list.der(), &pki.certifier, &pki.ca, NOW), Ok(revoked));
    let pem = list.pem().unwrap();
    assert_eq!(check(pem.as_bytes(), &pki.certifier, &pki.ca, NOW), Ok(revoked), "PEM is tolerated");
    let refuse = |reason| Err(Error::Revocation(reason));
    assert_eq!(check(list.der(), &pki.agency, &pki.ca, NOW + Duration::days(8)), refuse("it is out of date"));
    let after_the_end = NOW + Duration::days(365 * 10);
    let late = crl(&pki.ca, &[&pki.certifier], after_the_end, |_| ());
    assert_eq!(check(late.der(), &pki.agency, &pki.ca, after_the_end), refuse("it is younger than the certificate's end"));
    assert_eq!(check(list.der(), &pki.agency, &pki.root, NOW), refuse("the list is another issuer's"));
    let point = |scope| rcgen::CrlIssuingDistributionPoint {
        distribution_point: rcgen::CrlDistributionPoint { uris: vec!["http://crl.test/ca.crl".to_owned()] },
        scope,
    };
    let for_others = crl(&pki.ca, &[], NOW, |p| p.issuing_distribution_point = Some(point(Some(rcgen::CrlScope::CaCertsOnly))));
    assert_eq!(check(for_others.der(), &pki.agency, &pki.ca, NOW), refuse("the list does not speak about this certificate"));
    let elsewhere = crl(&pki.ca, &[], NOW, |p| p.issuing_distribution_point = Some(point(None)));
    assert_eq!(check(elsewhere.der(), &pki.agency, &pki.ca, NOW), refuse("the list is for another distribution point"));
    // Lists that never end say so by the last second that can be written.
    let endless = crl(&pki.ca, &[], NOW, |p| p.next_update = time::macros::datetime!(9999-12-31 23:59:59 UTC));
    assert!(matches!(check(endless.der(), &pki.agency, &pki.ca, NOW), Ok(RevocationStatus::Good { .. })));
    let der = list.der().to_vec();
    for i in 0..der.len() {
        let mut flipped = der.clone();
        flipped[i] ^= 1;
        let verdict = check(&flipped, &pki.certifier, &pki.ca, NOW);
        assert!(verdict.is_err(), "byte {i}: {verdict:?}");
    }
}
