//! A year of an agency's certification register, as it is read, closed and handed over (domain reference 1.4).
//!
//! Columns: running number, date, requester's name and number, paper, certifier, pages, copies, fee, note. A number that was
//! given up stays in its place with the reason; none is left out. The export holds names and personal numbers: it is written
//! where the operator says and nowhere else.

use std::fmt::Write as _;

use time::{Date, OffsetDateTime};

use crate::certify::compose::BookContent;
use crate::clock::{from_unix_ms, in_vietnam, unix_ms};
use crate::error::{ErrorCode, Failure};
use crate::record::{CertificationNo, CopyId, Fees, Kind};
use crate::store::{Change, Closing, NumberState, RegisterLine, Store};

/// One line of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookLine {
    /// The number.
    pub number: CertificationNo,
    /// The day on which it was given, in Việt Nam.
    pub date: Date,
    /// The requester's name.
    pub requester: String,
    /// The requester's personal number.
    pub personal_id: String,
    /// The kind of paper; none for a number that no copy bears.
    pub kind: Option<Kind>,
    /// The certifier, by id.
    pub certifier: Option<String>,
    /// Pages of the original.
    pub pages: usize,
    /// Copies under this number.
    pub copies: u32,
    /// The fee of all copies, đồng.
    pub fee_vnd: u64,
    /// Why a number is void, that it is still open, or which of its copies were revoked or superseded.
    pub note: String,
}

/// The lines of a year and what they come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// Every number, in order.
    pub lines: Vec<BookLine>,
}

/// What stands under the last line when a year is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// The last running number.
    pub last_number: u32,
    /// Numbers that copies bear.
    pub issued: usize,
    /// Numbers that were given up.
    pub void: usize,
    /// Numbers of copies that are still being made: a book is closed when there is none.
    pub open: usize,
    /// Fees, đồng.
    pub fee_vnd: u64,
}

const OPEN: &str = "đang thực hiện";

/// Reads the book of `agency` for `year`.
///
/// # Errors
/// `STORE_UNAVAILABLE`; `INTERNAL` when a number is missing between two others.
pub async fn book(store: &dyn Store, agency: &str, year: i32, fees: Fees) -> Result<Book, Failure> {
    let mut lines = Vec::new();
    for (place, line) in store.register_lines(agency, year).await?.into_iter().enumerate() {
        if usize::try_from(line.number.number).ok() != place.checked_add(1) {
            return Err(ErrorCode::Internal.into());
        }
        lines.push(written(store, line, fees).await?);
    }
    Ok(Book { lines })
}

async fn written(store: &dyn Store, line: RegisterLine, fees: Fees) -> Result<BookLine, Failure> {
    let submission = store.submission(&line.submission).await?.ok_or(ErrorCode::NotFound)?;
    let pages = submission.report.as_ref().map_or(0, |report| report.pages.len());
    let requester = submission.received.requester;
    let mut written = BookLine {
        number: line.number,
        date: in_vietnam(from_unix_ms(line.reserved_ms)).date(),
        requester: requester.full_name.unwrap_or_default(),
        personal_id: requester.personal_id.as_str().to_owned(),
        kind: None,
        certifier: None,
        pages,
        copies: 0,
        fee_vnd: 0,
        note: String::new(),
    };
    match line.state {
        NumberState::Reserved => OPEN.clone_into(&mut written.note),
        NumberState::Void(reason) => written.note = format!("hủy: {reason}"),
        NumberState::Issued(copies) => {
            let first = copies.first().ok_or(ErrorCode::Internal)?;
            let copy = store.copy(first).await?.ok_or(ErrorCode::NotFound)?;
            (written.kind, written.certifier) = (Some(copy.kind), Some(copy.certifier));
            written.copies = u32::try_from(copies.len()).map_err(|_| ErrorCode::Internal)?;
            written.fee_vnd = fees.of(pages).saturating_mul(written.copies.into());
            written.note = changes(store, &copies).await?;
        }
    }
    Ok(written)
}

/// What became of copies under one number: `thu hồi bản 2; thay thế bản 3`.
async fn changes(store: &dyn Store, copies: &[CopyId]) -> Result<String, Failure> {
    let mut notes = Vec::new();
    for (place, copy) in (1..).zip(copies) {
        if let Some(change) = store.status_change(copy).await? {
            let what = if change.change == Change::Revoked { "thu hồi" } else { "thay thế" };
            let day = printed(in_vietnam(from_unix_ms(change.changed_ms)).date());
            notes.push(format!("{what} bản {place} ngày {day}"));
        }
    }
    Ok(notes.join("; "))
}

/// Closes a year of an agency's register, confirmed by `certifier`: totals are fixed and no number is given in it any more.
/// A year that was closed before gives its first closing.
///
/// # Errors
/// `WRONG_STATE` before the year is over, or while a copy of it is still being made; else as [`book`].
pub async fn close(
    store: &dyn Store,
    agency: &str,
    year: i32,
    fees: Fees,
    certifier: &str,
    now: OffsetDateTime,
) -> Result<Closing, Failure> {
    if year >= in_vietnam(now).year() {
        return Err(ErrorCode::WrongState.into());
    }
    let totals = book(store, agency, year, fees).await?.totals();
    let count = |numbers: usize| u32::try_from(numbers).map_err(|_| Failure::from(ErrorCode::Internal));
    let closing = Closing {
        certifier: certifier.to_owned(),
        last_number: totals.last_number,
        issued: count(totals.issued)?,
        void: count(totals.void)?,
        fee_vnd: totals.fee_vnd,
        closed_ms: unix_ms(now),
    };
    Ok(store.close_year(agency, year, &closing).await?)
}

const HEADS: [(&str, f32); 11] = [
    ("Số", 12.0),
    ("Quyển số", 24.0),
    ("Ngày", 20.0),
    ("Người yêu cầu", 42.0),
    ("Số định danh", 26.0),
    ("Tên giấy tờ", 36.0),
    ("Người chứng thực", 34.0),
    ("Số trang", 12.0),
    ("Số bản", 12.0),
    ("Lệ phí (đồng)", 18.0),
    ("Ghi chú", 26.0),
];

impl Book {
    /// What the lines come to.
    pub fn totals(&self) -> Totals {
        let issued = self.lines.iter().filter(|line| line.copies > 0).count();
        let open = self.lines.iter().filter(|line| line.note == OPEN).count();
        Totals {
            last_number: self.lines.last().map_or(0, |line| line.number.number),
            issued,
            void: self.lines.len().saturating_sub(issued).saturating_sub(open),
            open,
            fee_vnd: self.lines.iter().fold(0, |sum, line| sum.saturating_add(line.fee_vnd)),
        }
    }

    /// The book as CSV (RFC 4180) in UTF-8 with a mark at the start, so that spreadsheets read Vietnamese; `paper` names a kind of
    /// paper and `certifier` a certifier. The last row holds the totals.
    pub fn to_csv(&self, paper: impl Fn(&Kind) -> String, certifier: impl Fn(&str) -> String) -> String {
        let mut csv = String::from("\u{feff}");
        row(&mut csv, &HEADS.map(|(head, _)| head.to_owned()));
        for cells in self.cells(paper, certifier) {
            row(&mut csv, &cells);
        }
        let totals = self.totals();
        let mut last: [String; 11] = Default::default();
        last[3] = totals.sentence();
        last[8] = self.lines.iter().fold(0_u32, |sum, line| sum.saturating_add(line.copies)).to_string();
        last[9] = totals.fee_vnd.to_string();
        row(&mut csv, &last);
        csv
    }

    /// The book for print, with its totals and, once it is closed, the closing; `agency` as printed, other names as for
    /// [`Book::to_csv`].
    pub fn to_content(
        &self,
        (agency, year): (&str, i32),
        closing: Option<&Closing>,
        paper: impl Fn(&Kind) -> String,
        certifier: impl Fn(&str) -> String,
        now: OffsetDateTime,
    ) -> BookContent {
        let totals = self.totals();
        let mut below = vec![format!("{}; lệ phí {} đồng.", totals.sentence(), totals.fee_vnd)];
        below.push(match closing {
            None => "Sổ chưa khóa.".to_owned(),
            Some(closed) => {
                let day = in_vietnam(from_unix_ms(closed.closed_ms)).date();
                let (last, issued, void, fee) = (closed.last_number, closed.issued, closed.void, closed.fee_vnd);
                let sums = format!("số cuối {last:02}, {issued} đã cấp, {void} hủy, lệ phí {fee} đồng");
                format!("Sổ khóa ngày {}: {sums}. Người xác nhận: {}.", printed(day), certifier(&closed.certifier))
            }
        });
        BookContent {
            title: "SỔ CHỨNG THỰC BẢN SAO TỪ BẢN CHÍNH".to_owned(),
            subtitle: format!("{agency}, năm {year}"),
            columns: HEADS.map(|(head, width)| (head.to_owned(), width)).to_vec(),
            rows: self.cells(paper, certifier).map(|cells| cells.to_vec()).collect(),
            closing: below,
            created_at: now,
            document_id: format!("{agency}/{year}/{}", unix_ms(now)).into_bytes(),
        }
    }

    fn cells(&self, paper: impl Fn(&Kind) -> String, certifier: impl Fn(&str) -> String) -> impl Iterator<Item = [String; 11]> {
        self.lines.iter().map(move |line| {
            [
                line.number.number_text(),
                line.number.book_no(),
                printed(line.date),
                line.requester.clone(),
                line.personal_id.clone(),
                line.kind.as_ref().map(&paper).unwrap_or_default(),
                line.certifier.as_deref().map(&certifier).unwrap_or_default(),
                line.pages.to_string(),
                line.copies.to_string(),
                line.fee_vnd.to_string(),
                line.note.clone(),
            ]
        })
    }
}

impl Totals {
    fn sentence(&self) -> String {
        format!("Tổng: {} số, {} đã cấp, {} hủy, {} đang thực hiện", self.last_number, self.issued, self.void, self.open)
    }
}

fn printed(date: Date) -> String {
    format!("{:02}/{:02}/{}", date.day(), u8::from(date.month()), date.year())
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe: names come from outside.
fn row(csv: &mut String, cells: &[String]) {
    let quoted = cells.iter().map(|cell| {
        let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    });
    // Writing to a string does not fail.
    let _written = write!(csv, "{}\r\n", quoted.collect::<Vec<_>>().join(",")).is_ok();
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    fn line(number: u32, copies: u32, note: &str, requester: &str) -> BookLine {
        BookLine {
            number: CertificationNo { agency: "a".into(), year: 2026, book: 1, number, symbol: "SCT/BS".into() },
            date: date!(2026 - 11 - 05),
            requester: requester.into(),
            personal_id: "001324941815".into(),
            kind: Kind::new("birth_certificate").filter(|_| copies > 0),
            certifier: (copies > 0).then(|| "an".to_owned()),
            pages: 3,
            copies,
            fee_vnd: Fees::default().of(3) * u64::from(copies),
            note: note.into(),
        }
    }

    #[test]
    fn a_printed_book_holds_every_line_on_as_many_pages_as_it_takes() {
        use crate::certify::compose::{FontPaths, Fonts, compose_book};
        let long = "Nguyễn Thị Ánh Tuyết Phượng ".repeat(8);
        let mut lines: Vec<BookLine> = (1..=60).map(|number| line(number, 1, "", "Lê Thị Thử ☃")).collect();
        lines.push(line(61, 0, "hủy: không lập được", &long));
        let book = Book { lines };
        let closing =
            Closing { certifier: "an".into(), last_number: 61, issued: 60, void: 1, fee_vnd: 300_000, closed_ms: 1_798_736_400_000 };
        let content = |closing| {
            let now = time::macros::datetime!(2027-01-04 01:00 UTC);
            book.to_content(("UBND phường Ba Đình", 2026), closing, |_| "Giấy khai sinh".into(), |_| "Nguyễn Văn An".into(), now)
        };
        let fonts = Fonts::load(&FontPaths::default()).unwrap();
        let pdf = compose_book(&content(Some(&closing)), &fonts).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.pdf");
        std::fs::write(&path, &pdf).unwrap();
        let said = |program: &str, arguments: &[&str]| {
            let output =
                std::process::Command::new(program).args(arguments).arg(&path).args((program == "pdftotext").then_some("-")).output();
            let output = output.unwrap();
            assert!(output.status.success(), "{program}");
            // Poppler writes the names of headings as they are stored.
            String::from_utf8_lossy(&output.stdout).into_owned()
        };
        said("qpdf", &["--check"]);
        let metadata = said("pdfinfo", &["-meta"]);
        assert!(metadata.contains("<pdfaid:conformance>U<") && metadata.contains("<pdfuaid:part>1<"), "{metadata}");
        assert_eq!(crate::certify::check_archival(&pdf), Ok(()));
        let about = said("pdfinfo", &[]);
        assert!(about.contains("SỔ CHỨNG THỰC") && about.contains("Tagged:          yes"), "{about}");
        let json = said("qpdf", &["--json", "--json-key=outlines", "--json-key=pages"]);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let bookmarks: Vec<&str> = json["outlines"].as_array().unwrap().iter().map(|one| one["title"].as_str().unwrap()).collect();
        let pages = json["pages"].as_array().unwrap().len();
        assert_eq!(bookmarks, (1..=pages).map(|page| format!("Trang {page}")).collect::<Vec<_>>());
        let structure = said("pdfinfo", &["-struct-text"]);
        let count = |kind: &str| structure.lines().filter(|line| line.trim_start().starts_with(kind)).count();
        assert_eq!((count("H1"), count("Table"), count("TR"), count("TH"), count("P")), (1, 1, 62, 11, 3), "{structure}");
        let text = said("pdftotext", &["-layout"]);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.matches("Quyển số").count() >= 3, "the head is on every page");
        assert_eq!(text.matches("1/2026-SCT/BS").count(), 61);
        assert_eq!(text.matches("Trang ").count(), text.matches("Quyển số").count());
        for part in ["hủy: không", "60 đã cấp, 1 hủy", "Sổ khóa ngày 01/01/2027", "lệ phí 300000 đồng", "Lê Thị Thử ?"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(compose_book(&content(Some(&closing)), &fonts).unwrap(), pdf);
        assert!(content(None).closing[1].contains("chưa khóa"));
    }

    #[test]
    fn a_book_shows_every_number_and_its_totals_and_runs_no_formula() {
        let book = Book {
            lines: vec![line(1, 2, "", "=HYPERLINK(\"x\")"), line(2, 0, "hủy: không lập được", "Lê A"), line(3, 0, OPEN, "Lê B")],
        };
        assert_eq!(book.totals(), Totals { last_number: 3, issued: 1, void: 1, open: 1, fee_vnd: 10_000 });
        let csv = book.to_csv(|_| "Giấy khai sinh".into(), |_| "Nguyễn Văn An".into());
        let rows: Vec<&str> = csv.trim_end().split("\r\n").collect();
        assert_eq!(rows.len(), 5);
        assert!(rows[0].starts_with("\u{feff}\"Số\",\"Quyển số\""), "{csv}");
        let first = "\"01\",\"1/2026-SCT/BS\",\"05/11/2026\",\"'=HYPERLINK(\"\"x\"\")\",\"001324941815\",\"Giấy khai sinh\",\"Nguyễn Văn An\",\"3\",\"2\",\"10000\",\"\"";
        assert_eq!(rows[1], first);
        assert!(rows[2].ends_with("\"3\",\"0\",\"0\",\"hủy: không lập được\""), "{csv}");
        assert!(rows[4].contains("Tổng: 3 số, 1 đã cấp, 1 hủy, 1 đang thực hiện"), "{csv}");
        assert!(rows[4].ends_with("\"2\",\"10000\",\"\""), "copies and fees: {csv}");
    }
}
