//! How signatures look: a PDF/A with a page for each signature, which the signer imports as the widgets' appearance streams. The
//! pages share their font, so that the copy holds it once for both.
//!
//! Nghị định 30/2020/NĐ-CP, Phụ lục I (domain reference 1.7): the agency's signature on a copy made from paper stands at the top right of
//! page 1, without an image: form of copy, agency name, signing time; Times New Roman, upright, size 10, black. Text only, no
//! background: what the scan shows beneath stays visible.

use krilla::Document;
use krilla::page::PageSettings;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::statement::{Statement, Values};
use super::typeset::{Align, Area, Block, MM, frame, grey};
use super::{ComposeError, FieldPlace, Fonts, document};

/// How the signatures of a copy look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppearanceProfile {
    /// A certified copy: conversion mark, certification number, agency, time.
    ChungThuc,
    /// A copy that an agency makes of its own documents: `SAO Y`, agency, time.
    SaoY,
}

/// Whose signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureRole {
    /// The person who certifies; signs first, on the statement page.
    Certifier,
    /// The agency; signs second, on page 1.
    Agency,
}

/// The size at which appearances are set when they fit.
const SIZE: f32 = 10.0;

/// Smaller is not printed.
const LEAST_SIZE: f32 = 4.0;

/// The agency's box: 62 × 22 mm, 5 mm from the top right corner; on a small page what the page has.
pub(super) fn agency_place((page_width, page_height): (f32, f32)) -> FieldPlace {
    let margin = (5.0 * MM).min(page_width / 20.0).min(page_height / 20.0);
    let (right, top) = (page_width - margin, page_height - margin);
    let width = (62.0 * MM).min(right - margin);
    let height = (22.0 * MM).min(top - margin);
    FieldPlace { page: 0, rect: [right - width, top - height, right, top] }
}

/// A signature to show: whose, and in which size (width, height in points; from [`FieldPlace::size`]).
pub type Shown = (SignatureRole, (f32, f32));

/// The appearances of signatures: a PDF/A-2u with a page for each, in order.
///
/// The same arguments give the same bytes.
///
/// # Errors
/// [`ComposeError`] when a text cannot be printed in its size.
pub fn appearances(
    statement: &Statement,
    profile: AppearanceProfile,
    signed_at: OffsetDateTime,
    shown: &[Shown],
    fonts: &Fonts,
) -> Result<Vec<u8>, ComposeError> {
    let mut document = document::start();
    let mut all = Vec::new();
    for (role, size) in shown {
        let lines = lines(statement, profile, *role, signed_at);
        draw(&mut document, (*role, *size), &lines, fonts)?;
        all.extend(lines);
    }
    document.set_metadata(document::metadata(&all.join(" · "), signed_at, all.join("\n").as_bytes())?);
    document::finish(document)
}

/// What a signature says.
fn lines(statement: &Statement, profile: AppearanceProfile, role: SignatureRole, signed_at: OffsetDateTime) -> Vec<String> {
    let boxes = &statement.template.text.appearance;
    let lines = match (role, profile) {
        (SignatureRole::Certifier, _) => &boxes.certifier,
        (SignatureRole::Agency, AppearanceProfile::ChungThuc) => &boxes.chung_thuc,
        (SignatureRole::Agency, AppearanceProfile::SaoY) => &boxes.sao_y,
    };
    let values = Values { statement, pages: 0, created_at: signed_at, signed_at };
    lines.iter().map(|line| values.fill(line)).collect()
}

/// Adds a page for one signature.
fn draw(document: &mut Document, (role, (width, height)): Shown, lines: &[String], fonts: &Fonts) -> Result<(), ComposeError> {
    let padding = match role {
        SignatureRole::Certifier => 2.0 * MM,
        SignatureRole::Agency => 0.0,
    };
    let inner = (width - 2.0 * padding, height - 2.0 * padding);
    let block = Block::fit(&fonts.regular, lines, inner, SIZE, LEAST_SIZE)?;
    let settings = PageSettings::from_wh(width, height).ok_or_else(|| ComposeError::Pdf("an appearance has no size".to_owned()))?;
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    surface.set_fill(Some(grey(0)));
    match role {
        SignatureRole::Certifier => {
            frame(&mut surface, Area::new(0.0, 0.0, width, height), 0.5, 0);
            let top = padding + (inner.1 - block.height()) / 2.0;
            block.draw(&mut surface, Area::new(padding, top, inner.0, inner.1), Align::Left);
        }
        SignatureRole::Agency => {
            block.draw(&mut surface, Area::new(0.0, 0.0, inner.0, inner.1), Align::Centre);
        }
    }
    surface.finish();
    page.finish();
    Ok(())
}
