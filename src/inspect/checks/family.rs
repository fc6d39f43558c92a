//! B4: the child bears a parent's family name, noted where not.

use super::Check;
use crate::finding::{Code, Finding};
use crate::inspect::forms::Rule;
use crate::inspect::seen::Seen;
use crate::record::fold;

pub(super) struct FamilyName;

impl Check for FamilyName {
    fn name(&self) -> &'static str {
        "family_name"
    }

    fn check(&self, seen: &Seen<'_>) -> Vec<Finding> {
        let family = |id: &String| seen.value(id).and_then(|name| fold(name).split(' ').next().map(str::to_owned));
        let differing = seen.rules().iter().filter_map(|rule| match rule {
            Rule::FamilyName { child, parents } => {
                let own = family(child)?;
                let theirs: Vec<String> = parents.iter().filter_map(family).collect();
                let differs = !theirs.is_empty() && !theirs.contains(&own);
                differs.then(|| seen.in_field(Finding::new(Code::FamilyNameDiffers), child))
            }
            _ => None,
        });
        differing.collect()
    }
}
