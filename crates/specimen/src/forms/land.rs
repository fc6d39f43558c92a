//! The land certificate of 2024: two pages of A4, QR top right, serial bottom left; and the parcel map.

use super::common::{dated, nation, sheet, signer, title};
use super::{A4, Press};
use crate::canvas::{Canvas, Ink, Pen};
use crate::error::Result;
use crate::facts::Facts;
use crate::fonts::Face;
use crate::ornament::{Border, emblem, qr};
use crate::records::land_qr;
use crate::rng::Rng;
use crate::sheet::{Sheet, write};

/// Both pages.
pub(super) fn current<'a>(press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    Ok(vec![front(press)?, back(press)?])
}

/// Each holder's name, year and number on one line, as three fields.
pub(super) fn holders(rows: &mut Sheet<'_, '_>, card: &str) -> Result<()> {
    for role in ["holder", "holder2", "holder3"] {
        let facts = rows.facts;
        let get = |key: &str| facts.get(&format!("{role}.{key}"));
        if get("full_name").is_empty() {
            break;
        }
        let (left, y, label) = (rows.left + 3.0, rows.y, rows.label);
        let mut at = left + rows.canvas.text(label, left, y, &format!("{}:", facts.get(&format!("_{role}.title"))))? + 2.0;
        for (before, key) in [("", "full_name"), (", năm sinh: ", "birth_year"), (card, "personal_id")] {
            at += rows.canvas.text(rows.fill.pen, at, y, before)?;
            write(rows.canvas, rows.fill, &format!("{role}.{key}"), at, y, get(key))?;
            at += rows.canvas.width(rows.fill.pen, get(key))?;
        }
        rows.y += rows.pitch;
    }
    Ok(())
}

fn front<'a>(press: &Press<'a>) -> Result<Canvas<'a>> {
    let mut page = press.page(A4, 1)?;
    press.look.blank.print(&mut page);
    emblem(&mut page, (31.5, 35.5), 9.6);
    nation(&mut page, 103.0, 28.5, 12.5)?;
    title(&mut page, press, 105.0, 52.0, Pen::new(Face::Bold, 23.0, Ink::RED), "GIẤY CHỨNG NHẬN")?;
    let under = Pen::new(Face::Bold, 13.5, Ink::RED);
    page.centred(under, 105.0, 60.5, "QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT")?;
    let facts = &press.record.facts;
    let serial = press.look.qr_serial.as_deref().unwrap_or(facts.get("land_serial_no"));
    let text = land_qr(&mut Rng::new(press.seed), facts, serial);
    qr(&mut page, (170.0, 22.0), 20.0, &text)?;
    let mut rows = sheet(&mut page, press, (21.5, 188.0), 71.0, 7.3);
    rows.field("Mã Giấy chứng nhận:", "land_certificate_code")?;
    rows.gap(2.0);
    rows.heading("1. Người sử dụng đất, chủ sở hữu tài sản gắn liền với đất:")?;
    holders(&mut rows, ", Căn cước số: ")?;
    rows.left += 3.0;
    rows.field("Địa chỉ:", "holder.address")?;
    rows.left -= 3.0;
    rows.heading("2. Thông tin thửa đất:")?;
    rows.left += 3.0;
    rows.fields(&[("a) Thửa đất số:", "parcel_no", 0.0), ("; Tờ bản đồ số:", "map_sheet_no", 0.48)])?;
    rows.field("b) Diện tích:", "area")?;
    rows.field("c) Loại đất:", "land_use_type")?;
    rows.field("d) Thời hạn sử dụng đất:", "term")?;
    rows.field("đ) Hình thức sử dụng đất:", "tenure_form")?;
    rows.field("e) Địa chỉ:", "parcel_address")?;
    rows.field("g) Nguồn gốc sử dụng đất:", "origin")?;
    rows.left -= 3.0;
    let (left, y) = (rows.left, rows.y);
    let pen = Pen { face: Face::Bold, ..rows.label };
    let width = rows.canvas.text(pen, left, y, "3. Thông tin tài sản gắn liền với đất:")?;
    write(rows.canvas, press.look.fill, "", left + width + 4.0, y, "-/-")?;
    let foot = (y + 14.0).clamp(192.0, 238.0);
    dated(&mut page, press, 143.0, foot)?;
    signer(&mut page, press, 143.0, foot + 6.5, &[&press.record.office.line()])?;
    let note = Pen::new(Face::Italic, 9.5, Ink::BLACK);
    page.text(note, 22.0, 261.0, "Thông tin chi tiết được thể hiện tại mã QR")?;
    serial_print(&mut page, facts, 27.0, 272.0)?;
    Ok(page)
}

/// The serial in red at the foot.
pub(super) fn serial_print(page: &mut Canvas<'_>, facts: &Facts, x: f32, y: f32) -> Result<()> {
    let fill = crate::sheet::Fill { pen: Pen::new(Face::Bold, 15.5, Ink::RED), unsteady: 0.0 };
    write(page, fill, "land_serial_no", x, y, facts.get("land_serial_no"))
}

fn back<'a>(press: &Press<'a>) -> Result<Canvas<'a>> {
    let mut page = press.page(A4, 2)?;
    let blank = crate::ornament::Blank { border: Border::Lines, drum: None, ..press.look.blank };
    blank.print(&mut page);
    let bold = Pen::new(Face::Bold, 12.0, Ink::BLACK);
    let facts = &press.record.facts;
    page.text(bold, 21.5, 24.0, "4. Sơ đồ thửa đất, tài sản gắn liền với đất:")?;
    parcel_map(&mut page, facts, (105.0, 85.0))?;
    page.text(bold, 21.5, 151.0, "5. Ghi chú:")?;
    page.text(bold, 21.5, 165.0, "6. Những thay đổi sau khi cấp Giấy chứng nhận:")?;
    changes_table(&mut page, (17.5, 171.0), (175.0, 93.0))?;
    let pen = Pen::new(Face::Regular, 12.0, Ink::BLACK);
    let at = 21.5 + page.text(pen, 21.5, 277.0, "Số vào sổ cấp Giấy chứng nhận:")? + 2.0;
    write(&mut page, press.look.fill, "land_register_no", at, 277.0, facts.get("land_register_no"))?;
    Ok(page)
}

/// An empty table of later changes.
pub(super) fn changes_table(page: &mut Canvas<'_>, (x, y): (f32, f32), (width, height): (f32, f32)) -> Result<()> {
    let split = x + width * 0.62;
    page.frame(x, y, width, height, 0.3, Ink::BLACK);
    page.line((x, y + 10.0), (x + width, y + 10.0), 0.3, Ink::BLACK);
    page.line((split, y), (split, y + height), 0.3, Ink::BLACK);
    let pen = Pen::new(Face::Bold, 10.8, Ink::BLACK);
    page.centred(pen, (x + split) / 2.0, y + 6.4, "Nội dung thay đổi và cơ sở pháp lý")?;
    let small = Pen { points: 9.8, ..pen };
    page.centred(small, (split + x + width) / 2.0, y + 4.6, "Xác nhận của cơ quan")?;
    page.centred(small, (split + x + width) / 2.0, y + 8.8, "có thẩm quyền")?;
    Ok(())
}

/// A quadrilateral with corner numbers, side lengths, north arrow and scale, around `centre`.
pub(super) fn parcel_map(page: &mut Canvas<'_>, facts: &Facts, centre: (f32, f32)) -> Result<()> {
    let mut corner = |sx: f32, sy: f32| (centre.0 + sx * page.rng.between(34.0, 46.0), centre.1 + sy * page.rng.between(24.0, 36.0));
    let corners = [corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)];
    let italic = Pen::new(Face::Italic, 9.0, Ink::BLACK);
    let cross = |i: usize| corners[i].0 * corners[(i + 1) % 4].1 - corners[(i + 1) % 4].0 * corners[i].1;
    let drawn = (0..4).map(cross).sum::<f32>().abs() / 2.0;
    let area = facts.get("area").trim_end_matches(" m²");
    let metres = (area.replace(',', ".").parse().unwrap_or(drawn) / drawn).sqrt();
    for i in 0..4 {
        let (a, b) = (corners[i], corners[(i + 1) % 4]);
        page.line(a, b, 0.35, Ink::BLACK);
        page.disc(a, 0.7, Ink::BLACK);
        let out = (a.0 + (a.0 - centre.0) * 0.24, a.1 + (a.1 - centre.1) * 0.24);
        page.line(a, out, 0.2, Ink::BLACK);
        page.text(italic, a.0 + 1.4, a.1 + 3.2, &(i + 1).to_string())?;
        let length = ((a.0 - b.0).powi(2) + (a.1 - b.1).powi(2)).sqrt() * metres;
        let middle = ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
        let aside = (
            middle.0 + (middle.0 - centre.0).signum() * if i % 2 == 1 { 6.5 } else { 0.0 },
            middle.1
                + if i == 0 {
                    -1.5
                } else if i == 2 {
                    4.5
                } else {
                    0.0
                },
        );
        page.centred(italic, aside.0, aside.1, &format!("{length:.2}").replace('.', ","))?;
    }
    page.centred(Pen::new(Face::Bold, 12.5, Ink::BLACK), centre.0, centre.1 - 2.0, facts.get("parcel_no"))?;
    page.line((centre.0 - 9.0, centre.1), (centre.0 + 9.0, centre.1), 0.25, Ink::BLACK);
    page.centred(Pen::new(Face::Regular, 11.5, Ink::BLACK), centre.0, centre.1 + 5.0, area)?;
    let (nx, ny) = (centre.0 + 48.0, centre.1 - 50.0);
    page.polygon(&[(nx, ny), (nx + 2.6, ny + 9.0), (nx - 2.6, ny + 9.0)], Ink::BLACK);
    page.centred(Pen::new(Face::Bold, 11.0, Ink::BLACK), nx, ny - 1.2, "B")?;
    page.centred(
        Pen::new(Face::Italic, 10.5, Ink::BLACK),
        centre.0,
        centre.1 + 54.0,
        if metres > 0.35 { "Tỷ lệ 1/500" } else { "Tỷ lệ 1/200" },
    )?;
    Ok(())
}
