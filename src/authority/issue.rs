//! Making the keys and certificates that are missing, and reading those that are there.

use std::path::{Path, PathBuf};
use std::process::Command;

use rcgen::string::PrintableString;
use rcgen::{
    BasicConstraints, CertificateParams, CrlDistributionPoint, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, SanType,
};
use ring::rand::{SecureRandom, SystemRandom};
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::folder::{DataFolder, make_folder, read_if_present, write};
use super::hierarchy::{CaPlan, Hierarchy, KeyKind, LeafPlan, Profile, Subject};
use super::{AuthorityError, extension};
use crate::keys::{certificates_from_pem, certificates_to_pem, read_private};

/// Clocks of those who check may be this far behind.
const BACKDATED: Duration = Duration::hours(1);

/// An authority's validity begins this long before it is made, so that an expired certificate can stand below it.
const CA_BACKDATED: Duration = Duration::days(60);

/// id-kp-documentSigning (RFC 9336).
const DOCUMENT_SIGNING: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 36];

/// An authority with its key.
pub(super) struct Ca {
    pub(super) name: String,
    pub(super) certificate: Vec<u8>,
    /// The certificate and those above it, without the root.
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) issuer: Issuer<'static, KeyPair>,
    pub(super) is_root: bool,
    above: Option<String>,
}

impl Ca {
    /// Who issued this authority's certificate: itself, for a root.
    pub(super) fn issued_by(&self) -> &str {
        self.above.as_deref().unwrap_or(&self.name)
    }
}

/// A leaf certificate that is in place; its key is read when it is used.
pub(super) struct Leaf {
    pub(super) plan: LeafPlan,
    pub(super) certificate: Vec<u8>,
    pub(super) folder: PathBuf,
}

/// Everything that the data folder holds after [`issue`].
pub(super) struct Issued {
    pub(super) cas: Vec<Ca>,
    pub(super) leaves: Vec<Leaf>,
}

impl Issued {
    pub(super) fn ca(&self, name: &str) -> Option<&Ca> {
        self.cas.iter().find(|ca| ca.name == name)
    }

    pub(super) fn leaf_of(&self, profile: Profile) -> Option<&Leaf> {
        self.leaves.iter().find(|leaf| leaf.plan.profile == profile)
    }

    pub(super) fn responder_of(&self, ca: &str) -> Option<&Leaf> {
        self.leaves.iter().find(|leaf| leaf.plan.profile == Profile::Ocsp && leaf.plan.issuer == ca)
    }
}

/// Makes what is missing and keeps what is there. Everything that is kept must still fit together.
pub(super) fn issue(plan: &Hierarchy, data: &DataFolder, base_url: &str, now: OffsetDateTime) -> Result<Issued, AuthorityError> {
    let maker = Maker { country: &plan.country, data, base_url, now };
    let mut issued = Issued { cas: Vec::new(), leaves: Vec::new() };
    for ca in &plan.ca {
        let made = maker.ca(ca, &issued)?;
        issued.cas.push(made);
    }
    for leaf in &plan.leaf {
        let made = maker.leaf(leaf, &issued)?;
        issued.leaves.push(made);
    }
    write_anchors(plan, data, &issued)?;
    Ok(issued)
}

struct Maker<'a> {
    country: &'a str,
    data: &'a DataFolder,
    base_url: &'a str,
    now: OffsetDateTime,
}

impl Maker<'_> {
    fn ca(&self, plan: &CaPlan, issued: &Issued) -> Result<Ca, AuthorityError> {
        let folder = self.data.ca(&plan.name);
        let key = keep_or_make_key(&plan.name, &folder, plan.key)?;
        let above = plan.issuer.as_deref().and_then(|name| issued.ca(name));
        let certificate = match kept_certificate(&folder)? {
            Some(kept) => kept,
            None => {
                let mut params = self.params(&plan.name, &plan.subject, self.now - CA_BACKDATED, plan.days)?;
                params.is_ca = IsCa::Ca(BasicConstraints::Constrained(plan.path_length));
                params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
                let made = match above {
                    Some(above) => {
                        self.point_to(&mut params, &above.name);
                        params.signed_by(&key, &above.issuer)
                    }
                    None => params.self_signed(&key),
                };
                made.map_err(|e| AuthorityError::issue(&plan.name, e))?.der().to_vec()
            }
        };
        check_issued_by(&plan.name, &certificate, above.map_or(&certificate, |above| &above.certificate))?;
        let mut chain = vec![certificate.clone()];
        chain.extend(above.filter(|above| !above.is_root).iter().flat_map(|above| above.chain.iter().cloned()));
        write_chain(&folder, &chain)?;
        let issuer = Issuer::from_ca_cert_der(&certificate.as_slice().into(), key).map_err(|e| AuthorityError::issue(&plan.name, e))?;
        Ok(Ca { name: plan.name.clone(), certificate, chain, issuer, is_root: above.is_none(), above: plan.issuer.clone() })
    }

    fn leaf(&self, plan: &LeafPlan, issued: &Issued) -> Result<Leaf, AuthorityError> {
        let above = issued.ca(&plan.issuer).ok_or_else(|| AuthorityError::Stale(plan.name.clone()))?;
        let folder = self.data.leaf(&plan.name);
        let key = keep_or_make_key(&plan.name, &folder, plan.key)?;
        let certificate = match kept_certificate(&folder)? {
            Some(kept) => kept,
            None => {
                let begins = self.now - BACKDATED - Duration::days(plan.starts_days_ago.into());
                let mut params = self.params(&plan.name, &plan.subject, begins, plan.days)?;
                self.shape(&mut params, plan)?;
                params.signed_by(&key, &above.issuer).map_err(|e| AuthorityError::issue(&plan.name, e))?.der().to_vec()
            }
        };
        check_issued_by(&plan.name, &certificate, &above.certificate)?;
        let below_root = if above.is_root { &[] } else { above.chain.as_slice() };
        write_chain(&folder, &[std::slice::from_ref(&certificate), below_root].concat())?;
        Ok(Leaf { plan: plan.clone(), certificate, folder })
    }

    /// What all certificates share.
    fn params(&self, name: &str, subject: &Subject, begins: OffsetDateTime, days: u32) -> Result<CertificateParams, AuthorityError> {
        let mut params = CertificateParams::default();
        params.not_before = begins;
        params.not_after = begins + Duration::days(days.into());
        params.serial_number = Some(random_serial().map_err(|e| AuthorityError::issue(name, e))?.into());
        params.distinguished_name = distinguished_name(self.country, subject).map_err(|e| AuthorityError::issue(name, e))?;
        params.use_authority_key_identifier_extension = true;
        Ok(params)
    }

    /// Usages, names and pointers of a leaf by its profile.
    fn shape(&self, params: &mut CertificateParams, plan: &LeafPlan) -> Result<(), AuthorityError> {
        use ExtendedKeyUsagePurpose::{ClientAuth, EmailProtection, OcspSigning, Other, ServerAuth};
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        match plan.profile {
            Profile::Signer | Profile::Seal => {
                params.key_usages.push(KeyUsagePurpose::ContentCommitment);
                // E-mail protection stands beside it because NSS, below Poppler and Firefox, knows no document signing.
                params.extended_key_usages = vec![Other(DOCUMENT_SIGNING.to_vec()), EmailProtection];
            }
            Profile::Timestamp => params.custom_extensions.push(extension::only_time_stamping()),
            Profile::Ocsp => {
                params.extended_key_usages = vec![OcspSigning];
                params.custom_extensions.push(extension::ocsp_no_check());
            }
            Profile::Token | Profile::Log | Profile::Report | Profile::Identity => {}
            Profile::Server => params.extended_key_usages = vec![ServerAuth],
            Profile::Client => params.extended_key_usages = vec![ClientAuth],
            Profile::Peer => params.extended_key_usages = vec![ServerAuth, ClientAuth],
        }
        params.subject_alt_names = alternative_names(plan).map_err(|e| AuthorityError::issue(&plan.name, e))?;
        if plan.profile != Profile::Ocsp {
            self.point_to(params, &plan.issuer);
        }
        Ok(())
    }

    /// Where to ask about revocation and find the issuer.
    fn point_to(&self, params: &mut CertificateParams, issuer: &str) {
        let base = self.base_url;
        params.crl_distribution_points = vec![CrlDistributionPoint { uris: vec![format!("{base}/crl/{issuer}.crl")] }];
        let (ocsp, ca_issuers) = (format!("{base}/ocsp/{issuer}"), format!("{base}/ca/{issuer}.cer"));
        params.custom_extensions.push(extension::authority_info_access(&ocsp, &ca_issuers));
    }
}

fn alternative_names(plan: &LeafPlan) -> Result<Vec<SanType>, rcgen::Error> {
    let mut names = Vec::new();
    if matches!(plan.profile, Profile::Server | Profile::Peer) {
        names.push(SanType::DnsName("localhost".try_into()?));
        names.push(SanType::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()));
        names.push(SanType::IpAddress(std::net::Ipv6Addr::LOCALHOST.into()));
    }
    if let Some(uri) = &plan.uri {
        names.push(SanType::URI(uri.as_str().try_into()?));
    }
    Ok(names)
}

fn distinguished_name(country: &str, subject: &Subject) -> Result<DistinguishedName, rcgen::Error> {
    const TITLE: [u64; 4] = [2, 5, 4, 12];
    let mut name = DistinguishedName::new();
    name.push(DnType::CountryName, DnValue::PrintableString(PrintableString::try_from(country)?));
    let parts = [
        (DnType::LocalityName, &subject.l),
        (DnType::OrganizationName, &subject.o),
        (DnType::OrganizationalUnitName, &subject.ou),
        (DnType::CustomDnType(TITLE.to_vec()), &subject.title),
    ];
    for (kind, value) in parts {
        if let Some(value) = value {
            name.push(kind, value.as_str());
        }
    }
    name.push(DnType::CommonName, subject.cn.as_str());
    Ok(name)
}

/// 16 random bytes that read as a positive number of that length (RFC 5280, 4.1.2.2).
pub(super) fn random_serial() -> Result<Vec<u8>, ring::error::Unspecified> {
    let mut serial = [0; 16];
    SystemRandom::new().fill(&mut serial)?;
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x3f | 0x40;
    }
    Ok(serial.to_vec())
}

fn keep_or_make_key(name: &str, folder: &Path, kind: KeyKind) -> Result<KeyPair, AuthorityError> {
    let path = folder.join("key.pem");
    if !path.exists() {
        make_folder(folder)?;
        write(&path, make_key(name, kind)?.as_bytes(), 0o600)?;
    }
    let key = KeyPair::from_pem(&read_private(&path)?).map_err(|e| AuthorityError::file(&path, e))?;
    Ok(key)
}

fn make_key(name: &str, kind: KeyKind) -> Result<zeroize::Zeroizing<String>, AuthorityError> {
    let failed = |reason: String| AuthorityError::KeyGeneration { name: name.to_owned(), reason };
    let bits = match kind {
        KeyKind::Rsa2048 => "2048",
        KeyKind::Rsa3072 => "3072",
        KeyKind::Rsa4096 => "4096",
        KeyKind::P256 => return curve_key(&rcgen::PKCS_ECDSA_P256_SHA256).map_err(failed),
        KeyKind::P384 => return curve_key(&rcgen::PKCS_ECDSA_P384_SHA384).map_err(failed),
        KeyKind::Ed25519 => return curve_key(&rcgen::PKCS_ED25519).map_err(failed),
    };
    let size = format!("rsa_keygen_bits:{bits}");
    let made = Command::new("openssl").args(["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", size.as_str()]).output();
    match made {
        Ok(output) if output.status.success() => {
            String::from_utf8(output.stdout).map(zeroize::Zeroizing::new).map_err(|e| failed(e.to_string()))
        }
        Ok(output) => Err(failed(String::from_utf8_lossy(&output.stderr).into_owned())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Err(AuthorityError::NoOpenssl),
        Err(e) => Err(failed(e.to_string())),
    }
}

fn curve_key(algorithm: &'static rcgen::SignatureAlgorithm) -> Result<zeroize::Zeroizing<String>, String> {
    KeyPair::generate_for(algorithm).map(|key| zeroize::Zeroizing::new(key.serialize_pem())).map_err(|e| e.to_string())
}

fn kept_certificate(folder: &Path) -> Result<Option<Vec<u8>>, AuthorityError> {
    let path = folder.join("cert.pem");
    let Some(text) = read_if_present(&path)? else { return Ok(None) };
    let certificates = certificates_from_pem(&text).map_err(|e| AuthorityError::file(&path, e))?;
    Ok(certificates.into_iter().next())
}

fn check_issued_by(name: &str, certificate: &[u8], issuer: &[u8]) -> Result<(), AuthorityError> {
    let stale = || AuthorityError::Stale(name.to_owned());
    let (_, lower) = X509Certificate::from_der(certificate).map_err(|_| stale())?;
    let (_, upper) = X509Certificate::from_der(issuer).map_err(|_| stale())?;
    if lower.issuer().as_raw() != upper.subject().as_raw() {
        return Err(stale());
    }
    lower.verify_signature(Some(upper.public_key())).map_err(|_| stale())
}

/// The chain goes first: a certificate in place means that its chain is.
fn write_chain(folder: &Path, chain: &[Vec<u8>]) -> Result<(), AuthorityError> {
    write_if_other(&folder.join("chain.pem"), &certificates_to_pem(chain))?;
    write_if_other(&folder.join("cert.pem"), &certificates_to_pem(chain.get(..1).unwrap_or_default()))
}

fn write_anchors(plan: &Hierarchy, data: &DataFolder, issued: &Issued) -> Result<(), AuthorityError> {
    let folder = data.path("anchors");
    make_folder(&folder)?;
    let roots = |names: &[String]| {
        certificates_to_pem(&names.iter().filter_map(|name| issued.ca(name)).map(|ca| ca.certificate.clone()).collect::<Vec<_>>())
    };
    let (signer, timestamp) = (roots(&plan.anchors.signer), roots(&plan.anchors.timestamp));
    write_if_other(&folder.join("signer.pem"), &signer)?;
    write_if_other(&folder.join("timestamp.pem"), &timestamp)?;
    write_if_other(&folder.join("tls.pem"), &roots(&plan.anchors.tls))?;
    let mut token = String::new();
    for leaf in issued.leaves.iter().filter(|leaf| leaf.plan.profile == Profile::Token) {
        let path = leaf.folder.join("chain.pem");
        token.push_str(&read_if_present(&path)?.unwrap_or_default());
    }
    let trust =
        format!("# anchors for signatures\n{signer}# anchors for time-stamps\n{timestamp}# keys of QR tokens, with their chain\n{token}");
    write_if_other(&data.path("trust.pem"), &trust)
}

fn write_if_other(path: &Path, text: &str) -> Result<(), AuthorityError> {
    if read_if_present(path)?.as_deref() == Some(text) { Ok(()) } else { write(path, text.as_bytes(), 0o644) }
}
