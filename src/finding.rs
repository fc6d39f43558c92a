//! What was seen in a document: findings, and the one catalogue of their codes with the sentences that people read.
//!
//! A finding is data, collected; it decides nothing. Which findings refuse, refer or are only shown is the policy's
//! business (`decide/`). Codes are stable: a code is never reused with another meaning.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::record::FieldId;

/// How much a finding weighs before policy looks at it (domain reference 2.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Recorded.
    Info,
    /// Shown.
    Warning,
    /// No automatic pass.
    Error,
}

/// Sentences for a person: what is the matter, and what to do next, in Vietnamese and English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentences {
    /// What is the matter.
    pub vi: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// What the person can do next.
    pub next_vi: &'static str,
    /// The same in English.
    pub next_en: &'static str,
}

/// A rectangle on a page as received, in thousandths of its width and height (0 to 1000, origin top left).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Left edge.
    pub left: u16,
    /// Upper edge.
    pub top: u16,
    /// Right edge.
    pub right: u16,
    /// Lower edge.
    pub bottom: u16,
}

/// Where a finding stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locus {
    /// Page, from 0, over all files of the submission.
    pub page: Option<usize>,
    /// Field.
    pub field: Option<FieldId>,
    /// Place on the page.
    pub region: Option<Region>,
}

/// One observation. The evidence may hold personal data: it is shown to the people of the dossier and never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was seen.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// Where.
    pub locus: Locus,
    /// What stands there, or was measured.
    pub seen: Option<String>,
    /// What should stand there, or the bound.
    pub expected: Option<String>,
}

impl Finding {
    /// A finding with the catalogue's severity and no evidence yet.
    pub fn new(code: Code) -> Self {
        Self { code, severity: code.severity(), locus: Locus::default(), seen: None, expected: None }
    }

    /// The same, on `page`.
    pub fn on_page(mut self, page: usize) -> Self {
        self.locus.page = Some(page);
        self
    }

    /// The same, in `field`.
    pub fn in_field(mut self, field: &str) -> Self {
        self.locus.field = Some(field.to_owned());
        self
    }

    /// The same, at `region`.
    pub fn at(mut self, region: Region) -> Self {
        self.locus.region = Some(region);
        self
    }

    /// The same, having seen `seen`.
    pub fn seen(mut self, seen: impl fmt::Display) -> Self {
        self.seen = Some(seen.to_string());
        self
    }

    /// The same, where `expected` was expected.
    pub fn expected(mut self, expected: impl fmt::Display) -> Self {
        self.expected = Some(expected.to_string());
        self
    }

    /// The same with another severity than the catalogue's.
    pub fn weighing(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

/// Evidence stays out of logs.
impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.as_str())?;
        if let Some(page) = self.locus.page {
            write!(f, " page {page}")?;
        }
        if let Some(field) = &self.locus.field {
            write!(f, " {field}")?;
        }
        Ok(())
    }
}

macro_rules! catalogue {
    ($($(#[$doc:meta])* $variant:ident $code:literal $severity:ident { $vi:literal $en:literal next $next_vi:literal $next_en:literal })*) => {
        /// The code of a finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the catalogue.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The stable code, `UPPER_SNAKE`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)* }
            }

            /// The code written `code`.
            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Code::$variant),)* _ => None }
            }

            /// What it weighs unless a check says otherwise.
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)* }
            }

            /// What people read.
            pub fn sentences(self) -> Sentences {
                match self { $(Code::$variant => Sentences { vi: $vi, en: $en, next_vi: $next_vi, next_en: $next_en },)* }
            }
        }
    };
}

catalogue! {
    // The file.
    /// The bytes are none of the formats that are taken.
    UnsupportedFormat "UNSUPPORTED_FORMAT" Error { "Tệp không phải là JPEG, PNG, TIFF hay PDF." "The file is not a JPEG, PNG, TIFF or PDF." next "Hãy quét lại giấy tờ ra một trong các định dạng đó." "Scan the paper again into one of these formats." }
    /// The right format, in a coding that is not read.
    UnsupportedCoding "UNSUPPORTED_CODING" Error { "Ảnh trong tệp được nén theo cách không đọc được ở đây." "The image in the file is compressed in a way that is not read here." next "Hãy quét lại và lưu dưới dạng JPEG hoặc PDF." "Scan the paper again and save it as JPEG or PDF." }
    /// The file is cut off or broken.
    FileDamaged "FILE_DAMAGED" Error { "Tệp bị hỏng hoặc không đầy đủ." "The file is damaged or incomplete." next "Hãy quét và gửi lại." "Scan and send it again." }
    /// More pages than allowed.
    TooManyPages "TOO_MANY_PAGES" Error { "Bản quét có quá nhiều trang." "The scan has too many pages." next "Hãy chỉ gửi các trang của một giấy tờ." "Send the pages of one certificate only." }
    /// An image larger than allowed.
    ImageTooLarge "IMAGE_TOO_LARGE" Error { "Ảnh quét quá lớn." "The scanned image is too large." next "Hãy quét lại ở 300 dpi, khổ A4." "Scan again at 300 dpi, A4." }
    /// An encrypted PDF.
    PdfEncrypted "PDF_ENCRYPTED" Error { "Tệp PDF được đặt mật khẩu." "The PDF is encrypted." next "Hãy quét trực tiếp từ bản giấy." "Scan the paper itself." }
    /// A PDF with scripts, actions, forms or embedded files.
    PdfActiveContent "PDF_ACTIVE_CONTENT" Error { "Tệp PDF chứa mã lệnh, biểu mẫu hoặc tệp đính kèm." "The PDF contains scripts, forms or embedded files." next "Hãy quét trực tiếp từ bản giấy." "Scan the paper itself." }
    /// A PDF that is signed already.
    PdfSigned "PDF_SIGNED" Error { "Tệp PDF đã có chữ ký số." "The PDF already bears digital signatures." next "Hãy dùng chức năng kiểm tra chữ ký thay cho chứng thực." "Verify it instead of certifying it." }
    /// A PDF that two parsers read differently.
    PdfAmbiguous "PDF_AMBIGUOUS" Error { "Tệp PDF có thể được hiểu theo hai cách khác nhau." "The PDF can be read in two ways." next "Hãy quét trực tiếp từ bản giấy." "Scan the paper itself." }
    /// A PDF page with text or drawing over its scan.
    PdfPageDrawn "PDF_PAGE_DRAWN" Error { "Trang PDF có chữ hoặc hình vẽ thêm ngoài ảnh quét." "A page of the PDF has text or drawing beside the scanned image." next "Hãy quét trực tiếp từ bản giấy, không thêm gì vào trang." "Scan the paper itself and add nothing to the page." }
    /// A page stored as symbols that may stand for each other.
    SymbolsSubstituted "SYMBOLS_SUBSTITUTED" Error { "Ảnh được nén bằng cách thay các chữ giống nhau (JBIG2), nên chữ số có thể đã bị thay." "The image was compressed by replacing letters that look alike (JBIG2), so a digit may have been replaced." next "Hãy quét lại, không dùng chế độ nén này." "Scan the paper again without this compression." }
    /// A PDF page that is not one scanned image.
    PdfNotAScan "PDF_NOT_A_SCAN" Error { "Trang PDF không phải là ảnh quét." "A page of the PDF is not a scan." next "Hãy quét trực tiếp từ bản giấy." "Scan the paper itself." }

    // The picture.
    /// Nothing is on the page.
    BlankPage "BLANK_PAGE" Error { "Trang trắng." "The page is blank." next "Hãy đặt đúng mặt giấy và quét lại." "Turn the paper and scan it again." }
    /// Fewer than 200 dots per inch.
    LowResolution "LOW_RESOLUTION" Error { "Độ phân giải dưới 200 dpi." "The resolution is below 200 dpi." next "Hãy quét lại ở 200 dpi trở lên, tốt nhất là 300 dpi." "Scan again at 200 dpi or more, best at 300 dpi." }
    /// Out of focus or moved.
    Blurred "BLURRED" Error { "Ảnh bị mờ." "The image is blurred." next "Hãy quét lại." "Scan it again." }
    /// Blurred in one part, sharp elsewhere.
    BlurredPart "BLURRED_PART" Error { "Một phần ảnh bị mờ." "A part of the image is blurred." next "Hãy ép phẳng giấy và quét lại." "Lay the paper flat and scan it again." }
    /// Creases across the paper.
    Folded "FOLDED" Warning { "Giấy có nếp gấp." "The paper was folded." next "Không cần làm gì thêm." "Nothing has to be done." }
    /// Parts of the paper are outside the image.
    Cropped "CROPPED" Error { "Giấy tờ bị cắt mất một phần." "Part of the paper is cut off." next "Hãy quét lại toàn bộ tờ giấy." "Scan the whole sheet again." }
    /// A grey copy of a colour paper, or a scan without colour.
    Photocopy "PHOTOCOPY" Error { "Đây là bản photocopy hoặc bản quét không màu." "This is a photocopy or a scan without colour." next "Hãy quét bản chính ở chế độ màu." "Scan the original in colour." }

    /// A sheet is seen in the picture, but not one that can be made flat.
    SheetUnclear "SHEET_UNCLEAR" Error { "Không xác định được trọn vẹn tờ giấy trong ảnh." "The whole sheet cannot be made out in the picture." next "Hãy đặt một tờ giấy phẳng trên nền tối và chụp thẳng từ trên, đủ bốn góc, hoặc quét bằng máy quét." "Lay one sheet flat on a dark ground and take it from above with all four corners, or use a scanner." }
    /// Too dark, too bright, or too unevenly lit.
    BadExposure "BAD_EXPOSURE" Error { "Ảnh quá tối, quá sáng hoặc bị bóng che." "The picture is too dark, too bright or lies in a shadow." next "Hãy chụp hoặc quét lại ở nơi đủ sáng và đều." "Take it again in even light." }
    /// Reflected light hides a place.
    Glare "GLARE" Error { "Ánh sáng phản chiếu che mất một phần giấy tờ." "Reflected light hides part of the paper." next "Hãy chụp lại, tắt đèn flash và tránh ánh sáng chiếu thẳng." "Take it again without flash or direct light." }
    /// Grain as strong as print.
    Noisy "NOISY" Error { "Ảnh bị nhiễu hạt nhiều." "The picture is too grainy." next "Hãy chụp lại ở nơi đủ sáng hoặc quét bằng máy quét." "Take it again in good light, or use a scanner." }
    /// Coloured light: colours of ink and seal cannot be trusted.
    ColourCast "COLOUR_CAST" Error { "Ảnh bị ám màu, không phân biệt được màu mực và màu dấu." "The picture is tinted, so that colours of ink and seal cannot be told." next "Hãy chụp hoặc quét lại dưới ánh sáng trắng." "Take it again in white light." }
    /// A finger or a thing lies on the page.
    Occluded "OCCLUDED" Error { "Có ngón tay hoặc vật che một phần giấy tờ." "A finger or a thing covers part of the paper." next "Hãy chụp hoặc quét lại, không để vật gì che giấy." "Take it again with nothing on the paper." }
    /// Screen dots: a print-out of a copy.
    PrintedCopy "PRINTED_COPY" Error { "Có chấm tram của máy in: có thể là bản in từ bản sao." "Screen dots of a printer are seen: it may be a print-out of a copy." next "Hãy dùng bản chính; cán bộ sẽ kiểm tra." "Use the original; an officer will check." }

    // The paper.
    /// None of the kinds that are certified here.
    UnknownKind "UNKNOWN_KIND" Error { "Không nhận ra loại giấy tờ được hỗ trợ." "This is none of the kinds of paper that are certified here." next "Hãy đến bộ phận một cửa để được hướng dẫn." "Ask at the one-stop desk." }
    /// Another kind than declared.
    KindMismatch "KIND_MISMATCH" Error { "Loại giấy tờ khác với loại đã khai." "The paper is of another kind than declared." next "Hãy chọn đúng loại giấy tờ." "Choose the right kind." }
    /// The paper is itself a copy or an extract copy.
    SourceIsCopy "SOURCE_IS_COPY" Error { "Giấy tờ này là bản sao, không phải bản chính." "This paper is itself a copy, not an original." next "Hãy dùng bản chính hoặc yêu cầu cấp bản sao từ sổ gốc." "Use the original, or ask for a copy from the register." }
    /// It bears a secrecy stamp or forbids copying.
    SecretOrNoCopy "SECRET_OR_NO_COPY" Error { "Giấy tờ có dấu mật hoặc ghi không được sao chụp." "The paper is secret or must not be copied." next "Giấy tờ này không được chứng thực bản sao." "A copy of it must not be certified." }
    /// Pages are missing.
    PagesMissing "PAGES_MISSING" Error { "Thiếu trang của giấy tờ." "Pages of the certificate are missing." next "Hãy quét đủ tất cả các trang." "Scan all its pages." }
    /// Pages of different documents.
    PagesDiffer "PAGES_DIFFER" Error { "Các trang không thuộc cùng một giấy tờ." "The pages are not of one certificate." next "Hãy gửi riêng từng giấy tờ." "Send each certificate by itself." }
    /// No red seal of a competent body was seen.
    SealMissing "SEAL_MISSING" Error { "Không thấy dấu đỏ của cơ quan có thẩm quyền." "No red seal of a competent body is seen." next "Hãy dùng bản chính có đóng dấu." "Use the sealed original." }
    /// The seal does not stand at the signature.
    SealMisplaced "SEAL_MISPLACED" Error { "Dấu không đóng ở vị trí chữ ký." "The seal does not stand at the signature." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// The seal names another office than the paper.
    SealDiffers "SEAL_DIFFERS" Error { "Chữ trên con dấu không khớp với cơ quan ghi trên giấy tờ." "The words of the seal are not those of the office that the paper names." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// No signature ink was seen at the seal.
    SignatureMissing "SIGNATURE_MISSING" Error { "Không thấy chữ ký của người có thẩm quyền." "No handwritten signature is seen." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// The name or title of the signer cannot be read.
    SignerMissing "SIGNER_MISSING" Error { "Không đọc được họ tên, chức vụ người ký." "The signer's name or title cannot be read." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// The electronic version, printed: it is verified in the civil-status database.
    ElectronicVersion "ELECTRONIC_VERSION" Error { "Đây là bản in của giấy tờ hộ tịch điện tử có mã QR." "This is a print of an electronic civil-status paper with a QR code." next "Hãy dùng bản điện tử; cán bộ sẽ kiểm tra theo mã QR." "Use the electronic version; an officer checks it by its QR code." }
    /// Traces of alteration.
    Altered "ALTERED" Error { "Có dấu hiệu tẩy xóa, sửa chữa." "There are traces of alteration." next "Cán bộ sẽ kiểm tra bản chính." "An officer will check the original." }

    // The fields.
    /// A mandatory field is empty or was not found.
    FieldMissing "FIELD_MISSING" Error { "Thiếu thông tin bắt buộc." "A mandatory field is missing." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// A mandatory field cannot be read surely.
    FieldUnreadable "FIELD_UNREADABLE" Error { "Không đọc chắc chắn được một thông tin bắt buộc." "A mandatory field cannot be read surely." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// Not a date of the calendar.
    DateInvalid "DATE_INVALID" Error { "Ngày tháng không hợp lệ." "A date is not in the calendar." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// A date after today.
    DateInFuture "DATE_IN_FUTURE" Error { "Ngày tháng ở tương lai." "A date lies in the future." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// Digits and words state different dates.
    DateWordsDiffer "DATE_WORDS_DIFFER" Error { "Ngày bằng số và bằng chữ khác nhau." "The date in digits and in words differ." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// Registered before birth.
    RegistrationBeforeBirth "REGISTRATION_BEFORE_BIRTH" Error { "Ngày đăng ký trước ngày sinh." "The registration is before the birth." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// Registered later than the law asks.
    RegistrationLate "REGISTRATION_LATE" Info { "Đăng ký quá hạn." "The registration was late." next "Không cần làm gì." "Nothing to do." }
    /// Not a 12-digit (or 9-digit) number.
    IdInvalid "ID_INVALID" Error { "Số định danh không đúng cấu trúc." "The identity number has the wrong form." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// The number states another gender.
    IdGenderDiffers "ID_GENDER_DIFFERS" Error { "Giới tính không khớp số định danh." "Gender and identity number differ." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// The number states another year of birth.
    IdYearDiffers "ID_YEAR_DIFFERS" Error { "Năm sinh không khớp số định danh." "Year of birth and identity number differ." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// The number states another or an unknown place.
    IdPlaceDiffers "ID_PLACE_DIFFERS" Warning { "Mã nơi đăng ký khai sinh trong số định danh không khớp hoặc chưa biết." "The place code of the identity number differs or is unknown." next "Không cần làm gì." "Nothing to do." }
    /// A parent hardly older than the child.
    ParentAge "PARENT_AGE" Warning { "Tuổi của cha hoặc mẹ so với con không hợp lý." "A parent's age is implausible." next "Cán bộ xem xét." "For the officer to see." }
    /// The child bears neither parent's family name.
    FamilyNameDiffers "FAMILY_NAME_DIFFERS" Info { "Họ của con khác họ cha và mẹ." "The child's family name is neither parent's." next "Không cần làm gì." "Nothing to do." }
    /// A spouse below the age of marriage.
    UnderAge "UNDER_AGE" Error { "Vợ hoặc chồng chưa đủ tuổi kết hôn khi đăng ký." "A spouse was under age at registration." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// Wife's and husband's columns do not fit their identity numbers, or are the same person.
    SpouseColumns "SPOUSE_COLUMNS" Error { "Thông tin vợ và chồng mâu thuẫn với số định danh." "The spouses' columns contradict their identity numbers." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// Birth, death, registration and issue are not in order.
    DeathOrder "DEATH_ORDER" Error { "Thứ tự ngày sinh, ngày chết, ngày đăng ký không hợp lý." "Birth, death and registration are not in order." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// The number's year is not the year of registration.
    NumberYearDiffers "NUMBER_YEAR_DIFFERS" Error { "Năm trong số đăng ký khác năm đăng ký." "The number's year is not the year of registration." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// A number does not follow the grammar of its register.
    NumberInvalid "NUMBER_INVALID" Error { "Số không đúng cấu trúc." "A number has the wrong form." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// The serial does not belong to this form or date.
    SerialFormDiffers "SERIAL_FORM_DIFFERS" Error { "Số phát hành không phù hợp mẫu giấy chứng nhận." "The serial number does not fit the form." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// An old blank used after its end.
    OldFormAfterEnd "OLD_FORM_AFTER_END" Error { "Mẫu cũ được cấp sau ngày hết sử dụng." "An old form was issued after its end." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// The code on the paper says something else than the print.
    QrDiffers "QR_DIFFERS" Error { "Mã QR trên giấy không khớp nội dung in." "The paper's QR code differs from its print." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// The code on the paper cannot be read.
    QrUnreadable "QR_UNREADABLE" Error { "Không đọc được mã QR trên giấy." "The paper's QR code cannot be read." next "Hãy quét lại rõ hơn." "Scan it again, sharper." }
    /// The area is not a positive number, or digits and words differ.
    AreaInvalid "AREA_INVALID" Error { "Diện tích không hợp lệ." "The area is not valid." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// A district-level authority after district level was abolished.
    DistrictAfter2025 "DISTRICT_AFTER_2025" Error { "Cơ quan cấp huyện ký sau ngày 30/6/2025." "A district authority signed after 30 June 2025." next "Cán bộ sẽ kiểm tra." "An officer will check." }

    // The register.
    /// The register says the same.
    RegisterMatch "REGISTER_MATCH" Info { "Khớp với sổ gốc." "The register says the same." next "Không cần làm gì." "Nothing to do." }
    /// Readings of a value differed; the register says which is right.
    ReadByRegister "READ_BY_REGISTER" Info { "Đọc chưa chắc chắn; sổ gốc xác nhận." "Read unsurely; the register confirms it." next "Không cần làm gì." "Nothing to do." }
    /// The register says something else.
    RegisterMismatch "REGISTER_MISMATCH" Error { "Thông tin khác với sổ gốc." "The register says something else." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// The register has no such entry.
    RegisterNotFound "REGISTER_NOT_FOUND" Error { "Không có trong sổ gốc." "The register has no such entry." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// The register did not answer.
    RegisterUnavailable "REGISTER_UNAVAILABLE" Error { "Không tra cứu được sổ gốc." "The register did not answer." next "Cán bộ sẽ kiểm tra khi tra cứu được." "An officer will check when it answers." }

    // Copies issued before.
    /// A copy of the same original was issued before; an error when it stated something else.
    CertifiedBefore "CERTIFIED_BEFORE" Info { "Bản chính này đã được cấp bản sao chứng thực." "A certified copy of this original was issued before." next "Cán bộ sẽ so sánh nếu nội dung khác nhau." "An officer compares where they differ." }

    // The work.
    /// A check did not finish.
    CheckFailed "CHECK_FAILED" Error { "Một bước kiểm tra không hoàn tất." "A check did not finish." next "Cán bộ sẽ kiểm tra." "An officer will check." }
    /// Inspection cost too much, or broke what did it, and was stopped.
    InspectionStopped "INSPECTION_STOPPED" Error { "Việc kiểm tra tự động bị dừng giữa chừng." "The automatic inspection was stopped before its end." next "Cán bộ sẽ xem bản quét; hãy chuẩn bị quét lại." "An officer will look at the scan; be ready to scan the paper again." }
    /// The copy could not be made; the number that was reserved for it is void.
    IssueFailed "ISSUE_FAILED" Error { "Không lập được bản sao; số chứng thực đã dành được hủy." "The copy could not be made; its number is void." next "Cán bộ sẽ xem xét lại." "An officer will look at it again." }
    /// Nobody may certify this kind without an officer looking.
    NoDelegation "NO_DELEGATION" Error { "Chưa có ủy quyền chứng thực tự động cho loại giấy tờ này." "No certifier has a standing delegation for this kind." next "Cán bộ sẽ xem xét." "An officer will decide." }
    /// An officer judged the paper unlawful to certify.
    UnlawfulContent "UNLAWFUL_CONTENT" Error { "Nội dung giấy tờ trái pháp luật, đạo đức xã hội." "The content is unlawful or immoral." next "Giấy tờ này không được chứng thực bản sao." "A copy of it must not be certified." }
    /// An officer judged that a foreign paper lacks legalisation.
    NotLegalised "NOT_LEGALISED" Error { "Giấy tờ nước ngoài chưa được hợp pháp hóa lãnh sự." "The foreign paper is not legalised." next "Hãy hợp pháp hóa lãnh sự trước." "Have it legalised first." }
    /// An officer judged that the content cannot be determined.
    Illegible "ILLEGIBLE" Error { "Giấy tờ cũ nát, không xác định được nội dung." "The paper is worn and its content cannot be determined." next "Hãy xin cấp lại giấy tờ." "Ask for a re-issue of the paper." }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_and_speaks() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.as_str()), Some(*code));
            let texts = code.sentences();
            for sentence in [texts.vi, texts.en, texts.next_vi, texts.next_en] {
                assert!(sentence.ends_with('.') && sentence.len() > 5, "{}: {sentence}", code.as_str());
            }
        }
    }

    #[test]
    fn evidence_stays_out_of_debug_output() {
        let finding = Finding::new(Code::RegisterMismatch).in_field("full_name").seen("Nguyễn Văn A");
        assert_eq!(format!("{finding:?}"), "REGISTER_MISMATCH full_name");
    }
}
