//! A form given as data: heading, title, lines of labelled values, signer. What a new kind of paper is drawn with, so
//! that adding one takes no drawing of its own.

use super::common::{nation, numbered, sheet, signer};
use super::{A4, Press};
use crate::canvas::{Canvas, Ink, Pen};
use crate::error::Result;
use crate::fonts::Face;
use crate::ornament::emblem;

/// What is printed, top to bottom.
#[derive(Debug, Clone, Copy)]
pub struct Plain<'a> {
    /// Title in capitals.
    pub title: &'a str,
    /// Label and field of the number under the title.
    pub number: (&'a str, &'a str),
    /// Lines: each a list of label, field and where on the line it starts (0 to 1). An empty line is a gap.
    pub lines: &'a [&'a [(&'a str, &'a str, f32)]],
    /// Words above the signer's title.
    pub signer: &'a str,
}

/// Draws it on one A4 page.
///
/// # Errors
/// As the canvas.
pub fn plain<'a>(press: &Press<'a>, form: &Plain<'_>) -> Result<Canvas<'a>> {
    let mut page = press.page(A4, 1)?;
    press.look.blank.print(&mut page);
    nation(&mut page, 105.0, 28.5, 13.0)?;
    emblem(&mut page, (105.0, 48.0), 9.0);
    page.centred(Pen::new(Face::Bold, 20.0, Ink::RED), 105.0, 71.0, form.title)?;
    numbered(&mut page, press, 105.0, 79.5, form.number.0, form.number.1)?;
    let mut rows = sheet(&mut page, press, (24.5, 186.0), 89.0, 7.35);
    for line in form.lines {
        if line.is_empty() {
            rows.gap(1.6);
        } else if let [(label, id, _)] = line {
            rows.field(label, id)?;
        } else {
            rows.fields(line)?;
        }
    }
    let foot = (rows.y + 3.0).clamp(200.0, 243.5);
    signer(&mut page, press, 139.0, foot, &[form.signer])?;
    Ok(page)
}
