//! Forms as data: what papers exist, what is printed on them, and which rules their fields obey.
//!
//! One TOML file describes one form variant (domain reference 2.2). The set that is built in serves unless configuration
//! names a folder; either way a set is validated whole before it is used, and an error names file and line. A new form,
//! or a new kind, is a new file: no Rust changes.

mod load;
mod model;

pub use load::FormError;
pub use model::{Column, FieldSpec, FieldType, Form, PageSpec, Rule, Text, Zone};

use crate::record::Kind;

/// All forms that are recognised, whether they are certified here or not.
#[derive(Debug, Clone, PartialEq)]
pub struct FormSet {
    forms: Vec<Form>,
    sources: Vec<(String, String)>,
}

impl FormSet {
    /// All forms, in the order of their ids.
    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// The files that the set was made of: names and texts. [`FormSet::from_sources`] makes the same set of them.
    pub fn sources(&self) -> &[(String, String)] {
        &self.sources
    }

    /// The form with this id.
    pub fn form(&self, id: &str) -> Option<&Form> {
        self.forms.iter().find(|form| form.id == id)
    }

    /// The kinds that are certified, each once.
    pub fn kinds(&self) -> Vec<&Kind> {
        let mut kinds: Vec<&Kind> = self.forms.iter().filter(|form| form.certified).map(|form| &form.kind).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    }

    /// The name of a kind as people read it.
    pub fn kind_name(&self, kind: &Kind) -> Option<&Text> {
        self.forms.iter().find(|form| form.kind == *kind).map(|form| &form.kind_name)
    }

    /// The name of a field as people read it, looked up over all forms of a kind.
    pub fn field_name(&self, kind: &Kind, field: &str) -> Option<&Text> {
        self.forms.iter().filter(|form| form.kind == *kind).find_map(|form| form.field(field)).map(|spec| &spec.name)
    }
}
