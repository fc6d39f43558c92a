//! Certificate extensions that the certificate library does not write, in DER (X.690).

use rcgen::CustomExtension;

const AUTHORITY_INFO_ACCESS: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 1, 1];
const EXTENDED_KEY_USAGE: [u64; 4] = [2, 5, 29, 37];
const OCSP_NO_CHECK: [u64; 10] = [1, 3, 6, 1, 5, 5, 7, 48, 1, 5];

const ID_AD_OCSP: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1];
const ID_AD_CA_ISSUERS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 2];
const ID_KP_TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];

/// Where to ask about a certificate and where its issuer's certificate lies (RFC 5280, 4.2.2.1).
pub(super) fn authority_info_access(ocsp: &str, ca_issuers: &str) -> CustomExtension {
    let access = |method: &[u8], url: &str| tlv(0x30, &[tlv(0x06, method), tlv(0x86, url.as_bytes())].concat());
    let content = tlv(0x30, &[access(ID_AD_OCSP, ocsp), access(ID_AD_CA_ISSUERS, ca_issuers)].concat());
    CustomExtension::from_oid_content(&AUTHORITY_INFO_ACCESS, content)
}

/// Time-stamping and nothing else, critical (RFC 3161, 2.3).
pub(super) fn only_time_stamping() -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(&EXTENDED_KEY_USAGE, tlv(0x30, &tlv(0x06, ID_KP_TIME_STAMPING)));
    extension.set_criticality(true);
    extension
}

/// The responder's own certificate need not be checked for revocation (RFC 6960, 4.2.2.2.1).
pub(super) fn ocsp_no_check() -> CustomExtension {
    CustomExtension::from_oid_content(&OCSP_NO_CHECK, tlv(0x05, &[]))
}

/// One element; lengths up to 65535, more than any address that is written here.
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let mut element = match content.len() {
        0..=0x7f => vec![tag, low],
        0x80..=0xff => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    element.extend_from_slice(content);
    element
}
