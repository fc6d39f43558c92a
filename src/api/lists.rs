//! Trust lists and report documents between the service's values and the messages of the public interface.

use super::convert::{advice, timestamp, unix_ms};
use super::proto;
use super::proto::trust_list_standing::Purpose;
use crate::flow::{ListName, ReportDocument, ReportFormat, VerifyCode};
use crate::record::{ListPurpose, ListStanding, Sha256};

pub(super) fn standing(list: &ListStanding) -> proto::TrustListStanding {
    let code = list.fault.map(VerifyCode::of_list);
    proto::TrustListStanding {
        purpose: purpose(list.purpose).into(),
        display_name: list.name.clone(),
        sequence_number: list.sequence.unwrap_or_default(),
        issue_time: list.issued_ms.map(timestamp),
        next_update_time: list.next_update_ms.map(timestamp),
        load_time: Some(list.loaded_ms).filter(|ms| *ms != 0).map(timestamp),
        sha256: list.sha256.as_bytes().to_vec().into(),
        in_force: list.in_force,
        fault: code.map(|code| code.as_str().to_owned()).unwrap_or_default(),
        advice: code.map(|code| advice(code.sentences())),
        detail: list.detail.clone(),
    }
}

/// A list that a service named; one of a purpose that this program does not know is left out.
pub(super) fn standing_of(list: &proto::TrustListStanding) -> Option<ListStanding> {
    Some(ListStanding {
        name: list.display_name.clone(),
        purpose: purpose_of(list.purpose())?,
        sequence: Some(list.sequence_number).filter(|number| *number != 0),
        issued_ms: list.issue_time.as_ref().map(unix_ms),
        next_update_ms: list.next_update_time.as_ref().map(unix_ms),
        loaded_ms: list.load_time.as_ref().map(unix_ms).unwrap_or_default(),
        sha256: Sha256::from_bytes(list.sha256.as_ref().try_into().unwrap_or_default()),
        in_force: list.in_force,
        fault: VerifyCode::parse(&list.fault).and_then(VerifyCode::list_fault),
        detail: list.detail.clone(),
    })
}

pub(super) fn name(list: &ListName) -> proto::TrustListName {
    proto::TrustListName { purpose: purpose(list.purpose).into(), display_name: list.name.clone() }
}

pub(super) fn name_of(list: &proto::TrustListName) -> Option<ListName> {
    Some(ListName { purpose: purpose_of(list.purpose())?, name: list.display_name.clone() })
}

fn purpose(purpose: ListPurpose) -> Purpose {
    match purpose {
        ListPurpose::National => Purpose::National,
        ListPurpose::Government => Purpose::Government,
        ListPurpose::Timestamp => Purpose::Timestamp,
        ListPurpose::Development => Purpose::Development,
        ListPurpose::Local => Purpose::Local,
    }
}

fn purpose_of(purpose: Purpose) -> Option<ListPurpose> {
    Some(match purpose {
        Purpose::Unspecified => return None,
        Purpose::National => ListPurpose::National,
        Purpose::Government => ListPurpose::Government,
        Purpose::Timestamp => ListPurpose::Timestamp,
        Purpose::Development => ListPurpose::Development,
        Purpose::Local => ListPurpose::Local,
    })
}

/// The format that a caller asks for.
pub(super) fn format(format: proto::ReportFormat) -> Option<ReportFormat> {
    match format {
        proto::ReportFormat::Unspecified => None,
        proto::ReportFormat::Simple => Some(ReportFormat::Simple),
        proto::ReportFormat::Detailed => Some(ReportFormat::Detailed),
        proto::ReportFormat::Etsi => Some(ReportFormat::Etsi),
    }
}

pub(super) fn document(document: ReportDocument) -> proto::ReportDocument {
    proto::ReportDocument {
        format: match document.format {
            ReportFormat::Simple => proto::ReportFormat::Simple,
            ReportFormat::Detailed => proto::ReportFormat::Detailed,
            ReportFormat::Etsi => proto::ReportFormat::Etsi,
        }
        .into(),
        media_type: document.format.media_type().to_owned(),
        content: document.content.into_bytes().into(),
        signature: document.signature.into(),
    }
}
