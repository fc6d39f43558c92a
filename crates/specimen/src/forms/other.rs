//! Papers that are none of the four kinds: they must never pass for one.

use super::common::{nation, office, sheet, signer, title};
use super::{A4, A4_ACROSS, Press};
use crate::canvas::{Canvas, Ink, Pen};
use crate::error::Result;
use crate::fonts::Face;
use crate::ornament::emblem;
use crate::people::spelled;

/// Which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letter {
    /// GIẤY BÁO TỬ of a health station.
    DeathNotice,
    /// GIẤY CHỨNG SINH of a hospital.
    BirthNotice,
    /// A secondary-school diploma.
    Diploma,
    /// A private letter.
    Private,
    /// A sheet with nothing on it.
    Empty,
}

/// Draws it, with what the record offers.
pub(super) fn letter<'a>(press: &Press<'a>, letter: Letter) -> Result<Vec<Canvas<'a>>> {
    let mut page = press.page(if letter == Letter::Diploma { A4_ACROSS } else { A4 }, 1)?;
    press.look.blank.print(&mut page);
    match letter {
        Letter::DeathNotice => death_notice(&mut page, press)?,
        Letter::BirthNotice => birth_notice(&mut page, press)?,
        Letter::Diploma => diploma(&mut page, press)?,
        Letter::Private => private(&mut page)?,
        Letter::Empty => {}
    }
    Ok(vec![page])
}

const TITLE: Pen = Pen::new(Face::Bold, 20.0, Ink::BLACK);

fn death_notice(page: &mut Canvas<'_>, press: &Press<'_>) -> Result<()> {
    let facts = &press.record.facts;
    office(page, press, 57.0, 26.0, 11.5)?;
    nation(page, 146.0, 26.0, 11.6)?;
    title(page, press, 105.0, 62.0, TITLE, "GIẤY BÁO TỬ")?;
    let mut rows = sheet(page, press, (27.0, 187.0), 80.0, 8.6);
    rows.field("Số:", "death_notice_no")?;
    rows.field("Họ, chữ đệm, tên người chết:", "full_name")?;
    rows.fields(&[("Ngày, tháng, năm sinh:", "birth_date", 0.0), ("Giới tính:", "gender", 0.62)])?;
    rows.field("Nơi cư trú cuối cùng:", "residence")?;
    rows.shown("Đã chết vào lúc:", "death_date", format!("{}, {}", facts.get("death_time"), spelled(facts.get("death_date"))))?;
    rows.field("Nơi chết:", "death_place")?;
    rows.field("Nguyên nhân chết:", "death_cause")?;
    rows.field("Người báo:", "signer_name")?;
    signer(page, press, 142.0, 172.0, &["THỦ TRƯỞNG CƠ SỞ Y TẾ"])
}

fn birth_notice(page: &mut Canvas<'_>, press: &Press<'_>) -> Result<()> {
    let facts = &press.record.facts;
    office(page, press, 57.0, 26.0, 11.5)?;
    nation(page, 146.0, 26.0, 11.6)?;
    title(page, press, 105.0, 62.0, TITLE, "GIẤY CHỨNG SINH")?;
    let mut rows = sheet(page, press, (27.0, 187.0), 80.0, 8.6);
    rows.field("Họ và tên mẹ/Người nuôi dưỡng:", "mother.full_name")?;
    rows.fields(&[("Năm sinh:", "mother.birth_year", 0.0), ("Dân tộc:", "mother.ethnicity", 0.5)])?;
    rows.field("Nơi đăng ký thường trú:", "mother.residence")?;
    rows.shown("Đã sinh con vào lúc:", "birth_date", format!("08 giờ 15 phút, {}", spelled(facts.get("birth_date"))))?;
    rows.field("Tại:", "birth_place")?;
    rows.shown("Số con trong lần sinh này:", "", "01".to_owned())?;
    rows.field("Giới tính của con:", "gender")?;
    rows.shown("Cân nặng (gam):", "", "3150".to_owned())?;
    rows.field("Dự định đặt tên con là:", "full_name")?;
    signer(page, press, 142.0, 182.0, &["THỦ TRƯỞNG CƠ SỞ Y TẾ"])
}

fn diploma(page: &mut Canvas<'_>, press: &Press<'_>) -> Result<()> {
    nation(page, 148.5, 30.0, 12.5)?;
    emblem(page, (148.5, 50.0), 8.0);
    page.centred(Pen::new(Face::Bold, 13.0, Ink::BLACK), 148.5, 69.0, "GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO")?;
    page.centred(Pen::new(Face::Regular, 12.0, Ink::BLACK), 148.5, 76.0, "cấp")?;
    page.centred(Pen::new(Face::Bold, 25.0, Ink::RED), 148.5, 89.0, "BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG")?;
    let mut rows = sheet(page, press, (70.0, 250.0), 106.0, 9.0);
    rows.field("Cho:", "full_name")?;
    rows.field("Ngày sinh:", "birth_date")?;
    rows.field("Nơi sinh:", "birth_place")?;
    rows.fields(&[("Giới tính:", "gender", 0.0), ("Dân tộc:", "ethnicity", 0.5)])?;
    rows.shown("Hội đồng thi:", "", "Trường THPT số 2".to_owned())?;
    signer(page, press, 222.0, 152.0, &["GIÁM ĐỐC"])
}

fn private(page: &mut Canvas<'_>) -> Result<()> {
    let pen = Pen::new(Face::Cursive, 15.0, Ink(34, 44, 110, 255));
    for (i, line) in [
        "Chị Hai thương mến,",
        "Đã lâu em không viết thư cho chị. Ở nhà mọi người vẫn khỏe.",
        "Vụ mùa năm nay được, cả nhà bàn nhau sửa lại mái bếp và cái sân.",
        "Cháu lớn đã vào lớp năm, cháu bé bắt đầu tập đi, cả ngày cười nói.",
        "Khi nào chị về nhớ báo trước để em ra bến đón.",
        "Giấy tờ chị hỏi em vẫn giữ cẩn thận trong tủ của mẹ.",
        "Em gửi chị ít quà quê, chị nhận cho em vui.",
        "Em của chị",
    ]
    .iter()
    .enumerate()
    {
        let x = if i == 7 { 140.0 } else { 26.0 };
        page.text(pen, x, 40.0 + 12.0 * i as f32, line)?;
    }
    Ok(())
}
