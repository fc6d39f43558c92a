//! Errors at the edge: the work could not be done. A closed set of codes, each with a retry class and sentences.
//!
//! A finding describes a document and a refusal is a decision; neither is an error. Internal text and personal data never
//! leave: what a caller sees is a code, its sentences, and the name of the offending field where there is one.

use std::fmt;

use crate::finding::Sentences;

/// Whether the same call may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It will fail again.
    Never,
    /// Something in the call must change first.
    Changed,
    /// The same call may succeed later.
    Later,
}

/// What kind of failure it is; `api` maps each class to one gRPC status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of google.rpc.Code, documented there")]
pub enum Class {
    InvalidArgument,
    OutOfRange,
    Unauthenticated,
    PermissionDenied,
    NotFound,
    AlreadyExists,
    FailedPrecondition,
    DeadlineExceeded,
    ResourceExhausted,
    Unavailable,
    Internal,
}

/// A failure as a caller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The code.
    pub code: ErrorCode,
    /// The field or resource that it is about, for the caller; no personal data.
    pub subject: Option<String>,
}

impl Failure {
    /// A failure about `subject`.
    pub fn about(code: ErrorCode, subject: impl Into<String>) -> Self {
        Self { code, subject: Some(subject.into()) }
    }
}

impl From<ErrorCode> for Failure {
    fn from(code: ErrorCode) -> Self {
        Self { code, subject: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())?;
        self.subject.as_ref().map_or(Ok(()), |subject| write!(f, " ({subject})"))
    }
}

impl std::error::Error for Failure {}

macro_rules! errors {
    ($($(#[$doc:meta])* $variant:ident $code:literal $class:ident $retry:ident { $vi:literal $en:literal next $next_vi:literal $next_en:literal })*) => {
        /// The code of an error.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant),*];

            /// The stable code, `UPPER_SNAKE`.
            pub fn as_str(self) -> &'static str {
                match self { $(ErrorCode::$variant => $code,)* }
            }

            /// The code written `code`.
            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(ErrorCode::$variant),)* _ => None }
            }

            /// What kind of failure it is.
            pub fn class(self) -> Class {
                match self { $(ErrorCode::$variant => Class::$class,)* }
            }

            /// Whether the call may be made again.
            pub fn retry(self) -> Retry {
                match self { $(ErrorCode::$variant => Retry::$retry,)* }
            }

            /// What people read.
            pub fn sentences(self) -> Sentences {
                match self { $(ErrorCode::$variant => Sentences { vi: $vi, en: $en, next_vi: $next_vi, next_en: $next_en },)* }
            }
        }
    };
}

errors! {
    // Who calls.
    /// No client certificate.
    ClientCertificateMissing "CLIENT_CERTIFICATE_MISSING" Unauthenticated Changed { "Máy gọi chưa xuất trình chứng thư số." "The caller showed no client certificate." next "Hãy cấu hình chứng thư máy trạm." "Configure the client certificate." }
    /// A client certificate without a role that this service knows.
    ClientUnknown "CLIENT_UNKNOWN" Unauthenticated Changed { "Chứng thư của máy gọi không được công nhận." "The client certificate names no known caller." next "Hãy liên hệ quản trị hệ thống." "Ask the operator to register it." }
    /// A revoked client certificate.
    ClientCertificateRevoked "CLIENT_CERTIFICATE_REVOKED" Unauthenticated Changed { "Chứng thư của máy gọi đã bị thu hồi." "The client certificate is revoked." next "Hãy liên hệ quản trị hệ thống." "Ask the operator for a new one." }
    /// It cannot be told whether the client certificate is revoked.
    ClientRevocationUnknown "CLIENT_REVOCATION_UNKNOWN" Unavailable Later { "Chưa kiểm tra được tình trạng chứng thư của máy gọi." "The status of the client certificate is unknown." next "Hãy thử lại sau." "Try again later." }
    /// The caller's role may not make this call.
    RoleNotAllowed "ROLE_NOT_ALLOWED" PermissionDenied Never { "Vai trò của máy gọi không được phép dùng chức năng này." "The caller's role may not make this call." next "Hãy dùng đúng loại máy trạm." "Use a client of the right role." }
    /// The citizen's assertion is missing or does not verify.
    CitizenUnauthenticated "CITIZEN_UNAUTHENTICATED" Unauthenticated Changed { "Chưa xác thực được danh tính công dân." "The citizen is not authenticated." next "Hãy đăng nhập lại bằng tài khoản định danh." "Log in again with the electronic identity." }
    /// The identity session has assurance level 1.
    AssuranceTooLow "ASSURANCE_TOO_LOW" PermissionDenied Changed { "Tài khoản định danh phải ở mức độ 2." "The electronic identity must have level 2." next "Hãy nâng tài khoản lên mức độ 2 tại cơ quan công an." "Raise the account to level 2." }
    /// The identity provider's keys are out of reach.
    IdentityProviderUnavailable "IDENTITY_PROVIDER_UNAVAILABLE" Unavailable Later { "Chưa kết nối được hệ thống định danh." "The identity provider is out of reach." next "Hãy thử lại sau." "Try again later." }

    // What is uploaded.
    /// The stream ended before its header.
    HeaderMissing "HEADER_MISSING" InvalidArgument Changed { "Thiếu phần mở đầu của hồ sơ." "The upload has no header." next "Hãy gửi lại từ đầu." "Send it again from the start." }
    /// A second header.
    HeaderRepeated "HEADER_REPEATED" InvalidArgument Changed { "Phần mở đầu bị lặp." "The upload has two headers." next "Hãy gửi lại từ đầu." "Send it again from the start." }
    /// A field of a request is not as it should be.
    FieldInvalid "FIELD_INVALID" InvalidArgument Changed { "Một trường của yêu cầu không hợp lệ." "A field of the request is not valid." next "Hãy sửa trường được nêu và gửi lại." "Mend the named field and send again." }
    /// The declared kind is none that is certified here.
    KindUnknown "KIND_UNKNOWN" InvalidArgument Changed { "Loại giấy tờ đã khai chưa được hỗ trợ." "The declared kind is not certified here." next "Hãy chọn một loại giấy tờ được hỗ trợ." "Choose one of the supported kinds." }
    /// No file, or a file without bytes.
    UploadEmpty "UPLOAD_EMPTY" InvalidArgument Changed { "Hồ sơ không có dữ liệu." "The upload is empty." next "Hãy quét và gửi lại." "Scan and send again." }
    /// More bytes than allowed.
    UploadTooLarge "UPLOAD_TOO_LARGE" ResourceExhausted Changed { "Hồ sơ vượt quá 40 MB." "The upload is larger than 40 MB." next "Hãy quét lại ở 300 dpi, khổ A4." "Scan again at 300 dpi, A4." }
    /// One message is larger than allowed.
    ChunkTooLarge "CHUNK_TOO_LARGE" InvalidArgument Changed { "Một gói dữ liệu vượt quá giới hạn." "A chunk is larger than allowed." next "Hãy gửi theo gói tối đa 1 MB." "Send chunks of at most 1 MiB." }
    /// More bytes than were declared.
    ChunkAfterEnd "CHUNK_AFTER_END" OutOfRange Changed { "Có dữ liệu sau khi hồ sơ đã kết thúc." "There is data after the declared end." next "Hãy gửi lại từ đầu." "Send it again from the start." }
    /// Fewer bytes than were declared.
    UploadIncomplete "UPLOAD_INCOMPLETE" InvalidArgument Changed { "Hồ sơ gửi lên chưa đầy đủ." "The upload is incomplete." next "Hãy gửi lại từ đầu." "Send it again from the start." }
    /// Bytes that are not the declared ones.
    DigestMismatch "DIGEST_MISMATCH" InvalidArgument Changed { "Dữ liệu nhận được khác với dữ liệu đã khai." "The bytes are not those that were declared." next "Hãy gửi lại từ đầu." "Send it again from the start." }
    /// The upload took too long.
    UploadTimeout "UPLOAD_TIMEOUT" DeadlineExceeded Later { "Quá thời gian gửi hồ sơ." "The upload took too long." next "Hãy kiểm tra đường truyền và gửi lại." "Check the line and send again." }
    /// The request id was used for another upload.
    RequestIdReused "REQUEST_ID_REUSED" AlreadyExists Changed { "Mã yêu cầu đã dùng cho hồ sơ khác." "The request id was used for another upload." next "Hãy tạo mã yêu cầu mới." "Make a new request id." }

    // What is asked for.
    /// No such resource, or not the caller's.
    NotFound "NOT_FOUND" NotFound Never { "Không tìm thấy." "Not found." next "Hãy kiểm tra lại mã." "Check the name." }
    /// The resource is in a state that does not allow it.
    WrongState "WRONG_STATE" FailedPrecondition Never { "Hồ sơ không còn ở trạng thái cho phép thao tác này." "The submission is in a state that does not allow this." next "Hãy tải lại trạng thái hồ sơ." "Read the submission again." }
    /// Mandatory facts are missing from an approval.
    FactsMissing "FACTS_MISSING" FailedPrecondition Changed { "Thiếu thông tin bắt buộc để chứng thực." "Mandatory facts are missing." next "Hãy nhập thông tin còn thiếu từ bản chính." "Enter the missing facts from the original." }
    /// Nobody may certify for the officer.
    CertifierUnknown "CERTIFIER_UNKNOWN" PermissionDenied Changed { "Cán bộ chưa được gắn với người thực hiện chứng thực." "No certifier is configured for this officer." next "Hãy liên hệ quản trị hệ thống." "Ask the operator." }
    /// No consent to the purpose.
    ConsentMissing "CONSENT_MISSING" FailedPrecondition Changed { "Chưa có sự đồng ý của công dân." "The citizen's consent is missing." next "Hãy xin sự đồng ý rõ ràng của công dân." "Ask for the citizen's explicit consent." }
    /// A wallet's receipt does not verify.
    ReceiptInvalid "RECEIPT_INVALID" InvalidArgument Changed { "Biên nhận của ví không hợp lệ." "The wallet's receipt does not verify." next "Hãy ký lại biên nhận." "Sign the receipt again." }
    /// A wallet could not be reached.
    WalletUnavailable "WALLET_UNAVAILABLE" Unavailable Later { "Chưa kết nối được ví." "The wallet is out of reach." next "Hệ thống sẽ tự gửi lại." "It will be sent again by itself." }

    // What the work waits for.
    /// No time-stamping authority answers rightly.
    TimestampUnavailable "TIMESTAMP_UNAVAILABLE" Unavailable Later { "Chưa lấy được dấu thời gian." "No time-stamping authority answers." next "Hệ thống sẽ tự thử lại." "It will be tried again by itself." }
    /// Revocation data cannot be had.
    RevocationUnavailable "REVOCATION_UNAVAILABLE" Unavailable Later { "Chưa lấy được trạng thái chứng thư số." "No revocation data can be had." next "Hệ thống sẽ tự thử lại." "It will be tried again by itself." }
    /// A signing key cannot be used.
    SignerUnavailable "SIGNER_UNAVAILABLE" Unavailable Later { "Chưa dùng được khóa ký." "A signing key cannot be used." next "Quản trị hệ thống cần kiểm tra khóa ký." "The operator must check the key." }
    /// Our own signer's certificate is expired, revoked or not trusted.
    SignerInvalid "SIGNER_INVALID" FailedPrecondition Later { "Chứng thư ký của cơ quan không còn hiệu lực." "The agency's signing certificate is not valid." next "Quản trị hệ thống cần thay chứng thư." "The operator must renew the certificate." }
    /// No worker can be had that inspects.
    InspectionUnavailable "INSPECTION_UNAVAILABLE" Unavailable Later { "Chưa kiểm tra được bản quét." "Scans cannot be inspected now." next "Hệ thống sẽ tự thử lại." "The service will try again." }
    /// The database or folder cannot be used.
    StoreUnavailable "STORE_UNAVAILABLE" Unavailable Later { "Kho dữ liệu tạm thời không dùng được." "The store cannot be used." next "Hãy thử lại sau." "Try again later." }
    /// Too much at once.
    Overloaded "OVERLOADED" ResourceExhausted Later { "Hệ thống đang quá tải." "The service is overloaded." next "Hãy thử lại sau ít phút." "Try again in a few minutes." }
    /// A fault of the service itself.
    Internal "INTERNAL" Internal Later { "Hệ thống gặp lỗi." "The service failed." next "Hãy thử lại sau; nếu vẫn lỗi, báo quản trị hệ thống." "Try again later; if it persists, tell the operator." }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_speaks() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::parse(code.as_str()), Some(*code));
            let texts = code.sentences();
            for sentence in [texts.vi, texts.en, texts.next_vi, texts.next_en] {
                assert!(sentence.ends_with('.') && sentence.len() > 5, "{}: {sentence}", code.as_str());
            }
        }
    }
}
