//! GIẤY CHỨNG NHẬN KẾT HÔN: landscape since 2016 (wife left), portrait before (husband first), and the extract.

use super::birth::old_head;
use super::common::{BOLD, nation, numbered, sheet, signer, title};
use super::{A4, A4_ACROSS, Press};
use crate::canvas::{Canvas, Ink, Pen};
use crate::error::Result;
use crate::fonts::Face;
use crate::ornament::{emblem, sign};
use crate::people::spelled;
use crate::sheet::{Fill, Sheet, write};

/// The form since 2016.
pub(super) fn current<'a>(press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    let mut page = press.page(A4_ACROSS, 1)?;
    press.look.blank.print(&mut page);
    nation(&mut page, 148.5, 25.0, 12.5)?;
    emblem(&mut page, (148.5, 42.0), 7.4);
    title(&mut page, press, 148.5, 61.5, Pen::new(Face::Bold, 22.0, Ink::RED), "GIẤY CHỨNG NHẬN KẾT HÔN")?;
    numbered(&mut page, press, 148.5, 69.0, "Số:", "registration_no")?;
    let mut low = 0.0_f32;
    for (role, label, x) in [("wife", "vợ:", 24.5), ("husband", "chồng:", 153.0)] {
        let mut rows = sheet(&mut page, press, (x, x + 121.0), 79.0, 7.7);
        column(&mut rows, role, label)?;
        low = low.max(rows.y);
    }
    let mut rows = sheet(&mut page, press, (24.5, 274.0), low + 1.0, 7.7);
    rows.field("Nơi đăng ký kết hôn:", "registration_place")?;
    rows.field("Ngày, tháng, năm đăng ký:", "registration_date")?;
    let foot = (rows.y + 1.5).clamp(146.0, 158.0);
    spouses(&mut page, press, foot, [("Vợ", "wife", 62.0), ("Chồng", "husband", 130.0)], true)?;
    signer(&mut page, press, 218.0, foot, &["NGƯỜI KÝ GIẤY CHỨNG NHẬN KẾT HÔN"])?;
    Ok(vec![page])
}

fn column(rows: &mut Sheet<'_, '_>, role: &str, label: &str) -> Result<()> {
    let id = |key: &str| format!("{role}.{key}");
    rows.field(&format!("Họ, chữ đệm, tên {label}"), &id("full_name"))?;
    rows.field("Ngày, tháng, năm sinh:", &id("birth_date"))?;
    rows.fields(&[("Dân tộc:", &id("ethnicity"), 0.0), ("Quốc tịch:", &id("nationality"), 0.46)])?;
    rows.field("Nơi cư trú:", &id("residence"))?;
    rows.field("Giấy tờ tùy thân:", &id("identity_document"))
}

fn spouses(page: &mut Canvas<'_>, press: &Press<'_>, y: f32, sides: [(&str, &str, f32); 2], note: bool) -> Result<()> {
    for (label, role, x) in sides {
        page.centred(BOLD, x, y, label)?;
        if note {
            let pen = Pen::new(Face::Italic, 9.0, Ink::BLACK);
            page.centred(pen, x, y + 5.0, "(Ký, ghi rõ họ, chữ đệm, tên)")?;
        }
        let ink = Ink(30, 46, page.rng.int(110, 160) as u8, 255);
        sign(page, (x, y + 19.0), 17.0, ink);
        let name = press.record.facts.get(&format!("{role}.full_name")).to_owned();
        let fill = Fill { pen: Pen { ink, ..Fill::CURSIVE.pen }, ..Fill::CURSIVE };
        let half = page.width(fill.pen, &name)? / 2.0;
        write(page, fill, "", x - half, y + 29.5, &name)?;
    }
    Ok(())
}

/// The portrait form before 2016.
pub(super) fn older<'a>(press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    let mut page = press.page(A4, 1)?;
    press.look.blank.print(&mut page);
    old_head(&mut page, press, "Mẫu TP/HT-2010-KH.1")?;
    title(&mut page, press, 105.0, 70.0, Pen::new(Face::Bold, 21.0, Ink::RED), "GIẤY CHỨNG NHẬN KẾT HÔN")?;
    let facts = &press.record.facts;
    let mut rows = sheet(&mut page, press, (21.5, 189.5), 83.0, 8.1);
    for (role, label) in [("husband", "chồng:"), ("wife", "vợ:")] {
        let id = |key: &str| format!("{role}.{key}");
        rows.field(&format!("Họ và tên {label}"), &id("full_name"))?;
        rows.field("Ngày, tháng, năm sinh:", &id("birth_date"))?;
        rows.fields(&[("Dân tộc:", &id("ethnicity"), 0.0), ("Quốc tịch:", &id("nationality"), 0.47)])?;
        rows.field("Nơi thường trú/tạm trú:", &id("residence"))?;
        rows.field("Số Giấy CMND/Hộ chiếu/Giấy tờ hợp lệ thay thế:", &id("identity_document"))?;
        rows.gap(2.4);
    }
    rows.field("Nơi đăng ký:", "registration_place")?;
    rows.shown("Ngày, tháng, năm đăng ký:", "registration_date", spelled(facts.get("registration_date")))?;
    rows.shown("Giấy chứng nhận kết hôn này có giá trị kể từ", "", "ngày đăng ký".to_owned())?;
    let foot = (rows.y + 4.0).clamp(206.0, 238.0);
    spouses(&mut page, press, foot, [("Chồng", "husband", 44.0), ("Vợ", "wife", 92.0)], false)?;
    signer(&mut page, press, 152.0, foot, &["TM. ỦY BAN NHÂN DÂN"])?;
    Ok(vec![page])
}

/// TRÍCH LỤC KẾT HÔN (BẢN SAO).
pub(super) fn extract<'a>(press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    let mut page = press.page(A4, 1)?;
    press.look.blank.print(&mut page);
    super::death::extract_head(&mut page, press, "TRÍCH LỤC KẾT HÔN")?;
    let mut rows = sheet(&mut page, press, (28.0, 187.0), 82.0, 8.1);
    for (role, label) in [("wife", "vợ:"), ("husband", "chồng:")] {
        column(&mut rows, role, label)?;
        rows.gap(2.4);
    }
    rows.field("Nơi đăng ký kết hôn:", "registration_place")?;
    rows.field("Ngày, tháng, năm đăng ký:", "registration_date")?;
    rows.shown("Ghi chú:", "", "Không".to_owned())?;
    rows.shown("Thực hiện trích lục từ:", "", "Cơ sở dữ liệu hộ tịch điện tử".to_owned())?;
    let foot = (rows.y + 6.0).clamp(220.0, 244.0);
    signer(&mut page, press, 139.0, foot, &["NGƯỜI KÝ TRÍCH LỤC"])?;
    Ok(vec![page])
}
