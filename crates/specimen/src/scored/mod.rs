//! The scored set: far more papers than the repository holds, in splits, drawn when they are needed.
//!
//! `tuning` may be looked at while inspection is built; `untouched` is only counted; `trial`, drawn when asked for, may be
//! looked at too and shows what befalls people and faces that nothing was tuned on. The splits share forms and plots and
//! differ in seeds, people, print and typewriter fonts, paper and pattern, setting of the form, and scanners' values.
//! A drawing has a number and is another set on every number: every pattern and border, faces and people but those of `untouched`,
//! wider settings, to find faults with that the splits do not show.

mod fonts;
mod good;
mod people;
mod wrong;

pub use fonts::sets;

use crate::canvas::Ink;
use crate::cases::{Case, Label};
use crate::forms::{Form, Layout};
use crate::ornament::{Border, Pattern};
use crate::rng::Rng;

/// The parts of the set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// To learn from.
    Tuning,
    /// To be judged by.
    Untouched,
    /// To find out why papers of people and faces never met go wrong, without a look at those that judge.
    Trial,
    /// The set of a number, to find faults with.
    Drawing(u32),
}

impl Split {
    /// The two that make the scored set.
    pub const BOTH: [Self; 2] = [Self::Tuning, Self::Untouched];
    /// All that are named.
    pub const ALL: [Self; 3] = [Self::Tuning, Self::Untouched, Self::Trial];

    /// The folder.
    #[must_use]
    pub fn id(self) -> String {
        match self {
            Self::Tuning => "tuning".to_owned(),
            Self::Untouched => "untouched".to_owned(),
            Self::Trial => "trial".to_owned(),
            Self::Drawing(number) => format!("drawing-{number}"),
        }
    }
}

/// The cases of a split, each with the index of its fonts among [`sets`].
#[must_use]
pub fn cases(split: Split) -> Vec<(Case, usize)> {
    let count = sets(split).len();
    let turned = if let Split::Drawing(number) = split { number as usize } else { 0 };
    let all = [good::cases(split), wrong::cases(split)].concat();
    all.into_iter().enumerate().map(|(i, case)| (vary(case, split), (i + turned) % count)).collect()
}

/// What the printers of a split's blanks use: patterns, borders, colours of paper, and from where to where lie the distance of rows,
/// the size of labels, and the size of the whole, as shares of the usual.
struct Press {
    patterns: &'static [Pattern],
    borders: &'static [Border],
    tints: &'static [(u8, u8, u8)],
    pitch: (f32, f32),
    label: (f32, f32),
    zoom: (f32, f32),
}

const fn press(split: Split) -> Press {
    match split {
        Split::Tuning => Press {
            patterns: &[Pattern::Net, Pattern::Waves, Pattern::Plain],
            borders: &[Border::Rings, Border::Chain],
            tints: &[(254, 250, 237), (253, 240, 238), (252, 252, 250)],
            pitch: (0.97, 1.03),
            label: (0.97, 1.03),
            zoom: (0.97, 1.02),
        },
        Split::Untouched => Press {
            patterns: &[Pattern::Rays, Pattern::Waves, Pattern::Plain],
            borders: &[Border::Diamonds, Border::Lines],
            tints: &[(248, 250, 240), (250, 238, 240), (246, 244, 238)],
            pitch: (0.98, 1.05),
            label: (0.95, 1.05),
            zoom: (0.94, 1.03),
        },
        Split::Trial => Press {
            patterns: &[Pattern::Net, Pattern::Rays, Pattern::Plain],
            borders: &[Border::Rings, Border::Lines],
            tints: &[(250, 248, 236), (252, 244, 236), (244, 248, 250)],
            pitch: (0.96, 1.04),
            label: (0.96, 1.04),
            zoom: (0.95, 1.03),
        },
        Split::Drawing(_) => Press {
            patterns: &[Pattern::Net, Pattern::Waves, Pattern::Rays, Pattern::Plain],
            borders: &[Border::Rings, Border::Chain, Border::Diamonds, Border::Lines],
            tints: &[(250, 246, 240), (252, 238, 234), (242, 248, 244), (248, 248, 252), (255, 252, 244)],
            pitch: (0.95, 1.06),
            label: (0.95, 1.06),
            zoom: (0.94, 1.04),
        },
    }
}

/// Another printer's blank, another setting, other people.
fn vary(mut case: Case, split: Split) -> Case {
    let mut rng = Rng::named(&format!("{}/vary/{}", split.id(), case.path()));
    let Press { patterns, borders, tints, pitch, label, zoom } = press(split);
    if !matches!(case.form, Form::Letter(_) | Form::BirthExtract | Form::MarriageExtract) {
        if !case.form.id().is_some_and(|id| id.starts_with("land")) {
            let (r, g, b) = *rng.pick(tints);
            case.look.blank.paper = Ink(r, g, b, 255);
        }
        if case.look.blank.pattern != Pattern::Plain {
            case.look.blank.pattern = *rng.pick(patterns);
        }
        if case.look.blank.border != Border::None {
            case.look.blank.border = *rng.pick(borders);
        }
        case.look.layout =
            Layout { pitch: rng.between(pitch.0, pitch.1), label: rng.between(label.0, label.1), indent_mm: rng.between(0.0, 1.5) };
        case.zoom = rng.between(zoom.0, zoom.1);
    }
    case.look.fill.pen.points *= rng.between(0.96, 1.03);
    case
}

fn labelled(mut case: Case, degradation: &'static str, altered: &'static str) -> Case {
    let fill = match case.look.fill.pen.face {
        crate::fonts::Face::Cursive => "cursive",
        crate::fonts::Face::Mono => "typed",
        crate::fonts::Face::Bold => "bold",
        _ => "print",
    };
    case.label = Some(Label { degradation, fill, altered });
    case
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_set_is_large_and_its_splits_share_no_person_and_no_print_font() {
        let names = |split| -> BTreeSet<String> {
            let of = |(case, _): (Case, usize)| case.record.facts.get("full_name").to_lowercase();
            cases(split).into_iter().map(of).filter(|name| !name.is_empty()).collect()
        };
        assert!(Split::BOTH.iter().map(|s| cases(*s).len()).sum::<usize>() >= 400);
        let print = |split| sets(split).iter().flat_map(|set| set.iter().take(7)).map(|f| f.1).collect::<BTreeSet<_>>();
        for (at, a) in Split::ALL.into_iter().enumerate() {
            for b in Split::ALL.into_iter().skip(at + 1) {
                assert!(names(a).is_disjoint(&names(b)) && print(a).is_disjoint(&print(b)), "{a:?} {b:?}");
            }
        }
        for split in Split::ALL.into_iter().chain([Split::Drawing(7)]) {
            let paths: BTreeSet<String> = cases(split).iter().map(|(case, _)| case.path()).collect();
            assert_eq!(paths.len(), cases(split).len());
        }
    }

    #[test]
    fn a_drawing_differs_from_the_next() {
        let told = |number| {
            cases(Split::Drawing(number)).iter().map(|(case, fonts)| (format!("{:?}", case.record.facts), *fonts)).collect::<Vec<_>>()
        };
        let (one, two) = (told(1), told(2));
        assert_eq!(one, told(1));
        assert!(one.iter().zip(&two).all(|(a, b)| a.1 != b.1), "other faces");
        assert!(one.iter().zip(&two).filter(|(a, b)| a.0 != b.0).count() * 10 > one.len() * 9, "other people");
    }
}
