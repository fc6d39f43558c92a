//! The land certificate of 2009/2014: one folded sheet, four pages of 190 × 265 mm, barcode on the last.

use super::Press;
use super::common::{dated, nation, sheet, signer, title};
use super::land::{changes_table, holders, parcel_map, serial_print};
use crate::canvas::{Canvas, Ink, Pen};
use crate::error::Result;
use crate::fonts::Face;
use crate::ornament::{Blank, Border, barcode, emblem};
use crate::sheet::{Cell, write};

const SIZE: (f32, f32) = (190.0, 265.0);
const BOLD: Pen = Pen::new(Face::Bold, 12.5, Ink::BLACK);

/// All four pages.
pub(super) fn four_pages<'a>(press: &Press<'a>) -> Result<Vec<Canvas<'a>>> {
    Ok(vec![cover(press)?, parcel(press)?, map(press)?, changes(press)?])
}

fn cover<'a>(press: &Press<'a>) -> Result<Canvas<'a>> {
    let mut page = press.page(SIZE, 1)?;
    press.look.blank.print(&mut page);
    nation(&mut page, 95.0, 28.0, 13.0)?;
    emblem(&mut page, (95.0, 55.0), 12.0);
    title(&mut page, press, 95.0, 89.0, Pen::new(Face::Bold, 24.0, Ink::RED), "GIẤY CHỨNG NHẬN")?;
    let red = Pen::new(Face::Bold, 16.5, Ink::RED);
    page.centred(red, 95.0, 99.5, "QUYỀN SỬ DỤNG ĐẤT")?;
    let small = Pen { points: 12.2, ..red };
    page.centred(small, 95.0, 108.0, "QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT")?;
    page.centred(Pen { points: 12.0, ..BOLD }, 95.0, 123.0, "I. Người sử dụng đất, chủ sở hữu nhà ở và tài sản khác gắn liền với đất")?;
    let facts = &press.record.facts;
    let card = if facts.get("holder.personal_id").len() == 9 { ", CMND số: " } else { ", CCCD số: " };
    let mut rows = sheet(&mut page, press, (23.0, 170.0), 136.0, 8.4);
    holders(&mut rows, card)?;
    rows.left += 3.0;
    rows.field("Địa chỉ thường trú:", "holder.address")?;
    serial_print(&mut page, facts, 132.0, 243.0)?;
    Ok(page)
}

fn parcel<'a>(press: &Press<'a>) -> Result<Canvas<'a>> {
    let mut page = press.page(SIZE, 2)?;
    Blank { border: Border::Lines, ..press.look.blank }.print(&mut page);
    page.centred(Pen { points: 13.0, ..BOLD }, 95.0, 20.5, "II. Thửa đất, nhà ở và tài sản khác gắn liền với đất")?;
    let facts = &press.record.facts;
    let mut rows = sheet(&mut page, press, (18.0, 173.0), 31.5, 7.3);
    rows.heading("1. Thửa đất:")?;
    rows.fields(&[("a) Thửa đất số:", "parcel_no", 0.0), ("tờ bản đồ số:", "map_sheet_no", 0.5)])?;
    rows.field("b) Địa chỉ:", "parcel_address")?;
    let start = rows.canvas.written.len();
    rows.row(&[Cell {
        label: "c) Diện tích:",
        id: "area",
        value: format!("{} (bằng chữ: {})", facts.get("area"), facts.get("area_words")),
        from: 0.0,
        to: 1.0,
    }])?;
    super::death::also(&mut rows, start, "area_words");
    rows.field("d) Hình thức sử dụng:", "tenure_form")?;
    rows.field("đ) Mục đích sử dụng:", "land_use_type")?;
    rows.field("e) Thời hạn sử dụng:", "term")?;
    rows.field("g) Nguồn gốc sử dụng:", "origin")?;
    for label in ["2. Nhà ở:", "3. Công trình xây dựng khác:", "4. Rừng sản xuất là rừng trồng:", "5. Cây lâu năm:", "6. Ghi chú:"]
    {
        let pen = Pen { face: Face::Bold, ..rows.label };
        let (left, y) = (rows.left, rows.y);
        let width = rows.canvas.text(pen, left, y, label)?;
        write(rows.canvas, press.look.fill, "", left + width + 3.0, y, "-/-")?;
        rows.y += rows.pitch;
    }
    let foot = (rows.y + 16.0).clamp(160.0, 206.0);
    dated(&mut page, press, 121.0, foot)?;
    signer(&mut page, press, 121.0, foot + 6.5, &[&format!("TM. {}", press.record.office.line())])?;
    let pen = Pen::new(Face::Regular, 11.5, Ink::BLACK);
    let at = 18.0 + page.text(pen, 18.0, 248.0, "Số vào sổ cấp GCN:")? + 2.0;
    write(&mut page, press.look.fill, "land_register_no", at, 248.0, facts.get("land_register_no"))?;
    Ok(page)
}

fn map<'a>(press: &Press<'a>) -> Result<Canvas<'a>> {
    let mut page = press.page(SIZE, 3)?;
    Blank { border: Border::Lines, ..press.look.blank }.print(&mut page);
    page.centred(Pen { points: 13.0, ..BOLD }, 95.0, 20.5, "III. Sơ đồ thửa đất, nhà ở và tài sản khác gắn liền với đất")?;
    parcel_map(&mut page, &press.record.facts, (93.0, 82.0))?;
    page.centred(Pen { points: 13.0, ..BOLD }, 95.0, 151.5, "IV. Những thay đổi sau khi cấp giấy chứng nhận")?;
    changes_table(&mut page, (15.0, 156.0), (160.0, 92.0))?;
    Ok(page)
}

fn changes<'a>(press: &Press<'a>) -> Result<Canvas<'a>> {
    let mut page = press.page(SIZE, 4)?;
    Blank { drum: None, ..press.look.blank }.print(&mut page);
    changes_table(&mut page, (17.5, 19.0), (155.0, 172.0))?;
    let pen = Pen::new(Face::Italic, 10.5, Ink::BLACK);
    for (i, line) in [
        "Người được cấp Giấy chứng nhận không được sửa chữa, tẩy xóa hoặc bổ sung bất kỳ nội dung",
        "nào trong Giấy chứng nhận; khi bị mất hoặc hư hỏng Giấy chứng nhận phải khai báo ngay với",
        "cơ quan cấp Giấy.",
    ]
    .iter()
    .enumerate()
    {
        page.text(pen, 22.0, 199.0 + 5.0 * i as f32, line)?;
    }
    let digits = page.rng.digits(13);
    barcode(&mut page, (60.0, 219.0), 70.0, 14.0, &digits);
    page.centred(Pen::new(Face::Mono, 9.5, Ink::BLACK), 95.0, 237.5, &digits)?;
    Ok(page)
}
