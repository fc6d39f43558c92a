//! The PDF/A-2u file around the pages: settings, metadata, bookmarks; copies and books are tagged (PDF/UA-1), signature appearances are not.

use krilla::Document;
use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::error::KrillaError;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::{SerializeSettings, configure::Configuration};
use time::OffsetDateTime;

use super::statement::Values;
use super::{ComposeError, CopyContent};
use crate::clock::in_vietnam;
use crate::record::{Sha256, printable};

/// What the metadata name as the program.
const CREATOR: &str = "bansao";

/// The language of every file.
pub(super) const LANGUAGE: &str = "vi-VN";

/// An empty document that will be PDF/A-2u, or not be written.
pub(super) fn start() -> Document {
    Document::new_with(SerializeSettings { configuration: archival(), enable_tagging: false, ..SerializeSettings::default() })
}

/// The same, tagged: PDF/UA-1 as well.
pub(super) fn start_tagged() -> Document {
    Document::new_with(SerializeSettings { configuration: accessible(), enable_tagging: true, ..SerializeSettings::default() })
}

/// The default configuration stands in only if krilla did not know PDF/A-2u, which [`finish`] would notice.
fn archival() -> Configuration {
    ConfigurationBuilder::new().with_archival_validator(Archival::A2_U).finish().unwrap_or_default()
}

fn accessible() -> Configuration {
    let both = ConfigurationBuilder::new().with_archival_validator(Archival::A2_U).with_accessibility_validator(Accessibility::UA1);
    both.finish().unwrap_or_default()
}

/// Title, conversion mark, agency, times and bookmarks of a copy.
pub(super) fn describe(document: &mut Document, content: &CopyContent) -> Result<(), ComposeError> {
    let text = &content.statement.template.text;
    let values =
        Values { statement: &content.statement, pages: content.pages.len(), created_at: content.created_at, signed_at: content.created_at };
    let description = format!("{}. {}. {}", text.conversion_mark, values.fill(&text.number), values.fill(&text.book));
    let metadata = metadata(&content.title, content.created_at, &content.document_id)?
        .description(description)
        .authors(vec![printable(&content.statement.agency.name)])
        .keywords(vec![content.statement.template.id.clone(), printable(&content.statement.copy_id)]);
    document.set_metadata(metadata);
    let pages = (1..=content.pages.len()).map(|page| format!("Trang {page}"));
    document.set_outline(outline(pages.chain([text.title.clone()])));
    Ok(())
}

/// A bookmark for each page, in order.
pub(super) fn outline(names: impl IntoIterator<Item = String>) -> Outline {
    let mut outline = Outline::new();
    for (page, name) in names.into_iter().enumerate() {
        outline.push_child(OutlineNode::new(name, XyzDestination::new(page, Point::from_xy(0.0, 0.0))));
    }
    outline
}

/// The metadata that every file has.
pub(super) fn metadata(title: &str, created_at: OffsetDateTime, document_id: &[u8]) -> Result<Metadata, ComposeError> {
    let local = in_vietnam(created_at);
    let year = u16::try_from(local.year()).ok().filter(|year| (1..=9999).contains(year)).ok_or(ComposeError::Time)?;
    let created = DateTime::new(year)
        .month(local.month().into())
        .day(local.day())
        .hour(local.hour())
        .minute(local.minute())
        .second(local.second())
        .utc_offset_hour(7);
    Ok(Metadata::new()
        .title(printable(title))
        .language(LANGUAGE.to_owned())
        .creator(CREATOR.to_owned())
        .producer(CREATOR.to_owned())
        .creation_date(created)
        .document_id(Sha256::of(document_id).to_hex()))
}

/// The bytes of the file.
pub(super) fn finish(document: Document) -> Result<Vec<u8>, ComposeError> {
    if [archival(), accessible()].contains(&Configuration::default()) {
        return Err(ComposeError::Pdf("PDF/A-2u with PDF/UA-1 is not available".to_owned()));
    }
    document.finish().map_err(|error| match error {
        KrillaError::Validation(errors) => ComposeError::Pdf(format!("{errors:?}").chars().take(300).collect()),
        other => ComposeError::Pdf(other.to_string()),
    })
}
