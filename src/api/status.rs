//! One table from the closed error codes to gRPC: status code, `ErrorInfo`, the sentences, and when to try again.

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetail, ErrorInfo, LocalizedMessage, RetryInfo, StatusExt};

use crate::error::{Class, Failure, Retry};

/// Domain of our `google.rpc.ErrorInfo`.
pub const DOMAIN: &str = "bansao.v1";

/// How long a caller should wait before it tries again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The gRPC status of a failure.
pub fn status(failure: &Failure) -> Status {
    let sentences = failure.code.sentences();
    let mut metadata = HashMap::from([
        ("next_step_vi".to_owned(), sentences.next_vi.to_owned()),
        ("next_step_en".to_owned(), sentences.next_en.to_owned()),
    ]);
    if let Some(subject) = &failure.subject {
        metadata.insert("subject".to_owned(), subject.clone());
    }
    let mut details: Vec<ErrorDetail> = vec![
        ErrorInfo::new(failure.code.as_str(), DOMAIN, metadata).into(),
        LocalizedMessage::new("vi-VN", sentences.vi).into(),
        LocalizedMessage::new("en", sentences.en).into(),
    ];
    if failure.code.retry() == Retry::Later {
        details.push(RetryInfo::new(Some(RETRY_AFTER)).into());
    }
    Status::with_error_details_vec(code(failure.code.class()), format!("{}: {}", failure.code.as_str(), sentences.en), details)
}

fn code(class: Class) -> Code {
    match class {
        Class::InvalidArgument => Code::InvalidArgument,
        Class::OutOfRange => Code::OutOfRange,
        Class::Unauthenticated => Code::Unauthenticated,
        Class::PermissionDenied => Code::PermissionDenied,
        Class::NotFound => Code::NotFound,
        Class::AlreadyExists => Code::AlreadyExists,
        Class::FailedPrecondition => Code::FailedPrecondition,
        Class::DeadlineExceeded => Code::DeadlineExceeded,
        Class::ResourceExhausted => Code::ResourceExhausted,
        Class::Unavailable => Code::Unavailable,
        Class::Internal => Code::Internal,
    }
}

/// The stable code that a status of ours carries, for clients.
pub fn reason(status: &Status) -> Option<String> {
    let info = status.get_details_error_info()?;
    (info.domain == DOMAIN).then_some(info.reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn every_code_travels_with_its_sentences() {
        for code in ErrorCode::ALL {
            let status = status(&Failure::about(*code, "header.request_id"));
            assert_eq!(reason(&status).as_deref(), Some(code.as_str()));
            let texts: Vec<String> = status
                .get_error_details_vec()
                .into_iter()
                .filter_map(|d| if let ErrorDetail::LocalizedMessage(m) = d { Some(m.locale) } else { None })
                .collect();
            assert_eq!(texts, ["vi-VN", "en"]);
        }
    }
}
