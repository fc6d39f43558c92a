//! Which places differ from the rest of their page, and by how much.

use super::patch::{Patch, Smudge};
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
/// Words whose ink differs by less were written with one thing.
const SAME_INK: f32 = 0.1;
/// A page with less grain than this is too clean to miss it.
const GRAIN_OF_SCANS: f32 = 0.25;
/// Levels by which paper may differ, and levels more for each level of the pattern around.
const PAPER: f32 = 4.8;
const PAPER_BY_TEXTURE: f32 = 2.2;
/// A page whose paper varies within a few millimetres, by a coloured pattern: a place must differ from what lies above and
/// below by this multiple of what those two differ by from each other, all but the most different fiftieth of the words
/// asked. Tuned on land certificates and on paper with waves.
const PAPER_BY_PAGE: f32 = 1.6;
/// A patch ends left or right of a word: what lies there differs from it by this share of what lies above and below.
const ENDS: f32 = 0.5;
/// A pattern is what varies by more than this; below this share of it none is left.
const TEXTURE: f32 = 1.5;
const TEXTURE_LEFT: f32 = 0.06;
/// A page on which all but a tenth of the words have a share of smudges below this is clean enough to tell an erasure by it.
const CLEAN: f32 = 0.06;
/// Of a patch's smudges that of the brightest channel.
const PEAK: usize = 1;
/// An erasure smudges this share of its paper, and these multiples of what the page's words have, increased by [`SLACK`]: by
/// brightness, and in the brightest channel. On honest papers (`tuning`, `trial` and one drawing more, values off creases) two words
/// are above the first and one above the second; of nine erasures four and six.
const SMUDGED: f32 = 0.15;
const SMUDGED_BY_PAGE: [f32; 2] = [4.2, 5.0];
const SLACK: f32 = 0.03;
/// A smudge that has less than this share of itself against the paper above alone, or against that below alone, is what lies there
/// too: the middle of a pattern, paper next to a crease.
const EITHER: f32 = 0.5;
/// A smudge of which the paper left and right have more than this share runs through the row: no erasure of a word.
const RUNS_ON: f32 = 0.6;
/// So many words side by side that are all smudged in the brightest channel, each by this share and this multiple of what the page's
/// words have, are a value that was rubbed out, however faint each is. The name that this was found on has 2.5 to 3.8; three such words
/// in a value, off creases, were met on none of 342 honest pages.
const RUN: usize = 3;
const SMUDGED_IN_RUN: f32 = 0.08;
const RUN_BY_PAGE: f32 = 2.3;
/// Rubbing also leaves paper that is uneven. A word of a run may be smudged by this share only where its paper varies by these multiples
/// of what that above and below varies by, and of what the paper of all but a tenth of the page's words does; and where the run is the
/// end of its row. The name that this was found on has shares of 0.17, 0.04 and 0.07, and varies by 1.5 to 1.7 times what lies around.
const UNEVEN: f32 = 1.4;
const UNEVEN_BY_PAGE: f32 = 1.3;
const SMUDGED_WHERE_UNEVEN: f32 = 0.035;
/// Words further apart than this, in millimetres, are not side by side.
const SIDE_BY_SIDE_MM: f32 = 6.0;
/// Levels by which a smudge may be redder than the paper around: more is a seal's colour or that of print.
const RED: f32 = 2.0;

/// The places of an examined page that differ from the rest of it.
#[must_use]
pub fn traces(examined: &Examination) -> Vec<Trace> {
    let mut found: Vec<Trace> = examined
        .strokes
        .iter()
        .map(|rect| Trace { kind: TraceKind::Through, rect: *rect, measured: rect.w.max(rect.h) as f32 / examined.mm, bound: 0.0 })
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
        }
        if is_whole(patch, bare) {
            found.extend(paper(patch, typical.paper, bare));
            found.extend(pattern(patch));
            found.extend(smudge(patch, typical.smudged));
        }
    }
    found.extend(smudged_runs(examined, &typical, bare));
    found
}

/// Whether there is paper enough in a word, above it and below it.
fn is_whole(patch: &Patch, bare: u32) -> bool {
    [patch.inside, patch.above, patch.below].iter().all(|ground| ground.pixels >= bare)
}

struct Typical {
    /// Darkness of most words' ink.
    ink: f32,
    steepness: f32,
    grain: f32,
    /// By what the paper above and the paper below a word differ, at most but for a fiftieth of the words.
    paper: f32,
    /// The shares of smudges that all but a tenth of the words stay below.
    smudged: [f32; 2],
    /// What the paper of all but a tenth of the words varies by at most.
    texture: f32,
    /// Ink and steepness of every word, the palest last.
    words: Vec<(f32, f32)>,
}

impl Typical {
    fn of(patches: &[Patch], bare: u32) -> Self {
        let mut inks: Vec<f32> = patches.iter().map(darkness).collect();
        let ink = quantile(&mut inks, 0.5);
        let mut steepness: Vec<f32> = patches.iter().map(|patch| patch.steepness).collect();
        let mut grain: Vec<f32> = patches.iter().filter(|patch| patch.inside.pixels >= bare).map(|patch| patch.inside.grain).collect();
        let whole = |patch: &&Patch| is_whole(patch, bare);
        let mut paper: Vec<f32> = patches.iter().filter(whole).map(across).collect();
        let smudged = [0, 1].map(|channel| {
            let mut shares: Vec<f32> = patches.iter().filter(whole).map(|patch| patch.smudges[channel].share).collect();
            quantile(&mut shares, 0.9).max(0.0)
        });
        let mut texture: Vec<f32> = patches.iter().filter(whole).map(|patch| patch.inside.texture).collect();
        // Of few words one altered place would be more than a fiftieth.
        let paper = if paper.len() < LEAST_WORDS * 2 { 0.0 } else { quantile(&mut paper, 0.98) };
        let mut words: Vec<(f32, f32)> = patches.iter().map(|patch| (darkness(patch), patch.steepness)).collect();
        words.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self {
            ink,
            steepness: quantile(&mut steepness, 0.5),
            grain: quantile(&mut grain, 0.5),
            paper,
            smudged,
            texture: quantile(&mut texture, 0.9),
            words,
        }
    }

    /// The typical steepness of words whose ink is like this one's, where there are enough of them: what is typed with a pale
    /// ribbon has other edges than the form's print.
    fn steepness_of(&self, patch: &Patch) -> f32 {
        let ink = darkness(patch);
        let from = self.words.partition_point(|word| word.0 < ink - SAME_INK);
        let until = self.words.partition_point(|word| word.0 <= ink + SAME_INK);
        let alike = self.words.get(from..until).unwrap_or_default();
        if alike.len() < LEAST_WORDS {
            return self.steepness;
        }
        quantile(&mut alike.iter().map(|word| word.1).collect::<Vec<_>>(), 0.5)
    }
}

/// Mean of the ink's three shares of the paper: 0 for black, 1 for none.
fn darkness(patch: &Patch) -> f32 {
    patch.ink.iter().sum::<f32>() / 3.0
}

/// The greatest difference of a channel between the paper above a word and that below it.
fn across(patch: &Patch) -> f32 {
    patch.above.colour.iter().zip(patch.below.colour).map(|(above, below)| (above - below).abs()).fold(0.0, f32::max)
}

fn edges(patch: &Patch, typical: &Typical) -> Option<Trace> {
    let measured = patch.steepness / typical.steepness_of(patch).max(0.01);
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

/// Paper that differs to the same side from what lies above and below: a shadow or fold passes through, a patch does not. Nor does a
/// patch run on to the left and right as the paper between two creases does.
fn paper(patch: &Patch, usual: f32, bare: u32) -> Option<Trace> {
    let (measured, channel) = (0..3).map(|channel| (other_paper(patch, channel), channel)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    let own = PAPER + PAPER_BY_TEXTURE * patch.above.texture.max(patch.below.texture);
    let bound = own.max(usual * PAPER_BY_PAGE);
    let runs_on = [patch.left, patch.right]
        .iter()
        .all(|side| side.pixels >= bare && (patch.inside.colour[channel] - side.colour[channel]).abs() < ENDS * measured);
    (measured > bound && !runs_on).then_some(Trace { kind: TraceKind::Paper, rect: patch.rect, measured, bound })
}

/// Levels by which a channel of the paper differs from what lies above and below, to the same side.
fn other_paper(patch: &Patch, channel: usize) -> f32 {
    let above = patch.inside.colour[channel] - patch.above.colour[channel];
    let below = patch.inside.colour[channel] - patch.below.colour[channel];
    if above * below > 0.0 { above.abs().min(below.abs()) } else { 0.0 }
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

/// Ink that was rubbed out leaves paper that is darker than the rest and no darker than a shadow.
fn smudge(patch: &Patch, usual: [f32; 2]) -> Option<Trace> {
    if is_red(patch) {
        return None;
    }
    let channels = patch.smudges.into_iter().zip(usual).zip(SMUDGED_BY_PAGE);
    let asked = channels.filter(|((smudge, usual), _)| *usual <= CLEAN && smudge.share >= SMUDGED && is_of_the_word(smudge));
    let measured = asked.map(|((smudge, usual), bound)| (smudge.share / (usual + SLACK), bound));
    let (measured, bound) = measured.filter(|(measured, bound)| measured > bound).max_by(|a, b| (a.0 / a.1).total_cmp(&(b.0 / b.1)))?;
    Some(Trace { kind: TraceKind::Smudged, rect: patch.rect, measured, bound })
}

/// Words side by side that are all smudged, or smudged less and uneven, where one alone would not tell.
fn smudged_runs(examined: &Examination, typical: &Typical, bare: u32) -> Vec<Trace> {
    let usual = typical.smudged[PEAK];
    if usual > CLEAN {
        return Vec::new();
    }
    // By what a word is smudged, or uneven as well, as a multiple, and the multiple that it takes.
    let by_smudge = |patch: &Patch| {
        let share = patch.smudges[PEAK].share;
        let by_page = share / (usual + SLACK);
        (share >= SMUDGED_IN_RUN && by_page > RUN_BY_PAGE).then_some((by_page, RUN_BY_PAGE))
    };
    let by_unevenness = |patch: &Patch| {
        let around = patch.above.texture.max(patch.below.texture);
        let by_around = patch.inside.texture / around.max(0.01);
        let is_uneven = by_around > UNEVEN && patch.inside.texture > UNEVEN_BY_PAGE * typical.texture;
        (is_uneven && patch.smudges[PEAK].share >= SMUDGED_WHERE_UNEVEN).then_some((by_around, UNEVEN))
    };
    let smudged = |patch: &Patch| {
        let asked = is_between_rows(&patch.smudges[PEAK]) && is_whole(patch, bare) && !is_red(patch);
        if asked { by_smudge(patch).or_else(|| by_unevenness(patch)) } else { None }
    };
    let adjoins = |left: &Patch, right: &Patch| {
        let gap = right.rect.x as f32 - left.rect.right() as f32;
        let one_row = left.rect.y < right.rect.bottom() && right.rect.y < left.rect.bottom();
        one_row && (-1.0..SIDE_BY_SIDE_MM).contains(&(gap / examined.mm))
    };
    let runs = examined.patches.chunk_by(|left, right| smudged(left).is_some() && smudged(right).is_some() && adjoins(left, right));
    // Beside a word within the run lies the next; it is the run that must end.
    let ends = |run: &[Patch]| [run.first(), run.last()].into_iter().flatten().all(|end| has_an_end(&end.smudges[PEAK]));
    // What is rubbed out is rubbed to its end: where unevenness must help, no further word follows in the row.
    let is_to_the_end = |run: &[Patch], next: Option<&Patch>| {
        run.iter().all(|patch| by_smudge(patch).is_some()) || !run.last().zip(next).is_some_and(|(last, next)| adjoins(last, next))
    };
    let (mut found, mut after) = (Vec::new(), 0);
    for run in runs {
        after += run.len();
        if run.len() >= RUN && ends(run) && is_to_the_end(run, examined.patches.get(after)) {
            let trace = |patch: &Patch| {
                smudged(patch).map(|(measured, bound)| Trace { kind: TraceKind::Smudged, rect: patch.rect, measured, bound })
            };
            found.extend(run.iter().filter_map(trace));
        }
    }
    found
}

/// A seal's colour, or that of print, is redder than the paper around.
fn is_red(patch: &Patch) -> bool {
    let lean = |colour: [f32; 3]| colour[0] - colour[2];
    let around = (lean(patch.above.colour) + lean(patch.below.colour)) / 2.0;
    lean(patch.inside.colour) - around > RED
}

/// Whether what smudges a word is neither what lies above or below it nor what runs through its row.
fn is_of_the_word(smudge: &Smudge) -> bool {
    is_between_rows(smudge) && has_an_end(smudge)
}

fn is_between_rows(smudge: &Smudge) -> bool {
    smudge.against_either >= EITHER * smudge.share
}

fn has_an_end(smudge: &Smudge) -> bool {
    smudge.beside <= RUNS_ON * smudge.share
}
