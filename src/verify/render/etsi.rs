//! The report as ETSI TS 119 102-2 (V1.2.1 namespace) has it: one signature validation report for each signature, with its constraints
//! (what each building block concluded), times, signer and status; certificates and time-stamps as validation objects.
//!
//! What is ours stands where the schema leaves room: names of building blocks and reasons as typed data, and the verdict on the copy
//! (codes, trust lists) as an element of our own namespace behind the first signature.

use bansao_pades::revocation::RevocationStatus;
use bansao_pades::validate::{
    Indication, Level, Report as Validation, SignatureKind, SignatureReport, Step, SubIndication, TimestampReport,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::xml::Xml;
use crate::clock::from_unix_ms;
use crate::record::Sha256;
use crate::verify::{Report, Verdict, VerifyCode};

const NAMESPACES: [(&str, &str); 4] = [
    ("xmlns", "http://uri.etsi.org/19102/v1.2.1#"),
    ("xmlns:ds", "http://www.w3.org/2000/09/xmldsig#"),
    ("xmlns:XAdES", "http://uri.etsi.org/01903/v1.3.2#"),
    ("xmlns:bansao", "urn:bansao:report:1"),
];

/// The XML document. A file that was refused before its signatures were looked at has one report, without a signature.
pub fn etsi(report: &Report) -> String {
    let mut xml = Xml::new();
    xml.element("ValidationReport", &NAMESPACES, |xml| match report.validation.as_deref() {
        Some(validation) if !validation.signatures.is_empty() => judged(xml, report, validation),
        _ => refused(xml, report),
    });
    xml.finish()
}

fn judged(xml: &mut Xml, report: &Report, validation: &Validation) {
    let is_signature = |one: &&SignatureReport| one.kind != SignatureKind::DocumentTimestamp;
    let mut signatures: Vec<&SignatureReport> = validation.signatures.iter().filter(is_signature).collect();
    if signatures.is_empty() {
        // A file with nothing but document time-stamps: they are what was validated.
        signatures = validation.signatures.iter().collect();
    }
    for (at, signature) in signatures.iter().enumerate() {
        xml.element("SignatureValidationReport", &[], |xml| {
            signature_report(xml, report, signature);
            if at == 0 {
                verdict(xml, report);
            }
        });
    }
    objects(xml, report, validation);
}

/// The content of a `SignatureValidationReportType`, in the order of its sequence.
fn signature_report(xml: &mut Xml, report: &Report, signature: &SignatureReport) {
    xml.element("SignatureIdentifier", &[], |xml| {
        xml.text("HashOnly", "false");
        xml.text("DocHashOnly", "false");
        xml.text("DAIdentifier", &signature.field);
    });
    xml.element("ValidationConstraintsEvaluationReport", &[], |xml| {
        xml.element("SignatureValidationPolicy", &[], |xml| {
            xml.element("SignaturePolicyIdentifier", &[], |xml| xml.empty("XAdES:SignaturePolicyImplied", &[]));
            xml.text("PolicyName", report.policy);
        });
        signature.steps.iter().for_each(|step| constraint(xml, step));
    });
    time_info(xml, report, signature);
    xml.element("SignersDocument", &[], |xml| digest(xml, report.sha256));
    attributes(xml, signature);
    if let Some(certificate) = &signature.signer_certificate {
        xml.element("SignerInformation", &[], |xml| {
            xml.empty("SignerCertificate", &[("VOReference", &certificate_id(certificate))]);
            xml.text("Signer", signature.signer.as_deref().unwrap_or_default());
        });
    }
    xml.element("SignatureValidationProcess", &[], |xml| {
        let process = match (signature.level, &signature.timestamp) {
            (Some(Level::Lta), _) => "LTA",
            (_, Some(_)) => "LTVM",
            _ => "Basic",
        };
        xml.text("SignatureValidationProcessID", &format!("urn:etsi:019102:validationprocess:{process}"));
    });
    status(xml, signature);
}

fn constraint(xml: &mut Xml, step: &Step) {
    xml.element("ValidationConstraint", &[], |xml| {
        xml.text("ValidationConstraintIdentifier", &format!("urn:bansao:validation:block:{}", step.block.name()));
        xml.element("ConstraintStatus", &[], |xml| xml.text("Status", "urn:etsi:019102:constraintStatus:applied"));
        xml.element("ValidationStatus", &[], |xml| {
            let main = match step.indication {
                Indication::TotalPassed => "passed",
                Indication::TotalFailed => "failed",
                Indication::Indeterminate => "indeterminate",
            };
            indications(xml, main, step.sub_indication);
            if let Some(detail) = &step.detail {
                xml.element("AssociatedValidationReportData", &[], |xml| additional(xml, &[("urn:bansao:report:reason", detail)]));
            }
        });
    });
}

fn indications(xml: &mut Xml, main: &str, sub: Option<SubIndication>) {
    xml.text("MainIndication", &format!("urn:etsi:019102:mainindication:{main}"));
    if let Some(sub) = sub {
        xml.text("SubIndication", &format!("urn:etsi:019102:subindication:{}", sub.name()));
    }
}

fn additional(xml: &mut Xml, data: &[(&str, &str)]) {
    xml.element("AdditionalValidationReportData", &[], |xml| {
        for (kind, value) in data {
            xml.element("ReportData", &[], |xml| {
                xml.text("Type", kind);
                xml.text("Value", value);
            });
        }
    });
}

/// When it was validated, and the best proof of when the signature existed: its own time-stamp, else the validation itself.
fn time_info(xml: &mut Xml, report: &Report, signature: &SignatureReport) {
    xml.element("ValidationTimeInfo", &[], |xml| {
        let now = moment(from_unix_ms(report.verified_ms));
        xml.text("ValidationTime", &now);
        xml.element("BestSignatureTime", &[], |xml| {
            let stamp = signature.timestamp.as_ref().filter(|stamp| stamp.trusted.is_ok());
            xml.text("POETime", &signature.proven_time.map_or(now, moment));
            xml.text("TypeOfProof", "urn:etsi:019102:poetype:validation");
            if let Some(stamp) = stamp.filter(|_| signature.proven_time.is_some()) {
                xml.empty("POEObject", &[("VOReference", &timestamp_id(stamp))]);
            }
        });
    });
}

fn attributes(xml: &mut Xml, signature: &SignatureReport) {
    let stamp = signature.timestamp.as_ref();
    if signature.claimed_time.is_none() && stamp.is_none() {
        return;
    }
    xml.element("SignatureAttributes", &[], |xml| {
        if let Some(claimed) = signature.claimed_time {
            xml.element("SigningTime", &[("Signed", "true")], |xml| xml.text("Time", &moment(claimed)));
        }
        if let Some(stamp) = stamp {
            let element = if signature.kind == SignatureKind::DocumentTimestamp { "DocTimeStamp" } else { "SignatureTimeStamp" };
            xml.element(element, &[("Signed", "false")], |xml| {
                xml.empty("AttributeObject", &[("VOReference", &timestamp_id(stamp))]);
                xml.text("TimeStampValue", &moment(stamp.gen_time));
            });
        }
    });
}

fn status(xml: &mut Xml, signature: &SignatureReport) {
    xml.element("SignatureValidationStatus", &[], |xml| {
        let main = match signature.indication {
            Indication::TotalPassed => "total-passed",
            Indication::TotalFailed => "total-failed",
            Indication::Indeterminate => "indeterminate",
        };
        indications(xml, main, signature.sub_indication);
        let revoked = revoked(signature);
        if signature.chain.is_empty() && signature.reason.is_none() && revoked.is_none() {
            return;
        }
        xml.element("AssociatedValidationReportData", &[], |xml| {
            chain(xml, &signature.chain);
            if let Some((certificate, at, reason)) = revoked.filter(|_| signature.chain.is_empty()) {
                xml.element("RevocationStatusInformation", &[], |xml| {
                    xml.empty("ValidationObjectId", &[("VOReference", &certificate_id(certificate))]);
                    xml.text("RevocationTime", &moment(at));
                    if let Some(reason) = reason {
                        xml.text("RevocationReason", &format!("urn:etsi:019102:revocationReason:{}", crl_reason(reason)));
                    }
                });
            }
            if let Some(reason) = &signature.reason {
                additional(xml, &[("urn:bansao:report:reason", reason)]);
            }
        });
    });
}

/// The first certificate of a signature that is revoked, since when and why: the signer's, one above it, or one of its time-stamp's.
fn revoked(signature: &SignatureReport) -> Option<(&[u8], OffsetDateTime, Option<u8>)> {
    signature.revocation.iter().find_map(|report| match report.status {
        Some(RevocationStatus::Revoked { at, reason }) => Some((report.certificate.as_slice(), at, reason)),
        _ => None,
    })
}

/// The names of RFC 5280, 5.3.1.
fn crl_reason(reason: u8) -> &'static str {
    match reason {
        1 => "keyCompromise",
        2 => "cACompromise",
        3 => "affiliationChanged",
        4 => "superseded",
        5 => "cessationOfOperation",
        6 => "certificateHold",
        9 => "privilegeWithdrawn",
        10 => "aACompromise",
        _ => "unspecified",
    }
}

fn chain(xml: &mut Xml, chain: &[Vec<u8>]) {
    let (Some((leaf, above)), Some(anchor)) = (chain.split_first(), chain.last()) else { return };
    xml.empty("TrustAnchor", &[("VOReference", &certificate_id(anchor))]);
    xml.element("CertificateChain", &[], |xml| {
        xml.empty("SigningCertificate", &[("VOReference", &certificate_id(leaf))]);
        for between in above.iter().take(above.len().saturating_sub(1)) {
            xml.empty("IntermediateCertificate", &[("VOReference", &certificate_id(between))]);
        }
        xml.empty("TrustAnchor", &[("VOReference", &certificate_id(anchor))]);
    });
}

/// Every certificate and time-stamp that a report above refers to, once.
fn objects(xml: &mut Xml, report: &Report, validation: &Validation) {
    let mut certificates: Vec<&[u8]> = Vec::new();
    let mut stamps: Vec<(&TimestampReport, &SignatureReport)> = Vec::new();
    for signature in &validation.signatures {
        let stamp = signature.timestamp.as_ref();
        let of_stamp = stamp.into_iter().flat_map(|stamp| stamp.chain.iter().chain([&stamp.certificate]));
        let own = signature.signer_certificate.iter().chain(&signature.chain).chain(of_stamp).map(Vec::as_slice);
        for certificate in own.chain(revoked(signature).map(|(certificate, _, _)| certificate)) {
            if !certificates.contains(&certificate) {
                certificates.push(certificate);
            }
        }
        if let Some(stamp) = stamp.filter(|stamp| !stamps.iter().any(|(other, _)| other.token == stamp.token)) {
            stamps.push((stamp, signature));
        }
    }
    if certificates.is_empty() && stamps.is_empty() {
        return;
    }
    xml.element("SignatureValidationObjects", &[], |xml| {
        for certificate in certificates {
            object(xml, &certificate_id(certificate), "certificate", certificate, |_| ());
        }
        for (stamp, signature) in stamps {
            object(xml, &timestamp_id(stamp), "timestamp", &stamp.token, |xml| stamped(xml, report, stamp, signature));
        }
    });
}

fn object(xml: &mut Xml, id: &str, kind: &str, der: &[u8], more: impl FnOnce(&mut Xml)) {
    xml.element("ValidationObject", &[("id", id)], |xml| {
        xml.text("ObjectType", &format!("urn:etsi:019102:validationObject:{kind}"));
        xml.element("ValidationObjectRepresentation", &[], |xml| xml.text("base64", &STANDARD.encode(der)));
        more(xml);
    });
}

/// What a time-stamp proves, and for a document time-stamp what its own validation found.
fn stamped(xml: &mut Xml, report: &Report, stamp: &TimestampReport, signature: &SignatureReport) {
    if stamp.trusted.is_ok() {
        xml.element("POEProvisioning", &[], |xml| {
            xml.text("POETime", &moment(stamp.gen_time));
            xml.element("SignatureReference", &[], |xml| xml.text("PAdESFieldName", &signature.field));
        });
    }
    if signature.kind == SignatureKind::DocumentTimestamp {
        xml.element("ValidationReport", &[], |xml| signature_report(xml, report, signature));
    }
}

/// A file that is no signed PDF: the report says of what, and that its form is the reason.
fn refused(xml: &mut Xml, report: &Report) {
    xml.element("SignatureValidationReport", &[], |xml| {
        xml.element("SignersDocument", &[], |xml| digest(xml, report.sha256));
        xml.element("SignatureValidationStatus", &[], |xml| match report.verdict {
            Verdict::Invalid => indications(xml, "total-failed", Some(SubIndication::FormatFailure)),
            _ => indications(xml, "indeterminate", None),
        });
        verdict(xml, report);
    });
}

fn digest(xml: &mut Xml, sha256: Sha256) {
    xml.element("DigestAlgAndValue", &[], |xml| {
        xml.empty("ds:DigestMethod", &[("Algorithm", "http://www.w3.org/2001/04/xmlenc#sha256")]);
        xml.text("ds:DigestValue", &STANDARD.encode(sha256.as_bytes()));
    });
}

/// What the copy as a whole is held to be, in our own namespace.
fn verdict(xml: &mut Xml, report: &Report) {
    xml.element("bansao:Copy", &[("xmlns:bansao", "urn:bansao:report:1")], |xml| {
        xml.text("bansao:Verdict", report.verdict.as_str());
        xml.text("bansao:Sentence", &super::simple(report));
        for finding in &report.findings {
            xml.element("bansao:Finding", &[("code", finding.code.as_str())], |xml| xml.text("bansao:Detail", &finding.detail));
        }
        for signature in &report.signatures {
            let lists = [("signer", &signature.trust_list), ("timestamp", &signature.timestamp_trust_list)];
            for (of, list) in lists.into_iter().filter_map(|(of, list)| Some((of, list.as_ref()?))) {
                let attributes =
                    [("field", signature.field.as_str()), ("of", of), ("purpose", list.purpose.as_str()), ("name", &list.name)];
                xml.empty("bansao:VouchedBy", &attributes);
            }
        }
        for list in &report.trust_lists {
            let as_of = moment(from_unix_ms(list.as_of_ms()));
            let fault = list.fault.map(VerifyCode::of_list).map(VerifyCode::as_str).unwrap_or_default();
            let in_force = if list.in_force { "true" } else { "false" };
            let attributes =
                [("purpose", list.purpose.as_str()), ("name", &list.name), ("asOf", &as_of), ("inForce", in_force), ("fault", fault)];
            xml.empty("bansao:TrustList", &attributes);
        }
    });
}

fn moment(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

/// An `xs:ID` that the same object always has.
fn certificate_id(der: &[u8]) -> String {
    format!("C-{}", Sha256::of(der).to_hex())
}

fn timestamp_id(stamp: &TimestampReport) -> String {
    format!("T-{}", Sha256::of(&stamp.token).to_hex())
}
