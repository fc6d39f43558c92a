//! Which places differ from the rest of their page, and by how much.

use super::patch::Patch;
use super::{Examination, Trace, TraceKind};
use crate::raster::quantile;

/// Fewer words than this say nothing of what is typical.
const LEAST_WORDS: usize = 12;
/// Bare paper, in square millimetres, below which a place is not judged by it.
const BARE_MM2: f32 = 3.2;

/// Edges softer, sharper than these multiples of the typical ones.
const SOFT: f32 = 0.73;
const SHARP: f32 = 1.43;
/// Grain above, below these multiples of the typical grain.
const GRAINY: f32 = 4.0;
const SMOOTH: f32 = 0.05;
/// Words whose ink is paler than most words' by more than this share of the paper are thin: their edges are steep for what
/// contrast they have.
const LIKE_INK: f32 = 0.2;
/// A page with less grain than this is too clean to miss it.
const GRAIN_OF_SCANS: f32 = 0.25;
/// Levels by which paper may differ, and levels more for each level of the pattern around.
const PAPER: f32 = 4.8;
const PAPER_BY_TEXTURE: f32 = 2.2;
/// A page whose paper varies from word to word, by a coloured pattern: a place must differ by this multiple of what a
/// tenth of its words exceed, and the bound is raised by no more than this factor. Tuned on land certificates.
const PAPER_BY_PAGE: f32 = 2.0;
const PAPER_RAISED: f32 = 1.5;
/// A pattern is what varies by more than this; below this share of it none is left.
const TEXTURE: f32 = 1.5;
const TEXTURE_LEFT: f32 = 0.12;

/// The places of an examined page that differ from the rest of it.
#[must_use]
pub fn traces(examined: &Examination) -> Vec<Trace> {
    let mut found: Vec<Trace> = examined
        .strokes
        .iter()
        .map(|rect| Trace { kind: TraceKind::Through, rect: *rect, measured: rect.w as f32 / examined.mm, bound: 0.0 })
        .collect();
    if examined.patches.len() < LEAST_WORDS {
        return found;
    }
    let bare = (BARE_MM2 * examined.mm * examined.mm) as u32;
    let typical = Typical::of(&examined.patches, bare);
    for patch in &examined.patches {
        found.extend(edges(patch, &typical));
        if patch.inside.pixels >= bare {
            found.extend(grain(patch, &typical));
            if patch.above.pixels.min(patch.below.pixels) >= bare {
                found.extend(paper(patch, typical.paper));
                found.extend(pattern(patch));
            }
        }
    }
    found
}

struct Typical {
    /// Darkness of most words' ink.
    ink: f32,
    steepness: f32,
    grain: f32,
    /// What nine in ten words' paper differs by at most.
    paper: f32,
}

impl Typical {
    fn of(patches: &[Patch], bare: u32) -> Self {
        let mut inks: Vec<f32> = patches.iter().map(darkness).collect();
        let ink = quantile(&mut inks, 0.5);
        let mut steepness: Vec<f32> = patches.iter().map(|patch| patch.steepness).collect();
        let mut grain: Vec<f32> = patches.iter().filter(|patch| patch.inside.pixels >= bare).map(|patch| patch.inside.grain).collect();
        let whole = |patch: &&Patch| [patch.inside, patch.above, patch.below].iter().all(|ground| ground.pixels >= bare);
        let mut paper: Vec<f32> = patches.iter().filter(whole).map(other_paper).collect();
        // Of few words one altered place would be a tenth.
        let paper = if paper.len() < LEAST_WORDS * 2 { 0.0 } else { quantile(&mut paper, 0.9) };
        Self { ink, steepness: quantile(&mut steepness, 0.5), grain: quantile(&mut grain, 0.5), paper }
    }
}

/// Mean of the ink's three shares of the paper: 0 for black, 1 for none.
fn darkness(patch: &Patch) -> f32 {
    patch.ink.iter().sum::<f32>() / 3.0
}

fn edges(patch: &Patch, typical: &Typical) -> Option<Trace> {
    let measured = patch.steepness / typical.steepness.max(0.01);
    let (kind, bound) = if measured < SOFT {
        (TraceKind::Softer, SOFT)
    } else if measured > SHARP && darkness(patch) - typical.ink <= LIKE_INK {
        (TraceKind::Sharper, SHARP)
    } else {
        return None;
    };
    Some(Trace { kind, rect: patch.rect, measured, bound })
}

fn grain(patch: &Patch, typical: &Typical) -> Option<Trace> {
    if typical.grain < GRAIN_OF_SCANS {
        // What a clean page has more of must be grain in itself.
        return (patch.inside.grain > 1.5).then_some(Trace {
            kind: TraceKind::Grainier,
            rect: patch.rect,
            measured: patch.inside.grain / typical.grain.max(0.05),
            bound: GRAINY,
        });
    }
    let measured = patch.inside.grain / typical.grain;
    let (kind, bound) = if measured > GRAINY {
        (TraceKind::Grainier, GRAINY)
    } else if measured < SMOOTH {
        (TraceKind::Smooth, SMOOTH)
    } else {
        return None;
    };
    Some(Trace { kind, rect: patch.rect, measured, bound })
}

/// Paper that differs to the same side from what lies above and below: a shadow or fold passes through, a patch does not.
fn paper(patch: &Patch, usual: f32) -> Option<Trace> {
    let measured = other_paper(patch);
    let own = PAPER + PAPER_BY_TEXTURE * patch.above.texture.max(patch.below.texture);
    let bound = (usual * PAPER_BY_PAGE).clamp(own, own * PAPER_RAISED);
    (measured > bound).then_some(Trace { kind: TraceKind::Paper, rect: patch.rect, measured, bound })
}

/// Levels by which the paper differs from what lies above and below, in the channel where that is most.
fn other_paper(patch: &Patch) -> f32 {
    let channel = |channel: usize| {
        let above = patch.inside.colour[channel] - patch.above.colour[channel];
        let below = patch.inside.colour[channel] - patch.below.colour[channel];
        if above * below > 0.0 { above.abs().min(below.abs()) } else { 0.0 }
    };
    (0..3).map(channel).fold(0.0, f32::max)
}

fn pattern(patch: &Patch) -> Option<Trace> {
    let around = patch.above.pattern.min(patch.below.pattern);
    let measured = patch.inside.pattern / around.max(0.01);
    (around >= TEXTURE && measured < TEXTURE_LEFT).then_some(Trace {
        kind: TraceKind::Pattern,
        rect: patch.rect,
        measured,
        bound: TEXTURE_LEFT,
    })
}
