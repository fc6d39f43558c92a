//! GIẤY KHAI SINH: the form of 2015/2020, the older ones, and the extract that is always a copy.

use super::common::{BOLD, LABEL, SMALL, nation, numbered, office, sheet, signer, title};
use super::{A4, A4_ACROSS, Press};
use crate::canvas::{Canvas, Ink, Pen};
use crate::error::Result;
use crate::fonts::Face;
use crate::ornament::{emblem, initials};
use crate::people::spelled;
use crate::sheet::{Cell, Fill, write};
use crate::words::capitalised;

const TITLE: Pen = Pen::new(Face::Bold, 26.0, Ink::RED);

/// The form since 2016.
pub(super) fn current<'a>(press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    let mut page = press.page(A4, 1)?;
    press.look.blank.print(&mut page);
    nation(&mut page, 105.0, 28.5, 13.0)?;
    emblem(&mut page, (105.0, 48.0), 9.0);
    title(&mut page, press, 105.0, 71.0, TITLE, "GIẤY KHAI SINH")?;
    let top = if press.look.subtitle.is_some() { 84.5 } else { 79.5 };
    numbered(&mut page, press, 105.0, top, "Số:", "registration_no")?;
    let facts = &press.record.facts;
    let spell = page.rng.chance(0.5);
    let mut rows = sheet(&mut page, press, (24.5, 186.0), top + 8.5, 7.35);
    rows.field("Họ, chữ đệm, tên:", "full_name")?;
    let birth = facts.get("birth_date");
    let birth = if spell { capitalised(&spelled(birth)) } else { birth.to_owned() };
    rows.shown("Ngày, tháng, năm sinh:", "birth_date", birth)?;
    rows.field("Ghi bằng chữ:", "birth_date_words")?;
    rows.fields(&[("Giới tính:", "gender", 0.0), ("Dân tộc:", "ethnicity", 0.31), ("Quốc tịch:", "nationality", 0.63)])?;
    rows.field("Nơi sinh:", "birth_place")?;
    rows.field("Quê quán:", "home_town")?;
    rows.field("Số định danh cá nhân:", "personal_id")?;
    for (label, role) in [("mẹ:", "mother"), ("cha:", "father")] {
        rows.gap(1.6);
        let id = |key: &str| format!("{role}.{key}");
        rows.field(&format!("Họ, chữ đệm, tên người {label}"), &id("full_name"))?;
        rows.fields(&[
            ("Năm sinh:", &id("birth_year"), 0.0),
            ("Dân tộc:", &id("ethnicity"), 0.31),
            ("Quốc tịch:", &id("nationality"), 0.63),
        ])?;
        rows.field("Nơi cư trú:", &id("residence"))?;
    }
    rows.gap(1.6);
    rows.field("Họ, chữ đệm, tên người đi khai sinh:", "declarant.full_name")?;
    rows.field("Giấy tờ tùy thân:", "declarant.identity_document")?;
    rows.field("Nơi đăng ký khai sinh:", "registration_place")?;
    rows.field("Ngày, tháng, năm đăng ký:", "registration_date")?;
    let foot = (rows.y + 3.0).clamp(232.0, 243.5);
    signer(&mut page, press, 139.0, foot, &["NGƯỜI KÝ GIẤY KHAI SINH"])?;
    Ok(vec![page])
}

/// Number, book and the two headings of the forms before 2016.
pub(super) fn old_head(page: &mut Canvas<'_>, press: &Press<'_>, form: &str) -> Result<()> {
    let mark = Pen::new(Face::Italic, 8.0, Ink::BLACK);
    page.text(mark, 157.0, 20.8, form)?;
    office(page, press, 58.0, 28.5, 11.0)?;
    nation(page, 142.0, 28.5, 11.0)?;
    let mut head = sheet(page, press, (146.0, 190.0), 46.5, 6.6);
    head.label = SMALL;
    head.field("Số:", "registration_no")?;
    head.field("Quyển số:", "book_no")
}

/// The portrait form before 2016.
pub(super) fn older<'a>(press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    let mut page = press.page(A4, 1)?;
    press.look.blank.print(&mut page);
    old_head(&mut page, press, "Mẫu TP/HT-2010-KS.1")?;
    title(&mut page, press, 105.0, 66.0, TITLE, "GIẤY KHAI SINH")?;
    if press.look.subtitle.is_none() {
        page.centred(BOLD, 105.0, 72.5, "(BẢN CHÍNH)")?;
    }
    let facts = &press.record.facts;
    let mut rows = sheet(&mut page, press, (21.5, 189.5), 83.0, 7.6);
    rows.fields(&[("Họ và tên:", "full_name", 0.0), ("Giới tính:", "gender", 0.69)])?;
    rows.shown("Ngày, tháng, năm sinh:", "birth_date", capitalised(&spelled(facts.get("birth_date"))))?;
    rows.field("(Bằng chữ):", "birth_date_words")?;
    rows.field("Nơi sinh:", "birth_place")?;
    rows.fields(&[("Dân tộc:", "ethnicity", 0.0), ("Quốc tịch:", "nationality", 0.5)])?;
    rows.field("Quê quán:", "home_town")?;
    for (label, role) in [("cha:", "father"), ("mẹ:", "mother")] {
        let id = |key: &str| format!("{role}.{key}");
        rows.field(&format!("Họ và tên {label}"), &id("full_name"))?;
        rows.fields(&[
            ("Năm sinh:", &id("birth_year"), 0.0),
            ("Dân tộc:", &id("ethnicity"), 0.31),
            ("Quốc tịch:", &id("nationality"), 0.63),
        ])?;
        rows.field("Nơi thường trú/tạm trú:", &id("residence"))?;
    }
    rows.field("Nơi đăng ký:", "registration_place")?;
    rows.shown("Ngày, tháng, năm đăng ký:", "registration_date", spelled(facts.get("registration_date")))?;
    rows.field("Ghi chú:", "remarks")?;
    rows.fields(&[("Họ và tên người đi khai sinh:", "declarant.full_name", 0.0), ("Quan hệ:", "declarant.relation", 0.66)])?;
    let foot = (rows.y + 3.0).clamp(206.0, 240.0);
    clerk(&mut page, (58.0, foot))?;
    signer(&mut page, press, 148.0, foot, &["TM. ỦY BAN NHÂN DÂN"])?;
    Ok(vec![page])
}

/// The clerk's block on the left of the forms before 2016.
pub(super) fn clerk(page: &mut Canvas<'_>, (x, y): (f32, f32)) -> Result<()> {
    page.centred(Pen { points: 11.0, ..BOLD }, x, y, "CÁN BỘ TƯ PHÁP HỘ TỊCH")?;
    let gender = crate::people::Gender::any(&mut page.rng);
    let name = crate::people::Person::any(&mut page.rng, gender, 1980).name;
    initials(page, (x, y + 18.0), Ink(34, 52, 140, 255));
    page.centred(Pen { points: 11.5, ..BOLD }, x, y + 31.0, &name)?;
    Ok(())
}

/// The landscape form with a table of the parents.
pub(super) fn table<'a>(press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    let mut page = press.page(A4_ACROSS, 1)?;
    press.look.blank.print(&mut page);
    let facts = &press.record.facts;
    page.text(Pen::new(Face::Italic, 8.0, Ink::BLACK), 232.0, 22.0, "Mẫu TP/HT-1999-A.3")?;
    office(&mut page, press, 64.0, 27.0, 11.0)?;
    nation(&mut page, 152.0, 27.0, 12.0)?;
    let mut head = sheet(&mut page, press, (232.0, 276.0), 30.0, 6.6);
    head.label = SMALL;
    head.field("Số:", "registration_no")?;
    head.field("Quyển số:", "book_no")?;
    page.centred(TITLE, 148.5, 55.0, "GIẤY KHAI SINH")?;
    page.centred(Pen { face: Face::Italic, ..LABEL }, 148.5, 62.0, "(Bản chính)")?;
    page.frame(21.0, 65.5, 255.0, 44.5, 0.3, Ink::BLACK);
    let mut rows = sheet(&mut page, press, (24.0, 273.0), 73.0, 8.4);
    rows.fields(&[("Họ và tên:", "full_name", 0.0), ("Nam, nữ:", "gender", 0.69)])?;
    rows.fields(&[("Ngày, tháng, năm sinh:", "birth_date", 0.0), ("Bằng chữ:", "birth_date_words", 0.36)])?;
    rows.field("Nơi sinh:", "birth_place")?;
    rows.field("Quê quán:", "home_town")?;
    rows.fields(&[("Dân tộc:", "ethnicity", 0.0), ("Quốc tịch:", "nationality", 0.5)])?;
    parents(&mut page, press)?;
    let mut rows = sheet(&mut page, press, (24.0, 160.0), 158.0, 8.4);
    rows.field("Họ và tên người đi khai:", "declarant.full_name")?;
    rows.field("Nơi đăng ký:", "registration_place")?;
    rows.shown("Ngày đăng ký:", "registration_date", facts.get("registration_date").to_owned())?;
    signer(&mut page, press, 222.0, 156.0, &["TM. UBND"])?;
    Ok(vec![page])
}

fn parents(page: &mut Canvas<'_>, press: &Press<'_>) -> Result<()> {
    let facts = &press.record.facts;
    let (left, top, high) = (21.0, 113.5, 8.4);
    let columns = [left, 68.0, 172.0, 276.0];
    for row in 0..5 {
        let y = top + high * row as f32;
        page.line((left, y), (276.0, y), 0.3, Ink::BLACK);
    }
    for x in columns {
        page.line((x, top), (x, top + high * 4.0), 0.3, Ink::BLACK);
    }
    page.text(Pen { points: 10.5, ..BOLD }, left + 2.0, top + 5.8, "Phần khai về cha, mẹ")?;
    page.centred(BOLD, 120.0, top + 5.8, "NGƯỜI MẸ")?;
    page.centred(BOLD, 224.0, top + 5.8, "NGƯỜI CHA")?;
    for (row, label) in ["Họ và tên", "Năm sinh - Dân tộc", "Nơi thường trú"].iter().enumerate() {
        page.text(SMALL, left + 2.0, top + high * (row + 1) as f32 + 5.8, label)?;
    }
    for (x, role) in [(columns[1] + 2.0, "mother"), (columns[2] + 2.0, "father")] {
        for (row, keys) in [&["full_name"][..], &["birth_year", "ethnicity"], &["residence"]].iter().enumerate() {
            let mut at = x;
            for key in *keys {
                let id = format!("{role}.{key}");
                let value = facts.get(&id);
                let mut fill: Fill = press.look.fill;
                while page.width(fill.pen, value)? > 100.0 && fill.pen.points > 6.0 {
                    fill.pen.points -= 0.25;
                }
                write(page, fill, &id, at, top + high * (row + 1) as f32 + 5.9, value)?;
                at += 30.0;
            }
        }
    }
    Ok(())
}

/// TRÍCH LỤC KHAI SINH (BẢN SAO).
pub(super) fn extract<'a>(press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    let mut page = press.page(A4, 1)?;
    press.look.blank.print(&mut page);
    super::death::extract_head(&mut page, press, "TRÍCH LỤC KHAI SINH")?;
    let facts = &press.record.facts;
    let mut rows = sheet(&mut page, press, (27.0, 186.0), 80.0, 7.5);
    rows.field("Họ, chữ đệm, tên:", "full_name")?;
    rows.shown("Ngày, tháng, năm sinh:", "birth_date", capitalised(&spelled(facts.get("birth_date"))))?;
    rows.field("Ghi bằng chữ:", "birth_date_words")?;
    rows.fields(&[("Giới tính:", "gender", 0.0), ("Dân tộc:", "ethnicity", 0.31), ("Quốc tịch:", "nationality", 0.63)])?;
    rows.field("Nơi sinh:", "birth_place")?;
    rows.field("Quê quán:", "home_town")?;
    rows.field("Số định danh cá nhân:", "personal_id")?;
    rows.field("Họ, chữ đệm, tên người mẹ:", "mother.full_name")?;
    rows.field("Họ, chữ đệm, tên người cha:", "father.full_name")?;
    rows.field("Đăng ký khai sinh tại:", "registration_place")?;
    rows.row(&[
        Cell { label: "Số:", id: "registration_no", value: facts.get("registration_no").to_owned(), from: 0.0, to: 0.4 },
        Cell { label: "ngày", id: "registration_date", value: facts.get("registration_date").to_owned(), from: 0.4, to: 1.0 },
    ])?;
    rows.shown("Ghi chú:", "", "Không".to_owned())?;
    signer(&mut page, press, 139.0, 214.0, &["NGƯỜI KÝ TRÍCH LỤC"])?;
    Ok(vec![page])
}
