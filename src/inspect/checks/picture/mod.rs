//! What makes a picture unfit to certify from, whatever stands on the paper. Bounds lie far outside of what the specimens'
//! scans measure (`docs/INSPECTION.md`).

mod cast;
mod exposure;
mod glare;
mod noise;
mod occluded;
mod screen;
#[cfg(test)]
mod tests;

pub(super) use cast::Cast;
pub(super) use exposure::Exposure;
pub(super) use glare::Glare;
pub(super) use noise::Noise;
pub(super) use occluded::Occluded;
pub(super) use screen::Screen;

use crate::inspect::seen::{Seen, SeenPage};

/// Pages with something on them, by number.
fn printed<'a>(seen: &'a Seen<'_>) -> impl Iterator<Item = (usize, &'a SeenPage)> {
    seen.pages.iter().enumerate().filter(|(_, page)| !page.is_blank())
}

/// The cover of an old land certificate is red and dark by itself.
fn is_red_cover(page: &SeenPage) -> bool {
    let [red, green, _] = page.measures.colour.paper;
    red > green.saturating_add(60)
}
