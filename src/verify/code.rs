//! The codes of verification: each makes a verdict, and has its sentences.

use serde::{Serialize, Serializer};

use super::Verdict;
use crate::finding::Sentences;
use crate::record::ListFault;

impl Verdict {
    /// One sentence for a clerk.
    pub fn sentences(self) -> Sentences {
        match self {
            Self::Valid => Sentences {
                vi: "HỢP LỆ: bản sao chứng thực điện tử còn nguyên vẹn và được ký bởi người và cơ quan có thẩm quyền.",
                en: "VALID: the certified copy is intact and signed by the competent person and agency.",
                next_vi: "Có thể sử dụng bản sao.",
                next_en: "The copy may be used.",
            },
            Self::Invalid => Sentences {
                vi: "KHÔNG HỢP LỆ: bản sao không được chấp nhận.",
                en: "INVALID: the copy must not be accepted.",
                next_vi: "Hãy yêu cầu bản sao được cấp từ nguồn chính thức.",
                next_en: "Ask for a copy from its official source.",
            },
            Self::Indeterminate => Sentences {
                vi: "KHÔNG XÁC ĐỊNH: chưa đủ dữ liệu để kết luận.",
                en: "INDETERMINATE: it cannot be told yet.",
                next_vi: "Hãy kiểm tra lại khi có kết nối hoặc danh sách tin cậy mới.",
                next_en: "Verify again with a connection or a newer trust list.",
            },
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident $code:literal $verdict:ident { $vi:literal $en:literal $(next $next_vi:literal $next_en:literal)? })*) => {
        /// The code of a reason.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum VerifyCode {
            $($(#[$doc])* $variant,)*
        }

        impl VerifyCode {
            /// Every code.
            pub const ALL: &'static [VerifyCode] = &[$(VerifyCode::$variant),*];

            /// The stable code.
            pub fn as_str(self) -> &'static str {
                match self { $(VerifyCode::$variant => $code,)* }
            }

            /// The code written `code`.
            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(VerifyCode::$variant),)* _ => None }
            }

            /// The verdict that it makes.
            pub fn verdict(self) -> Verdict {
                match self { $(VerifyCode::$variant => Verdict::$verdict,)* }
            }

            /// What people read; the next step is the verdict's, where the code has none of its own.
            pub fn sentences(self) -> Sentences {
                let next = match self.own_next_step() {
                    Some((next_vi, next_en)) => Sentences { next_vi, next_en, ..self.verdict().sentences() },
                    None => self.verdict().sentences(),
                };
                match self {
                    $(VerifyCode::$variant => {
                        let said = Sentences { vi: $vi, en: $en, ..next };
                        $(let said = Sentences { next_vi: $next_vi, next_en: $next_en, ..said };)?
                        said
                    })*
                }
            }
        }
    };
}

codes! {
    /// The bytes are no PDF that can be read strictly.
    NotAPdf "NOT_A_PDF" Invalid { "Tệp không phải là PDF đúng chuẩn." "The file is not a well-formed PDF." }
    /// Two PDF readers see different documents.
    ReadersDisagree "READERS_DISAGREE" Invalid { "Tệp có thể hiển thị khác nhau tùy phần mềm đọc." "Different readers may show different documents." }
    /// Larger than allowed.
    TooLarge "TOO_LARGE" Invalid { "Tệp vượt quá giới hạn." "The file is larger than allowed." }
    /// No signature in it.
    NotSigned "NOT_SIGNED" Invalid { "Tệp không có chữ ký số." "The file bears no signature." }
    /// A signature does not fit its bytes or key.
    SignatureBroken "SIGNATURE_BROKEN" Invalid { "Chữ ký số không đúng hoặc nội dung đã bị thay đổi." "A signature is wrong or the signed content was changed." }
    /// Something was changed after a signature.
    ModifiedAfterSigning "MODIFIED_AFTER_SIGNING" Invalid { "Nội dung đã bị thay đổi sau khi ký." "The content was changed after signing." }
    /// Neither certifier's nor agency's signature may be missing.
    SignatureMissing "SIGNATURE_MISSING" Invalid { "Thiếu chữ ký của người thực hiện chứng thực hoặc của cơ quan." "The certifier's or the agency's signature is missing." }
    /// A signer's certificate was revoked.
    SignerRevoked "SIGNER_REVOKED" Invalid { "Chứng thư của người ký đã bị thu hồi trước khi ký." "A signer's certificate was revoked before signing." }
    /// A signature fails for another reason.
    SignatureRefused "SIGNATURE_REFUSED" Invalid { "Chữ ký số không được chấp nhận." "A signature is not acceptable." }
    /// No trusted path.
    SignerNotTrusted "SIGNER_NOT_TRUSTED" Indeterminate { "Người ký không thuộc danh sách tin cậy." "A signer is not on the trust list." }
    /// Revocation data missing.
    RevocationUnknown "REVOCATION_UNKNOWN" Indeterminate { "Không xác định được tình trạng thu hồi của chứng thư." "The revocation status of a certificate is unknown." }
    /// No trusted proof of the signing time.
    TimeNotProven "TIME_NOT_PROVEN" Indeterminate { "Thời điểm ký chưa được chứng minh." "The signing time is not proven." }
    /// A signature cannot be judged for another reason.
    SignatureUndetermined "SIGNATURE_UNDETERMINED" Indeterminate { "Chưa kết luận được về một chữ ký số." "A signature cannot be judged." }
    /// No QR token in the copy.
    TokenMissing "TOKEN_MISSING" Invalid { "Bản sao không có mã QR xác thực." "The copy bears no verification code." }
    /// The text is no token.
    TokenMalformed "TOKEN_MALFORMED" Invalid { "Mã QR không phải là mã xác thực của bản sao." "The code is no verification code of a copy." }
    /// The token's signature is wrong.
    TokenForged "TOKEN_FORGED" Invalid { "Chữ ký của mã QR không đúng." "The code's signature is wrong." }
    /// The token's key is not known.
    TokenKeyUnknown "TOKEN_KEY_UNKNOWN" Indeterminate { "Không nhận ra khóa đã ký mã QR." "The key that signed the code is not known." }
    /// The pages are not those that the token names.
    PagesDiffer "PAGES_DIFFER_FROM_TOKEN" Invalid { "Hình ảnh các trang khác với mã QR." "The page images are not those that the code names." }
    /// The number on the copy is void.
    NumberVoid "NUMBER_VOID" Invalid { "Số chứng thực đã bị hủy." "The certification number is void." }
    /// An officer revoked the copy.
    CopyRevoked "COPY_REVOKED" Invalid { "Bản sao đã bị thu hồi." "The copy was revoked." next "Không sử dụng bản sao này; hãy hỏi cơ quan đã chứng thực." "Do not use this copy; ask the agency that certified it." }
    /// Another copy took its place.
    CopySuperseded "COPY_SUPERSEDED" Invalid { "Bản sao đã được thay thế bằng bản khác." "The copy was superseded by another." next "Hãy yêu cầu bản sao thay thế." "Ask for the copy that took its place." }
    /// The file is no picture that can be opened.
    NotAPicture "NOT_A_PICTURE" Invalid { "Tệp không phải là ảnh hoặc bản quét đọc được." "The file is no picture or scan that can be opened." next "Hãy chụp hoặc quét lại bản in." "Photograph or scan the print again." }
    /// No code of a copy was found in the pictures.
    QrNotFound "QR_NOT_FOUND" Indeterminate { "Không tìm thấy mã QR của bản sao trong ảnh." "No code of a copy was found in the picture." next "Hãy chụp rõ trang lời chứng, thấy trọn mã QR." "Photograph the statement page with the whole QR code in focus." }
    /// Codes of more than one copy were found.
    QrSeveral "QR_SEVERAL" Indeterminate { "Trong ảnh có mã QR của nhiều bản sao." "The pictures bear codes of more than one copy." next "Hãy chụp riêng từng bản in." "Photograph each print by itself." }
    /// A fact on the print is not the certified one.
    PrintDiffers "PRINT_DIFFERS" Invalid { "Nội dung trên bản in khác với nội dung đã chứng thực." "The print states something else than what was certified." next "Không sử dụng bản in này; hãy yêu cầu tệp bản sao điện tử." "Do not use this print; ask for the electronic copy." }
    /// A fact was found and not read surely.
    PrintUnclear "PRINT_UNCLEAR" Indeterminate { "Chưa đọc chắc chắn được một số mục trên bản in." "Some facts on the print could not be read surely." next "Hãy chụp lại rõ nét, đủ sáng, thẳng trang; hoặc đối chiếu bằng mắt." "Photograph again, sharp, well lit and straight; or compare by eye." }
    /// A fact was not found in the pictures.
    PrintIncomplete "PRINT_INCOMPLETE" Indeterminate { "Ảnh chưa có đủ các trang của bản in." "The pictures do not show all that must be compared." next "Hãy chụp đủ các trang, cả trang lời chứng có mã QR." "Photograph all pages, the statement page with the QR code among them." }
    /// Names on the print are not in the token, and no register was asked.
    PrintNotCovered "PRINT_NOT_COVERED" Indeterminate { "Bản in có họ tên mà mã QR không ghi nhận nên chưa đối chiếu được." "The print bears names that its code does not carry, so they were not compared." next "Hãy kiểm tra qua dịch vụ để đối chiếu đủ các mục." "Verify with the service, which compares them too." }
    /// A picture shows something else than the page that was certified.
    PrintPictureDiffers "PRINT_PICTURE_DIFFERS" Indeterminate { "Có vùng trên ảnh bản in khác với trang đã chứng thực." "Part of the picture shows something else than the page that was certified." next "Hãy đối chiếu bằng mắt vùng được chỉ ra với tệp bản sao điện tử." "Compare that part by eye with the electronic copy." }
    /// Nobody here knows a copy with this digest.
    DigestUnknown "DIGEST_UNKNOWN" Indeterminate { "Không tìm thấy bản sao nào có mã băm này." "No copy with this digest is known here." }
    /// A trust list that is no list.
    TrustListCorrupt "TRUST_LIST_CORRUPT" Indeterminate { "Danh sách tin cậy không đọc được." "A trust list cannot be read." }
    /// A trust list without certificates.
    TrustListEmpty "TRUST_LIST_EMPTY" Indeterminate { "Danh sách tin cậy trống." "A trust list is empty." }
    /// A trust list whose next edition is overdue.
    TrustListExpired "TRUST_LIST_EXPIRED" Indeterminate { "Danh sách tin cậy đã hết hạn." "A trust list has expired." }
    /// A trust list of the future.
    TrustListNotYetIssued "TRUST_LIST_NOT_YET_ISSUED" Indeterminate { "Danh sách tin cậy ghi thời điểm phát hành ở tương lai." "A trust list was issued in the future." }
    /// A trust list that is not the pinned one.
    TrustListUnpinned "TRUST_LIST_UNPINNED" Indeterminate { "Danh sách tin cậy không khớp dấu vân tay đã ghim." "A trust list is not the one that is pinned." }
    /// A trust list for another purpose.
    TrustListOtherPurpose "TRUST_LIST_OTHER_PURPOSE" Indeterminate { "Danh sách tin cậy dùng cho mục đích khác." "A trust list is for another purpose." }
    /// A trust list that is older than one that was seen.
    TrustListOlder "TRUST_LIST_OLDER" Indeterminate { "Danh sách tin cậy cũ hơn bản đã dùng." "A trust list is older than one that was seen before." }
    /// The register of this service has another copy or none under this number.
    NotRegistered "NOT_REGISTERED" Invalid { "Không có trong sổ chứng thực." "The certification register has no such copy." }
}

impl VerifyCode {
    /// The fault of a trust list that a code stands for.
    pub fn list_fault(self) -> Option<ListFault> {
        use ListFault::{Corrupt, Empty, Expired, NotYetIssued, Older, OtherPurpose, Unpinned};
        [Corrupt, Empty, Expired, NotYetIssued, Unpinned, OtherPurpose, Older].into_iter().find(|fault| Self::of_list(*fault) == self)
    }

    /// The code of a fault of a trust list.
    pub fn of_list(fault: ListFault) -> Self {
        match fault {
            ListFault::Corrupt => Self::TrustListCorrupt,
            ListFault::Empty => Self::TrustListEmpty,
            ListFault::Expired => Self::TrustListExpired,
            ListFault::NotYetIssued => Self::TrustListNotYetIssued,
            ListFault::Unpinned => Self::TrustListUnpinned,
            ListFault::OtherPurpose => Self::TrustListOtherPurpose,
            ListFault::Older => Self::TrustListOlder,
        }
    }

    fn own_next_step(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::TrustListCorrupt | Self::TrustListEmpty | Self::TrustListExpired | Self::TrustListOlder => (
                "Hãy cài đặt bản mới nhất của danh sách tin cậy rồi kiểm tra lại.",
                "Install the newest edition of the list and verify again.",
            ),
            Self::TrustListNotYetIssued => {
                ("Hãy kiểm tra đồng hồ của máy rồi kiểm tra lại.", "Check the clock of this machine and verify again.")
            }
            Self::TrustListUnpinned => (
                "Hãy đối chiếu dấu vân tay SHA-256 với nguồn chính thức trước khi dùng danh sách.",
                "Compare the SHA-256 with the official source before the list is used.",
            ),
            Self::TrustListOtherPurpose => ("Hãy dùng danh sách đúng mục đích.", "Use the list for the purpose that it states."),
            _ => return None,
        })
    }
}

impl Serialize for VerifyCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
