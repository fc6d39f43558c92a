//! TRÍCH LỤC KHAI TỬ (the original since 2016) in two layouts, and GIẤY CHỨNG TỬ before it.

use super::birth::{clerk, old_head};
use super::common::{BOLD, SMALL, dated, nation, office, sheet, signer, title};
use super::{A4, Press};
use crate::canvas::{Canvas, Ink, Pen, Written};
use crate::error::Result;
use crate::fonts::Face;
use crate::people::spelled;
use crate::sheet::{Cell, Sheet, write};

/// Headings, number and place and date of an extract, and its title.
pub(super) fn extract_head(page: &mut Canvas<'_>, press: &Press<'_>, name: &str) -> Result<()> {
    let facts = &press.record.facts;
    office(page, press, 57.0, 24.0, 12.0)?;
    nation(page, 146.0, 24.0, 11.6)?;
    let number = facts.get("extract_no");
    let width = page.width(SMALL, "Số: ")? + page.width(press.look.fill.pen, number)?;
    let at = 57.0 - width / 2.0;
    let after = at + page.text(SMALL, at, 43.5, "Số: ")?;
    write(page, press.look.fill, "extract_no", after, 43.5, number)?;
    dated(page, press, 146.0, 43.5)?;
    title(page, press, 105.0, 60.5, Pen::new(Face::Bold, 17.5, Ink::BLACK), name)
}

fn person(rows: &mut Sheet<'_, '_>) -> Result<()> {
    rows.field("Họ, chữ đệm, tên:", "full_name")?;
    rows.field("Ngày, tháng, năm sinh:", "birth_date")?;
    rows.fields(&[("Giới tính:", "gender", 0.0), ("Dân tộc:", "ethnicity", 0.31), ("Quốc tịch:", "nationality", 0.63)])
}

fn died(rows: &mut Sheet<'_, '_>) -> Result<()> {
    let time = rows.facts.get("death_time").to_owned();
    let date = spelled(rows.facts.get("death_date"));
    let start = rows.canvas.written.len();
    rows.shown("Đã chết vào lúc:", "death_date", format!("{time}, {date}"))?;
    also(rows, start, "death_time");
    rows.field("Ghi bằng chữ:", "death_date_words")?;
    rows.field("Nơi chết:", "death_place")
}

/// The line written as number `start` holds a second field.
pub(super) fn also(rows: &mut Sheet<'_, '_>, start: usize, id: &str) {
    if let Some(first) = rows.canvas.written.get(start).cloned() {
        rows.canvas.written.push(Written { id: id.to_owned(), ..first });
    }
}

/// The layout with the register's number in the body.
pub(super) fn extract<'a>(press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    let mut page = press.page(A4, 1)?;
    press.look.blank.print(&mut page);
    extract_head(&mut page, press, "TRÍCH LỤC KHAI TỬ")?;
    let facts = &press.record.facts;
    let mut rows = sheet(&mut page, press, (29.0, 187.0), 82.0, 8.2);
    person(&mut rows)?;
    rows.field("Số định danh cá nhân:", "personal_id")?;
    rows.field("Giấy tờ tùy thân:", "identity_document")?;
    died(&mut rows)?;
    rows.field("Đã được đăng ký khai tử tại:", "registration_place")?;
    rows.row(&[
        Cell { label: "Số:", id: "registration_no", value: facts.get("registration_no").to_owned(), from: 0.0, to: 0.38 },
        Cell { label: "ngày", id: "registration_date", value: facts.get("registration_date").to_owned(), from: 0.38, to: 1.0 },
    ])?;
    rows.shown("Ghi chú:", "", String::new())?;
    let foot = (rows.y + 8.0).clamp(205.0, 240.0);
    signer(&mut page, press, 140.0, foot, &["NGƯỜI KÝ TRÍCH LỤC"])?;
    Ok(vec![page])
}

/// The layout with residence, cause and notice of death.
pub(super) fn extract_full<'a>(press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    let mut page = press.page(A4, 1)?;
    press.look.blank.print(&mut page);
    extract_head(&mut page, press, "TRÍCH LỤC KHAI TỬ")?;
    let mut rows = sheet(&mut page, press, (29.0, 187.0), 79.0, 7.9);
    person(&mut rows)?;
    rows.field("Giấy tờ tùy thân:", "identity_document")?;
    rows.field("Nơi cư trú cuối cùng:", "residence")?;
    died(&mut rows)?;
    rows.field("Nguyên nhân chết:", "death_cause")?;
    rows.field("Số Giấy báo tử/Giấy tờ thay thế Giấy báo tử:", "death_notice_no")?;
    rows.fields(&[("do", "death_notice_issuer", 0.0), ("cấp ngày", "death_notice_date", 0.66)])?;
    rows.field("Nơi đăng ký khai tử:", "registration_place")?;
    rows.field("Ngày, tháng, năm đăng ký:", "registration_date")?;
    let foot = (rows.y + 8.0).clamp(210.0, 244.0);
    signer(&mut page, press, 140.0, foot, &["NGƯỜI KÝ TRÍCH LỤC"])?;
    Ok(vec![page])
}

/// GIẤY CHỨNG TỬ.
pub(super) fn certificate<'a>(press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    let mut page = press.page(A4, 1)?;
    press.look.blank.print(&mut page);
    old_head(&mut page, press, "Mẫu TP/HT-2010-KT.1")?;
    title(&mut page, press, 105.0, 67.0, Pen::new(Face::Bold, 24.0, Ink::BLACK), "GIẤY CHỨNG TỬ")?;
    page.centred(BOLD, 105.0, 74.0, "(BẢN CHÍNH)")?;
    let facts = &press.record.facts;
    let mut rows = sheet(&mut page, press, (22.0, 189.0), 86.0, 8.6);
    rows.fields(&[("Họ và tên:", "full_name", 0.0), ("Giới tính:", "gender", 0.69)])?;
    rows.fields(&[("Ngày, tháng, năm sinh:", "birth_date", 0.0), ("Dân tộc:", "ethnicity", 0.43), ("Quốc tịch:", "nationality", 0.71)])?;
    rows.field("Số Giấy CMND/Hộ chiếu:", "identity_document")?;
    rows.field("Nơi thường trú/tạm trú cuối cùng:", "residence")?;
    let at = format!("{}, {}", facts.get("death_time"), spelled(facts.get("death_date")));
    let start = rows.canvas.written.len();
    rows.shown("Đã chết vào lúc:", "death_date", at)?;
    also(&mut rows, start, "death_time");
    rows.field("(Bằng chữ):", "death_date_words")?;
    rows.field("Nơi chết:", "death_place")?;
    rows.field("Nguyên nhân chết:", "death_cause")?;
    rows.fields(&[("Giấy báo tử số:", "death_notice_no", 0.0), ("do", "death_notice_issuer", 0.38)])?;
    rows.field("Nơi đăng ký:", "registration_place")?;
    rows.shown("Ngày, tháng, năm đăng ký:", "registration_date", spelled(facts.get("registration_date")))?;
    rows.field("Họ và tên người đi khai tử:", "declarant.full_name")?;
    let foot = (rows.y + 4.0).clamp(196.0, 240.0);
    clerk(&mut page, (60.0, foot))?;
    signer(&mut page, press, 150.0, foot, &["TM. ỦY BAN NHÂN DÂN"])?;
    Ok(vec![page])
}
