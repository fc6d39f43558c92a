//! Which four lines are the sides of a sheet.
//!
//! Every pair of upright lines with every pair of level lines makes a candidate; the picture's own borders count as
//! lines too, for a sheet may end where its picture ends. A side is borne out where the edge is there along its length
//! and the paper inside is brighter than what lies outside, near it and ten millimetres away. That last is what a frame
//! printed on the paper never has: outside of it there is paper again.

use super::edges::{Field, Line};
use super::homography::Corners;
use super::{Doubt, Quad};

/// Of the picture, a sheet covers at least this share.
const LEAST_AREA: f32 = 0.18;
/// Share of a side along which it must be borne out.
const LEAST_SUPPORT: f32 = 0.55;
/// The mean over the sides.
const MEAN_SUPPORT: f32 = 0.70;
/// Paper is brighter than what lies around it by this much, of 255.
const BRIGHTER: f32 = 9.0;
/// Corners are turned from a right angle at most this much: twelve degrees of tilt give ten.
const WIDEST_CORNER: f32 = 24.0;
/// Opposite sides differ in length by this share at most.
const WIDEST_KEYSTONE: f32 = 0.34;
/// Candidates that are held against each other.
const MOST_SURE: usize = 40;
/// Places along a side that are looked at.
const PLACES: usize = 48;

#[derive(Debug, Clone, Copy)]
struct Candidate {
    corners: Corners,
    supports: [f32; 4],
    borders: usize,
    area: f32,
}

impl Candidate {
    fn mean(&self) -> f32 {
        self.supports.iter().sum::<f32>() / 4.0
    }

    fn least(&self) -> f32 {
        self.supports.iter().fold(1.0, |least, &value| least.min(value))
    }

    /// A large sheet that is borne out well; borders are no evidence.
    fn score(&self) -> f32 {
        self.mean() + 0.35 * self.area
    }
}

/// The quad in pixels of the small picture, `None` where no sheet's edge is seen, or why there is a doubt.
pub(super) fn quad(field: &Field) -> Result<Option<Quad>, Doubt> {
    let (width, height) = (field.clean.width() as f32, field.clean.height() as f32);
    let (mut upright, mut level) = field.lines();
    let border = |cos: f32, sin: f32, off: f32| Line { cos, sin, off, border: true };
    upright.extend([border(1.0, 0.0, 0.0), border(1.0, 0.0, width - 1.0)]);
    level.extend([border(0.0, 1.0, 0.0), border(0.0, 1.0, height - 1.0)]);
    let mut good: Vec<Candidate> = Vec::new();
    let mut refused: Vec<(Candidate, Doubt)> = Vec::new();
    for (left, right) in pairs(&upright, height / 2.0, true) {
        for (top, bottom) in pairs(&level, width / 2.0, false) {
            let sides = [top, right, bottom, left];
            if sides.iter().filter(|side| side.border).count() > 2 {
                continue;
            }
            let Some(candidate) = candidate(field, sides, (width, height)) else { continue };
            match shape(&candidate, (width, height)) {
                None => good.push(candidate),
                Some(doubt) => refused.push((candidate, doubt)),
            }
        }
    }
    good.sort_by(|a, b| b.score().total_cmp(&a.score()));
    let Some(best) = good.first() else {
        refused.sort_by(|a, b| b.0.score().total_cmp(&a.0.score()));
        return refused.first().map_or(Ok(None), |(_, doubt)| Err(*doubt));
    };
    // Two sheets side by side make a third quad around both: any two that lie apart are two sheets.
    let sure: Vec<&Candidate> =
        good.iter().filter(|other| other.borders == 0 && other.mean() > 0.85 * best.mean()).take(MOST_SURE).collect();
    let apart = |(at, one): (usize, &&Candidate)| sure[at + 1..].iter().any(|other| overlap(&one.corners, &other.corners) < 0.2);
    if sure.iter().enumerate().any(apart) {
        return Err(Doubt::Several);
    }
    Ok(Some(Quad { corners: best.corners, support: best.mean(), borders: best.borders }))
}

/// Pairs in order along the picture's middle, far enough apart.
fn pairs(lines: &[Line], middle: f32, upright: bool) -> Vec<(Line, Line)> {
    let place = |line: &Line| if upright { (line.off - middle * line.sin) / line.cos } else { (line.off - middle * line.cos) / line.sin };
    let least = middle * 0.3;
    let mut pairs = Vec::new();
    for (at, first) in lines.iter().enumerate() {
        for second in &lines[at + 1..] {
            let (a, b) = if place(first) <= place(second) { (first, second) } else { (second, first) };
            if place(b) - place(a) > least && (a.degrees() - b.degrees()).abs() < WIDEST_CORNER * 2.0 {
                pairs.push((*a, *b));
            }
        }
    }
    pairs
}

fn candidate(field: &Field, [top, right, bottom, left]: [Line; 4], (width, height): (f32, f32)) -> Option<Candidate> {
    let corners = [top.cross(&left)?, top.cross(&right)?, bottom.cross(&right)?, bottom.cross(&left)?];
    let slack = 0.5 * width.max(height);
    if corners.iter().any(|&(x, y)| x < -slack || y < -slack || x > width + slack || y > height + slack) {
        return None;
    }
    let area = area(&corners) / (width * height);
    let mut supports = [0.0; 4];
    for (at, side) in [top, right, bottom, left].into_iter().enumerate() {
        supports[at] = if side.border { LEAST_SUPPORT } else { support(field, corners[at], corners[(at + 1) % 4]) };
        // Nothing that fails on its first sides is looked at further.
        if supports[at] < LEAST_SUPPORT {
            return None;
        }
    }
    let borders = [top, right, bottom, left].iter().filter(|side| side.border).count();
    let found = Candidate { corners, supports, borders, area };
    let real = (found.mean() * 4.0 - borders as f32 * LEAST_SUPPORT) / (4 - borders) as f32;
    (real >= MEAN_SUPPORT && found.least() >= LEAST_SUPPORT).then_some(found)
}

/// Share of a side's places where there is an edge from bright paper inside to something darker outside.
fn support(field: &Field, from: (f32, f32), to: (f32, f32)) -> f32 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(1.0);
    // Clockwise on the picture: the inside lies on the right of the way.
    let inward = (-dy / length, dx / length);
    let long = field.clean.width().max(field.clean.height()) as f32;
    let (near, far) = ((0.014 * long).max(3.0), (0.042 * long).max(6.0));
    let (mut seen, mut borne) = (0_u32, 0_u32);
    for at in 0..PLACES {
        let share = (at as f32 + 0.5) / PLACES as f32;
        let place = (from.0 + dx * share, from.1 + dy * share);
        let look =
            |away: f32| field.colour(place.0 + inward.0 * away, place.1 + inward.1 * away).map(|c| c[0] * 0.3 + c[1] * 0.59 + c[2] * 0.11);
        let Some(inside) = look(near) else { continue };
        seen += 1;
        let edge = (-2..=2).any(|away| {
            let (sx, sy) = field.step(place.0 + inward.0 * away as f32, place.1 + inward.1 * away as f32);
            sx * inward.0 + sy * inward.1 >= 3.0
        });
        // All the way out, as far as the picture goes: beyond a printed frame there is paper again.
        let darker = |part: u8| look(-(near + (far - near) * f32::from(part) / 5.0)).is_none_or(|outside| inside - outside >= BRIGHTER);
        borne += u32::from(edge && look(-near).is_some() && (0..=5).all(darker));
    }
    if seen * 2 < PLACES as u32 { 0.0 } else { borne as f32 / seen as f32 }
}

/// What a sheet of paper seen by a camera cannot look like.
fn shape(candidate: &Candidate, (width, height): (f32, f32)) -> Option<Doubt> {
    let corners = &candidate.corners;
    if candidate.area < LEAST_AREA {
        return Some(Doubt::TooSmall);
    }
    if corner_error(corners) > WIDEST_CORNER || keystone(corners) > WIDEST_KEYSTONE {
        return Some(Doubt::TooSkewed);
    }
    let slack = 0.012 * width.max(height);
    let outside = corners.iter().any(|&(x, y)| x < -slack || y < -slack || x > width + slack || y > height + slack);
    // A side that is the picture's own border belongs to a sheet that lies straight; under any other, paper is cut off.
    let leaning = candidate.borders > 0 && corner_error(corners) > 1.6;
    (outside || leaning).then_some(Doubt::CutOff)
}

/// The largest difference of a corner from a right angle, degrees.
pub(super) fn corner_error(corners: &Corners) -> f32 {
    (0..4).fold(0.0, |worst, at| {
        let (here, next, last) = (corners[at], corners[(at + 1) % 4], corners[(at + 3) % 4]);
        let a = (next.1 - here.1).atan2(next.0 - here.0);
        let b = (last.1 - here.1).atan2(last.0 - here.0);
        let angle = (b - a).to_degrees().rem_euclid(360.0);
        f32::max(worst, (angle - 90.0).abs())
    })
}

/// How much shorter a side is than its opposite, as a share.
pub(super) fn keystone(corners: &Corners) -> f32 {
    let [top, right, bottom, left] = sides(corners);
    let differ = |a: f32, b: f32| 1.0 - a.min(b) / a.max(b).max(1.0);
    differ(top, bottom).max(differ(left, right))
}

/// Lengths of top, right, bottom and left.
pub(super) fn sides(corners: &Corners) -> [f32; 4] {
    [0, 1, 2, 3].map(|at| {
        let (a, b) = (corners[at], corners[(at + 1) % 4]);
        (b.0 - a.0).hypot(b.1 - a.1)
    })
}

pub(super) fn area(corners: &Corners) -> f32 {
    let twice: f32 = (0..4).map(|at| (corners[at], corners[(at + 1) % 4])).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
    twice / 2.0
}

/// Shared part of the boxes around two quads, of the smaller one.
fn overlap(a: &Corners, b: &Corners) -> f32 {
    let bounds = |corners: &Corners| {
        corners.iter().fold((f32::MAX, f32::MAX, f32::MIN, f32::MIN), |found, &(x, y)| {
            (found.0.min(x), found.1.min(y), found.2.max(x), found.3.max(y))
        })
    };
    let (a, b) = (bounds(a), bounds(b));
    let wide = (a.2.min(b.2) - a.0.max(b.0)).max(0.0);
    let high = (a.3.min(b.3) - a.1.max(b.1)).max(0.0);
    let size = |r: (f32, f32, f32, f32)| (r.2 - r.0) * (r.3 - r.1);
    wide * high / size(a).min(size(b)).max(1.0)
}
