//! Object identifiers, in the notation of the standards that name them.

use const_oid::ObjectIdentifier;

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: ObjectIdentifier = ObjectIdentifier::new_unwrap($value);)*
    };
}

oids! {
    // Content types (RFC 5652, RFC 3161).
    ID_DATA = "1.2.840.113549.1.7.1";
    ID_SIGNED_DATA = "1.2.840.113549.1.7.2";
    ID_CT_TST_INFO = "1.2.840.113549.1.9.16.1.4";
    // Attributes (RFC 5652 11, RFC 5035, RFC 3161 appendix A).
    CONTENT_TYPE = "1.2.840.113549.1.9.3";
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
    SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
    TIME_STAMP_TOKEN = "1.2.840.113549.1.9.16.2.14";
    // Digests.
    SHA1 = "1.3.14.3.2.26";
    SHA256 = "2.16.840.1.101.3.4.2.1";
    SHA384 = "2.16.840.1.101.3.4.2.2";
    SHA512 = "2.16.840.1.101.3.4.2.3";
    // Signatures and keys.
    RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
    MGF1 = "1.2.840.113549.1.1.8";
    RSASSA_PSS = "1.2.840.113549.1.1.10";
    RSA_SHA256 = "1.2.840.113549.1.1.11";
    RSA_SHA384 = "1.2.840.113549.1.1.12";
    RSA_SHA512 = "1.2.840.113549.1.1.13";
    EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    ECDSA_SHA256 = "1.2.840.10045.4.3.2";
    ECDSA_SHA384 = "1.2.840.10045.4.3.3";
    P256 = "1.2.840.10045.3.1.7";
    P384 = "1.3.132.0.34";
    ED25519 = "1.3.101.112";
    // Certificate extensions (RFC 5280, 4.2).
    SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    KEY_USAGE = "2.5.29.15";
    SUBJECT_ALT_NAME = "2.5.29.17";
    ISSUER_ALT_NAME = "2.5.29.18";
    BASIC_CONSTRAINTS = "2.5.29.19";
    CRL_NUMBER = "2.5.29.20";
    REASON_CODE = "2.5.29.21";
    ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
    DELTA_CRL_INDICATOR = "2.5.29.27";
    CERTIFICATE_ISSUER = "2.5.29.29";
    NAME_CONSTRAINTS = "2.5.29.30";
    POLICY_MAPPINGS = "2.5.29.33";
    POLICY_CONSTRAINTS = "2.5.29.36";
    INHIBIT_ANY_POLICY = "2.5.29.54";
    EXPIRED_CERTS_ON_CRL = "2.5.29.60";
    CERTIFICATE_POLICIES = "2.5.29.32";
    AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    EXTENDED_KEY_USAGE = "2.5.29.37";
    INVALIDITY_DATE = "2.5.29.24";
    CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    // Extended key usages.
    KP_TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    KP_OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
    // OCSP (RFC 6960).
    OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";
    OCSP_NO_CHECK = "1.3.6.1.5.5.7.48.1.5";
    OCSP_ARCHIVE_CUTOFF = "1.3.6.1.5.5.7.48.1.6";
    OCSP_NONCE = "1.3.6.1.5.5.7.48.1.2";
    // Names.
    COMMON_NAME = "2.5.4.3";
    EMAIL_ADDRESS = "1.2.840.113549.1.9.1";
}
