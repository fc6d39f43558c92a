//! Reading and validating a set of forms.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::model::{Form, Rule};
use super::{FieldType, FormSet};

/// A form set cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FormError {
    /// The folder or a file in it cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The folder holds no form.
    #[error("{}: no *.toml file", .0.display())]
    Empty(PathBuf),
    /// The file is not TOML, or says something that a form file cannot say.
    #[error("{file}: {message}")]
    Malformed {
        /// The file.
        file: String,
        /// What, with line and column.
        message: String,
    },
    /// The file is well-formed and contradicts itself or another.
    #[error("{file}:{line}: {message}")]
    Inconsistent {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What.
        message: String,
    },
}

const EMBEDDED: &[(&str, &str)] = &[
    ("birth_1999.toml", include_str!("birth_1999.toml")),
    ("birth_2010.toml", include_str!("birth_2010.toml")),
    ("birth_2015.toml", include_str!("birth_2015.toml")),
    ("birth_copy.toml", include_str!("birth_copy.toml")),
    ("birth_extract_copy.toml", include_str!("birth_extract_copy.toml")),
    ("birth_notice.toml", include_str!("birth_notice.toml")),
    ("death_1999.toml", include_str!("death_1999.toml")),
    ("death_2010.toml", include_str!("death_2010.toml")),
    ("death_2015.toml", include_str!("death_2015.toml")),
    ("death_extract_copy.toml", include_str!("death_extract_copy.toml")),
    ("death_notice.toml", include_str!("death_notice.toml")),
    ("land_2004.toml", include_str!("land_2004.toml")),
    ("land_2009.toml", include_str!("land_2009.toml")),
    ("land_2024.toml", include_str!("land_2024.toml")),
    ("marital_status.toml", include_str!("marital_status.toml")),
    ("marriage_1999.toml", include_str!("marriage_1999.toml")),
    ("marriage_2010.toml", include_str!("marriage_2010.toml")),
    ("marriage_2015.toml", include_str!("marriage_2015.toml")),
    ("marriage_extract_copy.toml", include_str!("marriage_extract_copy.toml")),
];

impl FormSet {
    /// The set that is built in.
    ///
    /// # Errors
    /// [`FormError`]; a test shows that there is none.
    pub fn embedded() -> Result<Self, FormError> {
        Self::from_sources(EMBEDDED.iter().copied())
    }

    /// The set in `folder`: every `*.toml` file in it.
    ///
    /// # Errors
    /// [`FormError`], naming file and line.
    pub fn from_folder(folder: &Path) -> Result<Self, FormError> {
        let unreadable = |path: &Path, source| FormError::Unreadable { path: path.to_owned(), source };
        let mut sources = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(|source| unreadable(folder, source))? {
            let path = entry.map_err(|source| unreadable(folder, source))?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
                sources.push((path.display().to_string(), text));
            }
        }
        if sources.is_empty() {
            return Err(FormError::Empty(folder.to_owned()));
        }
        sources.sort();
        Self::from_sources(sources.iter().map(|(file, text)| (file.as_str(), text.as_str())))
    }

    /// The set in these `(file name, text)` pairs.
    ///
    /// # Errors
    /// [`FormError`], naming file and line.
    pub fn from_sources<'a>(sources: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, FormError> {
        let (mut forms, mut kept): (Vec<Form>, Vec<(String, String)>) = (Vec::new(), Vec::new());
        for (file, text) in sources {
            let form: Form =
                toml::from_str(text).map_err(|error| FormError::Malformed { file: file.to_owned(), message: error.to_string() })?;
            let inconsistent = |(about, message): (String, String)| FormError::Inconsistent {
                file: file.to_owned(),
                line: line_of(text, &about),
                message,
            };
            validate(&form).map_err(inconsistent)?;
            against(&form, &forms).map_err(inconsistent)?;
            forms.push(form);
            kept.push((file.to_owned(), text.to_owned()));
        }
        forms.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Self { forms, sources: kept })
    }
}

/// The line of the first occurrence of `about`, quoted or bare; the first line when there is none.
fn line_of(text: &str, about: &str) -> usize {
    let quoted = format!("{about:?}");
    let at = text.find(&quoted).or_else(|| text.find(about)).unwrap_or(0);
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}

type Complaint = (String, String);

fn validate(form: &Form) -> Result<(), Complaint> {
    let complain = |about: &str, message: String| Err((about.to_owned(), message));
    if form.titles.is_empty() || form.titles.iter().any(String::is_empty) {
        return complain("titles", "a form has at least one title, none empty".into());
    }
    if form.pages.is_empty() || form.seal_page >= form.pages.len() {
        return complain("pages", "a form has at least one page, and the page of its seal".into());
    }
    if !matches!(form.table_heads.len(), 0 | 2) {
        return complain("table_heads", "a table has two heads".into());
    }
    for (at, field) in form.fields.iter().enumerate() {
        if form.fields.iter().take(at).any(|earlier| earlier.id == field.id) {
            return complain(&field.id, format!("field {:?} is described twice", field.id));
        }
        if field.page >= form.pages.len() {
            return complain(&field.id, format!("field {:?} stands on a page that the form does not have", field.id));
        }
        let found_alone = matches!(
            field.kind,
            FieldType::Date | FieldType::LandSerial | FieldType::SignerName | FieldType::SignerTitle | FieldType::Issuer
        );
        if field.labels.is_empty() && field.within.is_none() && !found_alone {
            return complain(&field.id, format!("field {:?} needs a label: its type cannot be found alone", field.id));
        }
    }
    let named = form.register_key.iter().chain(&form.register_compare).chain(&form.token_facts);
    let named = named.chain(form.rules.iter().flat_map(Rule::fields)).chain(form.fields.iter().filter_map(|f| f.within.as_ref()));
    for id in named {
        if form.field(id).is_none() {
            return complain(id, format!("{id:?} is not a field of this form"));
        }
    }
    Ok(())
}

fn against(form: &Form, others: &[Form]) -> Result<(), Complaint> {
    for other in others {
        if other.id == form.id {
            return Err((form.id.clone(), format!("form {:?} is described twice", form.id)));
        }
        if other.kind == form.kind && other.kind_name != form.kind_name {
            return Err(("kind_name".into(), format!("forms {:?} and {:?} name their kind differently", other.id, form.id)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_set_is_valid_and_has_the_four_kinds() {
        let set = FormSet::embedded().unwrap();
        let kinds: Vec<&str> = set.kinds().iter().map(|kind| kind.as_str()).collect();
        assert_eq!(kinds, ["birth_certificate", "death_certificate", "land_certificate", "marriage_certificate"]);
        for form in set.forms().iter().filter(|form| form.certified && !form.copy) {
            assert!((3..=5).contains(&form.token_facts.len()), "{}", form.id);
            assert!(!form.register_key.is_empty() && !form.register_compare.is_empty(), "{}", form.id);
            assert!(form.fields.iter().any(|field| field.mandatory), "{}", form.id);
        }
    }

    #[test]
    fn every_embedded_file_is_listed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/inspect/forms");
        let (folder, embedded) = (FormSet::from_folder(&folder).unwrap(), FormSet::embedded().unwrap());
        assert_eq!(folder.forms(), embedded.forms());
    }

    #[test]
    fn a_set_is_made_again_of_its_sources() {
        let set = FormSet::embedded().unwrap();
        let again = FormSet::from_sources(set.sources().iter().map(|(file, text)| (file.as_str(), text.as_str())));
        assert_eq!(again.unwrap(), set);
    }

    const MINIMAL: &str = "id = \"a\"\nkind = \"a\"\nkind_name = { vi = \"A\", en = \"A\" }\nname = { vi = \"A\", en = \"A\" }\n\
                           titles = [\"A\"]\npages = [{ size_mm = [210.0, 297.0] }]\n";

    #[test]
    fn errors_name_file_and_line() {
        let wrong = |extra: &str| FormSet::from_sources([("a.toml", format!("{MINIMAL}{extra}").as_str())]).unwrap_err().to_string();
        assert!(wrong("colour = 1\n").contains("line 7"), "{}", wrong("colour = 1\n"));
        assert_eq!(wrong("token_facts = [\"full_name\"]\n"), "a.toml:7: \"full_name\" is not a field of this form");
        let twice = FormSet::from_sources([("a.toml", MINIMAL), ("b.toml", MINIMAL)]).unwrap_err();
        assert_eq!(twice.to_string(), "b.toml:1: form \"a\" is described twice");
        let field = "[[fields]]\nid = \"x\"\nname = { vi = \"X\", en = \"X\" }\ntype = \"name\"\n";
        assert_eq!(wrong(field), "a.toml:8: field \"x\" needs a label: its type cannot be found alone");
    }
}
