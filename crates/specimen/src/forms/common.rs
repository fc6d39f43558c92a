//! Parts that forms share: the national heading, the office's heading, the signer's block.

use super::Press;
use crate::canvas::{Canvas, Ink, Pen};
use crate::error::Result;
use crate::fonts::Face;
use crate::ornament::{Seal, sign, stamp_text};
use crate::people::spelled;
use crate::sheet::{Fill, Sheet};

pub(super) const LABEL: Pen = Pen::new(Face::Regular, 12.0, Ink::BLACK);
pub(super) const SMALL: Pen = Pen::new(Face::Regular, 11.0, Ink::BLACK);
pub(super) const BOLD: Pen = Pen::new(Face::Bold, 12.0, Ink::BLACK);
pub(super) const SEAL_INK: Ink = Ink(206, 26, 38, 255);

/// `CỘNG HÒA XÃ HỘI …` and the motto with its rule, centred on `x`.
pub(super) fn nation(canvas: &mut Canvas<'_>, x: f32, y: f32, points: f32) -> Result<()> {
    let pen = Pen::new(Face::Bold, points, Ink::BLACK);
    canvas.centred(pen, x, y, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")?;
    let motto = Pen { points: points + 0.8, ..pen };
    let width = canvas.centred(motto, x, y + points * 0.47, "Độc lập - Tự do - Hạnh phúc")?;
    let under = y + points * 0.47 + 1.6;
    canvas.line((x - width / 2.0, under), (x + width / 2.0, under), 0.25, Ink::BLACK);
    Ok(())
}

/// The office at the top left, centred on `x`.
pub(super) fn office(canvas: &mut Canvas<'_>, press: &Press<'_>, x: f32, y: f32, points: f32) -> Result<()> {
    let office = &press.record.office;
    let pen = Pen::new(Face::Bold, points, Ink::BLACK);
    canvas.centred(pen, x, y, &office.head)?;
    canvas.centred(pen, x, y + points * 0.46, &office.body)?;
    let plain = Pen { face: Face::Regular, points: points - 1.0, ..pen };
    let third = y + points * 0.9;
    let width = canvas.centred(plain, x, third, &office.above)?;
    canvas.line((x - width / 4.0, third + 1.5), (x + width / 4.0, third + 1.5), 0.25, Ink::BLACK);
    Ok(())
}

/// A title centred on `x`, red on patterned certificates, and the line under it.
pub(super) fn title(canvas: &mut Canvas<'_>, press: &Press<'_>, x: f32, y: f32, pen: Pen, text: &str) -> Result<()> {
    canvas.centred(pen, x, y, text)?;
    if let Some(subtitle) = press.look.subtitle {
        canvas.centred(BOLD, x, y + 7.0, subtitle)?;
    }
    if let Some(words) = press.look.stamp {
        let points = if words.chars().count() > 10 { 13.0 } else { 22.0 };
        stamp_text(canvas, (52.0, y - 13.0), points, words)?;
    }
    Ok(())
}

/// Lines of office, signature, name and seal, centred on `x`; `y` is the first line.
pub(super) fn signer(canvas: &mut Canvas<'_>, press: &Press<'_>, x: f32, y: f32, heads: &[&str]) -> Result<()> {
    let facts = &press.record.facts;
    let mut at = y;
    for head in heads {
        let width = canvas.centred(BOLD, x, at, head)?;
        if head.ends_with(&press.record.office.line()) {
            canvas.mark("issuer", head, BOLD, (x - width / 2.0, at), width);
        }
        at += 5.6;
    }
    let role = Fill { pen: BOLD, unsteady: 0.0 };
    let half = canvas.width(BOLD, facts.get("signer_title"))? / 2.0;
    crate::sheet::write(canvas, role, "signer_title", x - half, at, facts.get("signer_title"))?;
    if press.look.signer {
        let width = canvas.rng.between(20.0, 29.0);
        let ink = Ink(30, 48, canvas.rng.int(120, 160) as u8, 255);
        sign(canvas, (x + 5.0, at + 18.5), width, ink);
        let half = canvas.width(BOLD, facts.get("signer_name"))? / 2.0;
        crate::sheet::write(canvas, role, "signer_name", x - half, at + 30.5, facts.get("signer_name"))?;
    }
    if press.look.seal {
        let office = &press.record.office;
        let seal = Seal { ring: office.ring.clone(), foot: office.foot.clone(), ink: SEAL_INK };
        let place = (x - 12.0 + canvas.rng.between(-2.5, 2.5), at + 20.5 + canvas.rng.between(-2.0, 2.0));
        seal.press(canvas, place)?;
    }
    Ok(())
}

/// Place and date of issue in italics, centred on `x`.
pub(super) fn dated(canvas: &mut Canvas<'_>, press: &Press<'_>, x: f32, y: f32) -> Result<()> {
    let text = format!("{}, {}", press.record.office.short, spelled(press.record.facts.get("issue_date")));
    let pen = Pen::new(Face::Italic, 12.0, Ink::BLACK);
    let width = canvas.centred(pen, x, y, &text)?;
    canvas.mark("issue_date", &text, pen, (x - width / 2.0, y), width);
    Ok(())
}

/// A column of lines over the width from `left` to `right`.
pub(super) fn sheet<'c, 'f>(canvas: &'c mut Canvas<'f>, press: &Press<'c>, (left, right): (f32, f32), y: f32, pitch: f32) -> Sheet<'c, 'f> {
    let layout = press.look.layout;
    Sheet {
        canvas,
        facts: &press.record.facts,
        left: left + layout.indent_mm,
        right,
        y,
        pitch: pitch * layout.pitch,
        label: Pen { points: LABEL.points * layout.label, ..LABEL },
        fill: press.look.fill,
        leaders: press.look.leaders,
    }
}

/// A value alone, centred on `x`, after a printed label.
pub(super) fn numbered(canvas: &mut Canvas<'_>, press: &Press<'_>, x: f32, y: f32, label: &str, id: &str) -> Result<()> {
    let value = press.record.facts.get(id);
    let fill = press.look.fill;
    let width = canvas.width(SMALL, label)? + 2.0 + canvas.width(fill.pen, value)?;
    let start = x - width / 2.0;
    let after = start + canvas.text(SMALL, start, y, label)? + 2.0;
    crate::sheet::write(canvas, fill, id, after, y, value)
}
