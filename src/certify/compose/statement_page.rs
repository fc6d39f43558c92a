//! The certification statement page: A4, one flow from the conversion mark to the QR symbol (domain reference 1.5 and 1.6), read
//! in this order too, though it is set from the foot.

use krilla::Document;
use krilla::action::LinkAction;
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::geom::Rect;
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::tagging::{Identifier, ListNumbering, Node, TableHeaderScope, Tag, TagGroup};

use super::fonts::Fonts;
use super::qr::Symbol;
use super::statement::Values;
use super::structure::{Level, content as read, element, figure, group, heading};
use super::typeset::{Align, Area, Block, MM, fill_area, frame, grey};
use super::{ComposeError, CopyContent};
use crate::record::printable;

const PAGE: (f32, f32) = (210.0 * MM, 297.0 * MM);
const TOP: f32 = 19.0 * MM;
const LEFT: f32 = 25.0 * MM;
const WIDTH: f32 = 165.0 * MM;
/// The signer's column: the right half, as under every Vietnamese act.
const SIGNER_LEFT: f32 = 103.0 * MM;
const SIGNER_WIDTH: f32 = 87.0 * MM;
const SIGNATURE: (f32, f32) = (80.0 * MM, 25.0 * MM);
/// The table of the conversion.
const LABEL_WIDTH: f32 = 50.0 * MM;
const VALUE_WIDTH: f32 = WIDTH - LABEL_WIDTH;
const ROW_GAP: f32 = 1.2 * MM;
/// How high a row may be, millimetres: two lines at the usual size, or less when room is short.
const ROW_HEIGHTS: [f32; 3] = [9.8, 7.0, 5.5];
/// Rule and heading of a section.
const SECTION_HEAD: f32 = 8.6 * MM;
const QR_EDGE: f32 = 56.0 * MM;
/// What the quiet zone reaches into the margin, so that the dark modules stand flush with the text.
const QR_OVERHANG: f32 = 2.2 * MM;
/// Top of the form code.
const FOOT: f32 = 280.0 * MM;
/// Text is never set smaller.
const LEAST_SIZE: f32 = 5.0;

/// Adds the page; gives the rectangle of the certifier's field (left, bottom, right, top) and the page's part of the structure.
pub(super) fn draw(
    document: &mut Document,
    content: &CopyContent,
    symbol: &Symbol,
    fonts: &Fonts,
) -> Result<([f32; 4], TagGroup), ComposeError> {
    let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| ComposeError::Pdf("a page has no size".to_owned()))?;
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    surface.set_fill(Some(grey(0)));
    let values =
        Values { statement: &content.statement, pages: content.pages.len(), created_at: content.created_at, signed_at: content.created_at };
    let mut sheet = Sheet { surface: &mut surface, values, fonts, said: Vec::new() };
    let y = sheet.heading()?;
    let (field, statement_foot) = sheet.signer(y + 9.0 * MM)?;
    let mut said = std::mem::take(&mut sheet.said);
    // The technical part stands at the foot of the page; between it and the statement lies what room remains.
    sheet.foot()?;
    let foot = std::mem::take(&mut sheet.said);
    let (y, symbol_area, picture) = sheet.verification(FOOT - 3.0 * MM, symbol)?;
    let verification = std::mem::take(&mut sheet.said);
    sheet.conversion(y - 5.0 * MM, statement_foot + 3.0 * MM)?;
    said.append(&mut sheet.said);
    said.extend(verification);
    surface.finish();
    let link = page.add_tagged_annotation(link(symbol_area, content)?);
    page.finish();
    let description = format!("Mã QR: {}", content.statement.template.text.verification.heading);
    let picture = figure(description, (content.pages.len(), symbol_area), picture);
    said.push(TagGroup::with_children(Tag::Link, vec![Node::Leaf(link), Node::Group(picture)]));
    said.extend(foot);
    Ok((field, group(Tag::Section, said)))
}

/// The symbol can be clicked: the link holds the text of the QR code, and is where a verifier of the file finds it.
fn link(area: Area, content: &CopyContent) -> Result<Annotation, ComposeError> {
    let rect = Rect::from_xywh(area.left, area.top, area.width, area.height);
    let rect = rect.ok_or_else(|| ComposeError::Pdf("the QR symbol has no size".to_owned()))?;
    let target = Target::Action(LinkAction::new(content.qr_text.clone()).into());
    let heading = content.statement.template.text.verification.heading.clone();
    Ok(Annotation::new_link(LinkAnnotation::new(rect, target), Some(heading)))
}

struct Sheet<'s, 'd, 'a> {
    surface: &'s mut Surface<'d>,
    values: Values<'a>,
    fonts: &'a Fonts,
    /// What was drawn, as it is read.
    said: Vec<TagGroup>,
}

impl<'a> Sheet<'_, '_, 'a> {
    /// Conversion mark, title, number, book and date; gives the y of their foot.
    fn heading(&mut self) -> Result<f32, ComposeError> {
        let text = &self.values.statement.template.text;
        let mark = self.bold(&text.conversion_mark, (WIDTH - 10.0 * MM, 10.0 * MM), 11.0)?;
        let width = mark.width() + 10.0 * MM;
        let area = Area::new(LEFT + (WIDTH - width) / 2.0, TOP, width, mark.height() + 3.6 * MM);
        frame(self.surface, area, 0.8, 0);
        self.say(&mark, Area { top: area.top + 1.5 * MM, ..area }, Align::Centre);

        let title = self.bold(&text.title, (WIDTH, 16.0 * MM), 16.0)?;
        let (y, drawn) = self.draw(&title, across(area.top + area.height + 12.0 * MM), Align::Centre);
        self.said.push(heading(Level::One, &text.title, drawn));
        let rule = 46.0 * MM;
        fill_area(self.surface, Area::new(LEFT + (WIDTH - rule) / 2.0, y + 1.2 * MM, rule, 0.6), 0);

        let y = y + 8.0 * MM;
        let half = (WIDTH / 2.0, 12.0 * MM);
        let number = self.regular(&self.values.fill(&text.number), half, 13.0)?;
        let book = self.regular(&self.values.fill(&text.book), half, 13.0)?;
        let below = self.say(&number, Area::new(LEFT, y, half.0, half.1), Align::Centre);
        let below = below.max(self.say(&book, Area::new(LEFT + half.0, y, half.0, half.1), Align::Centre));
        let date = self.italic(&self.values.fill(&text.date), (WIDTH, 8.0 * MM), 13.0)?;
        Ok(self.say(&date, across(below + 2.0 * MM), Align::Centre))
    }

    /// Who certifies, with the place of the signature between title and name; gives that place and the y of the foot.
    fn signer(&mut self, y: f32) -> Result<([f32; 4], f32), ComposeError> {
        let statement = self.values.statement;
        let column = |top: f32| Area::new(SIGNER_LEFT, top, SIGNER_WIDTH, 0.0);
        let caption = self.bold(&statement.template.text.signer, (SIGNER_WIDTH, 6.0 * MM), 13.0)?;
        let y = self.say(&caption, column(y), Align::Centre);
        let title = printable(&statement.certifier.title).to_uppercase();
        let title = self.regular(&title, (SIGNER_WIDTH, 10.6 * MM), 12.0)?;
        let y = self.say(&title, column(y + 0.5 * MM), Align::Centre);

        let left = SIGNER_LEFT + (SIGNER_WIDTH - SIGNATURE.0) / 2.0;
        let top = y + 2.0 * MM;
        let field = [left, PAGE.1 - top - SIGNATURE.1, left + SIGNATURE.0, PAGE.1 - top];

        let name = self.bold(&printable(&statement.certifier.full_name), (SIGNER_WIDTH, 11.6 * MM), 13.0)?;
        let y = self.say(&name, column(top + SIGNATURE.1 + 1.5 * MM), Align::Centre);
        let agency = self.regular(&printable(&statement.agency.name), (SIGNER_WIDTH, 10.6 * MM), 12.0)?;
        Ok((field, self.say(&agency, column(y + 0.5 * MM), Align::Centre)))
    }

    /// The special mark of conversion and who converted (Law 20/2023/QH15, Article 12), as a table that ends at `foot` and begins
    /// below `ceiling`; long values are set smaller until it does.
    fn conversion(&mut self, foot: f32, ceiling: f32) -> Result<(), ComposeError> {
        let conversion = &self.values.statement.template.text.conversion;
        for most in ROW_HEIGHTS {
            let rows = self.rows(most * MM)?;
            let height: f32 = rows.iter().map(|(label, value)| label.height().max(value.height()) + ROW_GAP).sum();
            if foot - height - SECTION_HEAD < ceiling {
                continue;
            }
            let (_, mut y) = self.section(foot - height, &conversion.heading, Some(&conversion.basis))?;
            let mut table = Vec::new();
            for (label, value) in rows {
                let (below, named) = self.draw(&label, across(y), Align::Left);
                let (foot, valued) = self.draw(&value, Area::new(LEFT + LABEL_WIDTH, y, VALUE_WIDTH, 0.0), Align::Left);
                y = foot.max(below) + ROW_GAP;
                table.push(group(Tag::TR, [element(Tag::TH(TableHeaderScope::Row), named), element(Tag::TD, valued)]));
            }
            self.said.push(group(Tag::Table, table));
            return Ok(());
        }
        Err(ComposeError::DoesNotFit(conversion.heading.clone()))
    }

    fn rows(&self, most: f32) -> Result<Vec<(Block<'a>, Block<'a>)>, ComposeError> {
        let rows = self.values.statement.template.text.conversion.rows.iter();
        rows.map(|(label, value)| {
            let label = self.regular(label, (LABEL_WIDTH - 3.0 * MM, most), 11.0)?;
            Ok((label, self.regular(&self.values.fill(value), (VALUE_WIDTH, most), 11.0)?))
        })
        .collect()
    }

    /// The QR symbol and how to use it, ending at `foot`; gives the y of the top, the place of the symbol, and what it was drawn as.
    fn verification(&mut self, foot: f32, symbol: &Symbol) -> Result<(f32, Area, Identifier), ComposeError> {
        let verification = &self.values.statement.template.text.verification;
        let edge = symbol.edge(QR_EDGE);
        let (section_top, top) = self.section(foot - edge, &verification.heading, None)?;
        let area = Area::new(LEFT - QR_OVERHANG, top, edge, edge);
        let picture = read(self.surface, |surface| symbol.draw(surface, area));
        let (left, width) = (LEFT + edge + 2.0 * MM, WIDTH - edge - 2.0 * MM);
        let mut y = top + 2.0 * MM;
        let mut list = Vec::new();
        for (number, sentence) in (1..).zip(&verification.vi) {
            let mark = self.regular(&format!("{number}."), (5.0 * MM, 5.0 * MM), 11.0)?;
            let text = self.regular(sentence, (width - 5.0 * MM, 15.0 * MM), 11.0)?;
            let (_, counted) = self.draw(&mark, Area::new(left, y, 5.0 * MM, 0.0), Align::Left);
            let (foot, said) = self.draw(&text, Area::new(left + 5.0 * MM, y, width - 5.0 * MM, 0.0), Align::Left);
            y = foot + 1.6 * MM;
            list.push(group(Tag::LI, [element(Tag::Lbl, counted), element(Tag::LBody, said)]));
        }
        self.said.push(group(Tag::L(ListNumbering::Decimal), list));
        let english = self.italic(&verification.en, (width, 12.0 * MM), 9.0)?;
        let (_, said) = self.draw(&english, Area::new(left, y + 0.8 * MM, width, 0.0), Align::Left);
        self.said.push(element(Tag::P.with_lang(Some("en".to_owned())), said));
        Ok((section_top, area, picture))
    }

    /// The form code.
    fn foot(&mut self) -> Result<(), ComposeError> {
        let code = self.italic(&self.values.statement.template.form_code, (WIDTH, 5.0 * MM), 9.0)?;
        self.say(&code, across(FOOT), Align::Left);
        Ok(())
    }

    /// A rule over the whole width and below it a heading that ends above `below`; gives the y of the rule and `below`.
    fn section(&mut self, below: f32, text: &str, remark: Option<&str>) -> Result<(f32, f32), ComposeError> {
        let title = self.bold(text, (WIDTH, 6.0 * MM), 11.0)?;
        let top = below - title.height() - 1.4 * MM;
        let (_, drawn) = self.draw(&title, across(top), Align::Left);
        self.said.push(heading(Level::Two, text, drawn));
        if let Some(remark) = remark {
            let width = WIDTH - title.width() - 2.0 * MM;
            let remark = self.italic(&format!("({remark})"), (width, 6.0 * MM), 10.0)?;
            let on_base_line = top + title.ascent() - remark.ascent();
            self.say(&remark, Area::new(LEFT + title.width() + 2.0 * MM, on_base_line, width, 0.0), Align::Left);
        }
        let rule = top - 2.0 * MM;
        fill_area(self.surface, Area::new(LEFT, rule, WIDTH, 0.5), 90);
        Ok((rule, below))
    }

    /// Draws a block as a paragraph; gives the y of its foot.
    fn say(&mut self, block: &Block<'_>, area: Area, align: Align) -> f32 {
        let (foot, drawn) = self.draw(block, area, align);
        self.said.push(element(Tag::P, drawn));
        foot
    }

    /// Draws a block; gives the y of its foot, and what it was drawn as.
    fn draw(&mut self, block: &Block<'_>, area: Area, align: Align) -> (f32, Identifier) {
        let mut foot = area.top;
        let drawn = read(self.surface, |surface| foot = block.draw(surface, area, align));
        (foot, drawn)
    }

    fn regular(&self, text: &str, room: (f32, f32), size: f32) -> Result<Block<'a>, ComposeError> {
        Block::fit(&self.fonts.regular, &[text], room, size, LEAST_SIZE)
    }

    fn bold(&self, text: &str, room: (f32, f32), size: f32) -> Result<Block<'a>, ComposeError> {
        Block::fit(&self.fonts.bold, &[text], room, size, LEAST_SIZE)
    }

    fn italic(&self, text: &str, room: (f32, f32), size: f32) -> Result<Block<'a>, ComposeError> {
        Block::fit(&self.fonts.italic, &[text], room, size, LEAST_SIZE)
    }
}

/// The text width, from `top`.
fn across(top: f32) -> Area {
    Area::new(LEFT, top, WIDTH, 0.0)
}
