//! A year of a certification register as PDF/A-2u, to be printed, signed and kept: A4 across, the head on every page, every line in
//! full, what it comes to and who closed it below the last line. The same content gives the same bytes.
//!
//! The file is tagged (PDF/UA-1): one table over all pages, whose head is read once, with a bookmark for each page.

use krilla::Document;
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::tagging::{Identifier, TableHeaderScope, Tag, TagGroup, TagKind, TagTree};
use time::OffsetDateTime;

use super::fonts::Face;
use super::structure::{Level, content as read, decoration, element, footer, group, heading};
use super::typeset::{Align, Area, Block, MM, fill_area, grey};
use super::{ComposeError, Fonts, document};
use crate::record::printable;

/// What a book is made of; texts as they are printed.
#[derive(Debug, Clone)]
pub struct BookContent {
    /// The title, also of the file.
    pub title: String,
    /// Below the title: agency, book, year.
    pub subtitle: String,
    /// The columns: head, and width as a part of the sum of all widths.
    pub columns: Vec<(String, f32)>,
    /// The lines, a text for each column.
    pub rows: Vec<Vec<String>>,
    /// Below the last line: totals, and the closing.
    pub closing: Vec<String>,
    /// When it is made.
    pub created_at: OffsetDateTime,
    /// What makes the file's identifiers.
    pub document_id: Vec<u8>,
}

const PAGE: (f32, f32) = (297.0 * MM, 210.0 * MM);
const LEFT: f32 = 20.0 * MM;
const WIDTH: f32 = PAGE.0 - LEFT - 15.0 * MM;
const TOP: f32 = 15.0 * MM;
/// Nothing is written below but the page number.
const FOOT: f32 = 192.0 * MM;
const SIZE: f32 = 9.0;
const LEAST_SIZE: f32 = 5.0;
/// Room for a cell: a longer text is set smaller.
const MOST_CELL: f32 = 40.0 * MM;
const PADDING: f32 = 1.0 * MM;

/// Composes the book.
///
/// # Errors
/// [`ComposeError`] for a text that does not fit in its cell even at the smallest size.
pub fn compose_book(content: &BookContent, fonts: &Fonts) -> Result<Vec<u8>, ComposeError> {
    let widths = widths(content);
    let head = row(&content.columns.iter().map(|(head, _)| head.as_str()).collect::<Vec<_>>(), &widths, &fonts.bold)?;
    let mut rows = Vec::with_capacity(content.rows.len());
    for texts in &content.rows {
        rows.push(row(&texts.iter().map(String::as_str).collect::<Vec<_>>(), &widths, &fonts.regular)?);
    }
    let closing = content.closing.iter().map(|text| text_block(text, WIDTH, &fonts.regular, 11.0)).collect::<Result<Vec<_>, _>>()?;
    let title = text_block(&content.title, WIDTH, &fonts.bold, 14.0)?;
    let subtitle = text_block(&content.subtitle, WIDTH, &fonts.regular, 11.0)?;

    let mut document = document::start_tagged();
    let (mut said, mut table) = (Vec::new(), Vec::new());
    let mut below = Vec::new();
    let mut rows = rows.iter().peekable();
    let mut closing = closing.iter().peekable();
    let mut number = 1;
    while number == 1 || rows.peek().is_some() || closing.peek().is_some() {
        sheet(&mut document, |surface| {
            let mut y = TOP;
            if number == 1 {
                let (foot, drawn) = draw(surface, &title, y, Align::Centre);
                said.push(heading(Level::One, &content.title, drawn));
                let (foot, drawn) = draw(surface, &subtitle, foot + 1.0 * MM, Align::Centre);
                said.push(element(Tag::P, drawn));
                y = foot + 4.0 * MM;
                y = head.draw(surface, y, &widths, || Tag::TH(TableHeaderScope::Column).into(), &mut table);
            } else if rows.peek().is_some() {
                y = head.repeat(surface, y, &widths);
            }
            while let Some(next) = rows.next_if(|next| y + next.height <= FOOT) {
                y = next.draw(surface, y, &widths, || Tag::TD.into(), &mut table);
            }
            y += 4.0 * MM;
            while rows.peek().is_none()
                && let Some(next) = closing.next_if(|next| y + next.height() <= FOOT)
            {
                let (foot, drawn) = draw(surface, next, y, Align::Left);
                below.push(element(Tag::P, drawn));
                y = foot + 1.0 * MM;
            }
            let foot = text_block(&page_name(number), WIDTH, &fonts.regular, SIZE)?;
            footer(surface, |surface| {
                foot.draw(surface, across(FOOT + 4.0 * MM), Align::Centre);
            });
            Ok(())
        })?;
        number += 1;
    }
    said.push(group(Tag::Table, table));
    let mut structure = TagTree::new().with_lang(Some(document::LANGUAGE.to_owned()));
    said.into_iter().chain(below).for_each(|part| structure.push(part));
    document.set_tag_tree(structure);
    document.set_metadata(
        document::metadata(&content.title, content.created_at, &content.document_id)?.description(printable(&content.subtitle)),
    );
    document.set_outline(document::outline((1..number).map(page_name)));
    document::finish(document)
}

fn page_name(number: usize) -> String {
    format!("Trang {number}")
}

/// Draws a text over the width of the page; gives the y of its foot and what was drawn.
fn draw(surface: &mut Surface<'_>, block: &Block<'_>, y: f32, align: Align) -> (f32, Identifier) {
    let mut foot = y;
    let drawn = read(surface, |surface| foot = block.draw(surface, across(y), align));
    (foot, drawn)
}

fn sheet(document: &mut Document, draw: impl FnOnce(&mut Surface<'_>) -> Result<(), ComposeError>) -> Result<(), ComposeError> {
    let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| ComposeError::Pdf("a page has no size".to_owned()))?;
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    surface.set_fill(Some(grey(0)));
    draw(&mut surface)?;
    surface.finish();
    page.finish();
    Ok(())
}

/// A line of the table, set.
struct Row<'a> {
    cells: Vec<Block<'a>>,
    height: f32,
}

fn row<'a>(texts: &[&str], widths: &[f32], face: &'a Face) -> Result<Row<'a>, ComposeError> {
    let cells = texts.iter().zip(widths).map(|(text, width)| text_block(text, width - 2.0 * PADDING, face, SIZE));
    let cells = cells.collect::<Result<Vec<_>, _>>()?;
    let height = cells.iter().map(Block::height).fold(0.0, f32::max) + 2.0 * PADDING;
    Ok(Row { cells, height })
}

impl Row<'_> {
    /// Draws the line and a rule beneath it, and adds it to the table; gives the y of its foot.
    fn draw(&self, surface: &mut Surface<'_>, y: f32, widths: &[f32], tag: impl Fn() -> TagKind, table: &mut Vec<TagGroup>) -> f32 {
        let cells = self.places(y, widths).map(|(cell, area)| match cell.is_empty() {
            true => TagGroup::new(tag()),
            false => element(tag(), read(surface, |surface| _ = cell.draw(surface, area, Align::Left))),
        });
        table.push(group(Tag::TR, cells.collect::<Vec<_>>()));
        self.rule(surface, y)
    }

    /// Draws the line once more, where it is not to be read again.
    fn repeat(&self, surface: &mut Surface<'_>, y: f32, widths: &[f32]) -> f32 {
        decoration(surface, |surface| {
            for (cell, area) in self.places(y, widths) {
                cell.draw(surface, area, Align::Left);
            }
        });
        self.rule(surface, y)
    }

    fn places<'s>(&'s self, y: f32, widths: &'s [f32]) -> impl Iterator<Item = (&'s Block<'s>, Area)> {
        let mut left = LEFT;
        self.cells.iter().zip(widths).map(move |(cell, width)| {
            let area = Area::new(left + PADDING, y + PADDING, width - 2.0 * PADDING, 0.0);
            left += width;
            (cell, area)
        })
    }

    /// Beneath the line; gives the y of its foot.
    fn rule(&self, surface: &mut Surface<'_>, y: f32) -> f32 {
        let foot = y + self.height;
        fill_area(surface, Area::new(LEFT, foot, WIDTH, 0.4), 90);
        foot
    }
}

/// A text of whatever origin: what the face cannot print becomes a question mark, so that one odd name does not keep a whole
/// year from being handed over.
fn text_block<'a>(text: &str, width: f32, face: &'a Face, size: f32) -> Result<Block<'a>, ComposeError> {
    let text: String = printable(text).chars().map(|c| if face.has(c) { c } else { '?' }).collect();
    Block::fit(face, &[text], (width, MOST_CELL), size, LEAST_SIZE)
}

fn widths(content: &BookContent) -> Vec<f32> {
    let sum: f32 = content.columns.iter().map(|(_, part)| part).sum();
    content.columns.iter().map(|(_, part)| WIDTH * part / sum.max(f32::EPSILON)).collect()
}

fn across(top: f32) -> Area {
    Area::new(LEFT, top, WIDTH, 0.0)
}
