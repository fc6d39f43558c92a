//! What of a copy is text, picture or decoration, and in which order it is read (ISO 32000-1, 14.7 and 14.8; ISO 14289-1, 7.1 to
//! 7.9): the pieces that the structure tree is built of.
//!
//! Where a file is not tagged (signature appearances) the marks leave no trace.

use std::num::NonZeroU16;

use krilla::geom::Rect;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, BBox, ContentTag, Identifier, Node, Tag, TagGroup, TagKind};

use super::typeset::Area;

/// Draws something that is read; what is drawn is found by the identifier, which goes into exactly one element.
pub(super) fn content(surface: &mut Surface<'_>, draw: impl FnOnce(&mut Surface<'_>)) -> Identifier {
    let identifier = surface.start_tagged(ContentTag::Other);
    draw(surface);
    surface.end_tagged();
    identifier
}

/// Draws rules and frames, which say nothing.
pub(super) fn decoration(surface: &mut Surface<'_>, draw: impl FnOnce(&mut Surface<'_>)) {
    artifact(surface, ArtifactType::Layout, draw);
}

/// Draws what stands on every page alike and is read once elsewhere.
pub(super) fn footer(surface: &mut Surface<'_>, draw: impl FnOnce(&mut Surface<'_>)) {
    artifact(surface, ArtifactType::Footer, draw);
}

fn artifact(surface: &mut Surface<'_>, kind: ArtifactType, draw: impl FnOnce(&mut Surface<'_>)) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
    draw(surface);
    surface.end_tagged();
}

/// An element of this kind that holds one piece of content.
pub(super) fn element(tag: impl Into<TagKind>, identifier: Identifier) -> TagGroup {
    TagGroup::with_children(tag, vec![Node::Leaf(identifier)])
}

/// An element that holds others.
pub(super) fn group(tag: impl Into<TagKind>, elements: impl IntoIterator<Item = TagGroup>) -> TagGroup {
    TagGroup::with_children(tag, elements.into_iter().map(Node::Group).collect())
}

/// A picture with its description, at `area` of a page (from 0).
pub(super) fn figure(description: String, (page, area): (usize, Area), identifier: Identifier) -> TagGroup {
    let place = Rect::from_xywh(area.left, area.top, area.width, area.height).map(|rect| BBox::new(page, rect));
    element(Tag::Figure(Some(description)).with_bbox(place), identifier)
}

/// A heading of level 1 or 2 with its text, which also names it.
pub(super) fn heading(level: Level, text: &str, identifier: Identifier) -> TagGroup {
    let level = match level {
        Level::One => NonZeroU16::MIN,
        Level::Two => NonZeroU16::MIN.saturating_add(1),
    };
    element(Tag::Hn(level, Some(text.to_owned())), identifier)
}

/// How deep a heading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    One,
    Two,
}
