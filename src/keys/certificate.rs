//! Certificates between PEM files and DER, and the few things that are read out of them.

use x509_parser::extensions::{DistributionPointName, GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer, X509Certificate};

/// The certificates of a PEM text in order, each well formed; other blocks and text between blocks are passed over.
///
/// # Errors
/// A sentence when the text is not PEM, holds no certificate, or one is malformed.
pub fn certificates_from_pem(text: &str) -> Result<Vec<Vec<u8>>, String> {
    let blocks = pem::parse_many(text).map_err(|e| e.to_string())?;
    let certificates: Vec<Vec<u8>> = blocks.into_iter().filter(|b| b.tag() == "CERTIFICATE").map(pem::Pem::into_contents).collect();
    if certificates.is_empty() {
        return Err("no certificate".to_owned());
    }
    certificates.iter().try_for_each(|der| parse(der).map(|_| ()))?;
    Ok(certificates)
}

/// PEM of certificates, in order.
pub fn certificates_to_pem(certificates: &[Vec<u8>]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    certificates.iter().map(|der| pem::encode_config(&pem::Pem::new("CERTIFICATE", der.clone()), config)).collect()
}

/// The public key in a certificate as ring takes it: an uncompressed point, 32 bytes, or an `RSAPublicKey`.
///
/// # Errors
/// A sentence when the certificate is malformed.
pub fn public_key(certificate: &[u8]) -> Result<Vec<u8>, String> {
    Ok(parse(certificate)?.public_key().subject_public_key.data.to_vec())
}

/// Where a certificate says to ask about its revocation (RFC 5280, 4.2.2.1 and 4.2.1.13).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct RevocationAddresses {
    pub(super) ocsp: Vec<String>,
    pub(super) crl: Vec<String>,
}

impl RevocationAddresses {
    pub(super) fn of(certificate: &[u8]) -> Result<Self, String> {
        const ID_AD_OCSP: &str = "1.3.6.1.5.5.7.48.1";
        let mut found = Self::default();
        for extension in parse(certificate)?.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::AuthorityInfoAccess(access) => {
                    let ocsp = access.accessdescs.iter().filter(|one| one.access_method.to_id_string() == ID_AD_OCSP);
                    found.ocsp.extend(ocsp.filter_map(|one| http_url(&one.access_location)));
                }
                ParsedExtension::CRLDistributionPoints(points) => {
                    for point in points.iter() {
                        let Some(DistributionPointName::FullName(names)) = &point.distribution_point else { continue };
                        found.crl.extend(names.iter().filter_map(http_url));
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

fn http_url(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::URI(url) if url.starts_with("http://") => Some((*url).to_owned()),
        _ => None,
    }
}

pub(super) fn parse(der: &[u8]) -> Result<X509Certificate<'_>, String> {
    match X509Certificate::from_der(der) {
        Ok(([], certificate)) => Ok(certificate),
        Ok(_) => Err("bytes after a certificate".to_owned()),
        Err(e) => Err(format!("malformed certificate: {e}")),
    }
}

/// Leaf first, each issued by the next one (names only; signatures are checked where the path is judged).
pub(super) fn check_order(chain: &[Vec<u8>]) -> Result<(), String> {
    let parsed = chain.iter().map(|der| parse(der)).collect::<Result<Vec<_>, _>>()?;
    let in_order = parsed.iter().zip(parsed.iter().skip(1)).all(|(lower, upper)| lower.issuer().as_raw() == upper.subject().as_raw());
    if in_order { Ok(()) } else { Err("a certificate is not followed by its issuer".to_owned()) }
}
