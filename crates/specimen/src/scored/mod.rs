//! The scored set: far more papers than the repository holds, in splits, drawn when they are needed.
//!
//! `tuning` may be looked at while inspection is built; `untouched` is only counted; `trial`, drawn when asked for, may be
//! looked at too and shows what befalls people and faces that nothing was tuned on. The splits share forms and plots and
//! differ in seeds, people, print and typewriter fonts, paper and pattern, setting of the form, and scanners' values.

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
}

impl Split {
    /// The two that make the scored set.
    pub const BOTH: [Self; 2] = [Self::Tuning, Self::Untouched];
    /// All.
    pub const ALL: [Self; 3] = [Self::Tuning, Self::Untouched, Self::Trial];

    /// The folder.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Tuning => "tuning",
            Self::Untouched => "untouched",
            Self::Trial => "trial",
        }
    }
}

/// The cases of a split, each with the index of its fonts among [`sets`].
#[must_use]
pub fn cases(split: Split) -> Vec<(Case, usize)> {
    let count = sets(split).len();
    let all = [good::cases(split), wrong::cases(split)].concat();
    all.into_iter().enumerate().map(|(i, case)| (vary(case, split), i % count)).collect()
}

/// Another printer's blank, another setting, other people.
fn vary(mut case: Case, split: Split) -> Case {
    let mut rng = Rng::named(&format!("{}/vary/{}", split.id(), case.path()));
    let (patterns, borders, tints, pitch, label, zoom) = match split {
        Split::Tuning => (
            [Pattern::Net, Pattern::Waves, Pattern::Plain],
            [Border::Rings, Border::Chain],
            [(254, 250, 237), (253, 240, 238), (252, 252, 250)],
            (0.97, 1.03),
            (0.97, 1.03),
            (0.97, 1.02),
        ),
        Split::Untouched => (
            [Pattern::Rays, Pattern::Waves, Pattern::Plain],
            [Border::Diamonds, Border::Lines],
            [(248, 250, 240), (250, 238, 240), (246, 244, 238)],
            (0.98, 1.05),
            (0.95, 1.05),
            (0.94, 1.03),
        ),
        Split::Trial => (
            [Pattern::Net, Pattern::Rays, Pattern::Plain],
            [Border::Rings, Border::Lines],
            [(250, 248, 236), (252, 244, 236), (244, 248, 250)],
            (0.96, 1.04),
            (0.96, 1.04),
            (0.95, 1.03),
        ),
    };
    if !matches!(case.form, Form::Letter(_) | Form::BirthExtract | Form::MarriageExtract) {
        if !case.form.id().is_some_and(|id| id.starts_with("land")) {
            let (r, g, b) = *rng.pick(&tints);
            case.look.blank.paper = Ink(r, g, b, 255);
        }
        if case.look.blank.pattern != Pattern::Plain {
            case.look.blank.pattern = *rng.pick(&patterns);
        }
        if case.look.blank.border != Border::None {
            case.look.blank.border = *rng.pick(&borders);
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
        for split in Split::ALL {
            let paths: BTreeSet<String> = cases(split).iter().map(|(case, _)| case.path()).collect();
            assert_eq!(paths.len(), cases(split).len());
        }
    }
}
