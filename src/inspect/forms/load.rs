//! Reading and validating a set of forms.

use std::path::{Path, PathBuf};

use thiserror::Error;

use super::model::{Form, Rule};
use super::{FieldType, FormSet};
use crate::record::fold_loose;

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
    #[error("{file}:{line}: {message}")]
    Malformed {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What.
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
    ("death_copy.toml", include_str!("death_copy.toml")),
    ("death_extract_copy.toml", include_str!("death_extract_copy.toml")),
    ("death_notice.toml", include_str!("death_notice.toml")),
    ("land_1994.toml", include_str!("land_1994.toml")),
    ("land_2004.toml", include_str!("land_2004.toml")),
    ("land_2009.toml", include_str!("land_2009.toml")),
    ("land_2024.toml", include_str!("land_2024.toml")),
    ("marital_status.toml", include_str!("marital_status.toml")),
    ("marriage_1999.toml", include_str!("marriage_1999.toml")),
    ("marriage_2010.toml", include_str!("marriage_2010.toml")),
    ("marriage_2015.toml", include_str!("marriage_2015.toml")),
    ("marriage_copy.toml", include_str!("marriage_copy.toml")),
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
            let form: Form = toml::from_str(text).map_err(|error| malformed(file, text, &error))?;
            validate(&form).and_then(|()| against(&form, &forms)).map_err(|complaint| FormError::Inconsistent {
                file: file.to_owned(),
                line: complaint.line_in(text),
                message: complaint.message,
            })?;
            forms.push(form);
            kept.push((file.to_owned(), text.to_owned()));
        }
        forms.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Self { forms, sources: kept })
    }
}

fn malformed(file: &str, text: &str, error: &toml::de::Error) -> FormError {
    let line = error.span().map_or(1, |span| line_at(text, span.start));
    FormError::Malformed { file: file.to_owned(), line, message: error.message().to_owned() }
}

/// The line of a byte of `text`, from 1.
fn line_at(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}

/// What is wrong, and the words of the file that it is about.
struct Complaint {
    about: String,
    /// The last place where the words stand, as where something is said again.
    last: bool,
    message: String,
}

impl Complaint {
    fn new(about: &str, message: String) -> Self {
        Self { about: about.to_owned(), last: false, message }
    }

    /// The line of `about`, quoted or bare; the first line when it does not occur.
    fn line_in(&self, text: &str) -> usize {
        let find = |words: &str| if self.last { text.rfind(words) } else { text.find(words) };
        let at = find(&format!("{:?}", self.about)).or_else(|| find(&self.about)).unwrap_or(0);
        line_at(text, at)
    }
}

fn validate(form: &Form) -> Result<(), Complaint> {
    let complain = |about: &str, message: String| Err(Complaint::new(about, message));
    if form.titles.is_empty() || form.titles.iter().any(String::is_empty) {
        return complain("titles", "a form has at least one title, none empty".into());
    }
    if form.pages.is_empty() || form.seal_page >= form.pages.len() {
        return complain("pages", "a form has at least one page, and the page of its seal".into());
    }
    if !matches!(form.table_heads.len(), 0 | 2) {
        return complain("table_heads", "a table has two heads".into());
    }
    let (left, top, right, bottom) = form.seal_place;
    if !(0.0 <= left && left < right && right <= 1.0 && 0.0 <= top && top < bottom && bottom <= 1.0) {
        return complain("seal_place", "a place is left, top, right, bottom in shares of the page".into());
    }
    validate_fields(form)?;
    validate_rules(form)
}

fn validate_fields(form: &Form) -> Result<(), Complaint> {
    for (at, field) in form.fields.iter().enumerate() {
        let complain = |message: String| Err(Complaint::new(&field.id, message));
        if form.fields.iter().take(at).any(|earlier| earlier.id == field.id) {
            let message = format!("field {:?} is described twice", field.id);
            return Err(Complaint { about: format!("id = {:?}", field.id), last: true, message });
        }
        if field.page >= form.pages.len() {
            return complain(format!("field {:?} stands on a page that the form does not have", field.id));
        }
        let found_alone = matches!(
            field.kind,
            FieldType::Date | FieldType::LandSerial | FieldType::SignerName | FieldType::SignerTitle | FieldType::Issuer
        );
        if field.labels.is_empty() && field.within.is_none() && !found_alone {
            return complain(format!("field {:?} needs a label: its type cannot be found alone", field.id));
        }
    }
    Ok(())
}

fn validate_rules(form: &Form) -> Result<(), Complaint> {
    let named = form.register_key.iter().chain(&form.register_compare).chain(&form.token_facts).chain(&form.seal_offices);
    let named = named.chain(form.rules.iter().flat_map(Rule::fields)).chain(form.fields.iter().filter_map(|f| f.within.as_ref()));
    for id in named {
        if form.field(id).is_none() {
            return Err(Complaint::new(id, format!("{id:?} is not a field of this form")));
        }
    }
    for rule in &form.rules {
        let wrong = rule.typed().into_iter().find(|(id, types)| form.field(id).is_some_and(|field| !types.contains(&field.kind)));
        if let Some((id, types)) = wrong {
            let message = format!("a rule needs {id:?} to be of type {types:?}");
            return Err(Complaint { about: id.clone(), last: true, message });
        }
        if let Rule::Repeated { page, .. } = rule
            && *page >= form.pages.len()
        {
            return Err(Complaint::new("repeated", "the rule speaks of a page that the form does not have".into()));
        }
    }
    Ok(())
}

fn against(form: &Form, others: &[Form]) -> Result<(), Complaint> {
    for other in others {
        if other.id == form.id {
            return Err(Complaint::new(&form.id, format!("form {:?} is described twice", form.id)));
        }
        if other.kind == form.kind && other.kind_name != form.kind_name {
            return Err(Complaint::new("kind_name", format!("forms {:?} and {:?} name their kind differently", other.id, form.id)));
        }
        if let Some(title) = form.titles.iter().find(|title| bears(other, title))
            && form.marks == other.marks
        {
            let message = format!("forms {:?} and {:?} have this title and no other words to tell them by", other.id, form.id);
            return Err(Complaint::new(title, message));
        }
    }
    Ok(())
}

fn bears(form: &Form, title: &str) -> bool {
    form.titles.iter().any(|own| fold_loose(own) == fold_loose(title))
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
                           titles = [\"T\"]\npages = [{ size_mm = [210.0, 297.0] }]\n";

    fn wrong(extra: &str) -> String {
        FormSet::from_sources([("a.toml", format!("{MINIMAL}{extra}").as_str())]).unwrap_err().to_string()
    }

    fn field(id: &str, kind: &str) -> String {
        format!("[[fields]]\nid = {id:?}\nname = {{ vi = \"X\", en = \"X\" }}\ntype = {kind:?}\nlabels = [\"X\"]\n")
    }

    #[test]
    fn a_fault_in_a_file_is_told_with_file_and_line() {
        assert!(wrong("colour = 1\n").starts_with("a.toml:7: unknown field `colour`"), "{}", wrong("colour = 1\n"));
        let unknown = wrong(&format!("{}{}", field("x", "name"), field("y", "smell")));
        assert!(unknown.starts_with("a.toml:15: unknown variant `smell`"), "{unknown}");
        let twice = wrong(&format!("{}{}", field("x", "name"), field("x", "name")));
        assert_eq!(twice, "a.toml:13: field \"x\" is described twice");
        assert_eq!(wrong("token_facts = [\"full_name\"]\n"), "a.toml:7: \"full_name\" is not a field of this form");
        let absent = format!("{}[[rules]]\nrule = \"differ\"\none = \"x\"\nother = \"z\"\n", field("x", "name"));
        assert_eq!(wrong(&absent), "a.toml:15: \"z\" is not a field of this form");
        let unlabelled = field("x", "name").replace("labels = [\"X\"]\n", "");
        assert_eq!(wrong(&unlabelled), "a.toml:8: field \"x\" needs a label: its type cannot be found alone");
        let mistyped =
            format!("{0}{1}[[rules]]\nrule = \"number_year\"\nnumber = \"x\"\ndate = \"y\"\n", field("x", "name"), field("y", "date"));
        assert!(wrong(&mistyped).starts_with("a.toml:19: a rule needs \"x\" to be of type"), "{}", wrong(&mistyped));
        let rule = wrong("[[rules]]\nrule = \"astrology\"\n");
        assert!(rule.starts_with("a.toml:7: ") || rule.starts_with("a.toml:8: "), "{rule}");
        let elsewhere = wrong(&format!("{}page = 3\n", field("x", "name")));
        assert_eq!(elsewhere, "a.toml:8: field \"x\" stands on a page that the form does not have");
        assert_eq!(wrong("seal_place = [0.5, 0.0, 0.2, 1.0]\n"), "a.toml:7: a place is left, top, right, bottom in shares of the page");
        assert_eq!(wrong("seal_page = 1\n").split(": ").nth(1), Some("a form has at least one page, and the page of its seal"));
    }

    #[test]
    fn forms_that_cannot_be_told_apart_are_told() {
        let two = |second: &str| FormSet::from_sources([("a.toml", MINIMAL), ("b.toml", second)]).unwrap_err().to_string();
        assert_eq!(two(MINIMAL), "b.toml:1: form \"a\" is described twice");
        let same_title = MINIMAL.replace("id = \"a\"", "id = \"b\"");
        assert_eq!(two(&same_title), "b.toml:5: forms \"a\" and \"b\" have this title and no other words to tell them by");
        let marked = format!("{same_title}marks = [\"B\"]\n");
        assert!(FormSet::from_sources([("a.toml", MINIMAL), ("b.toml", marked.as_str())]).is_ok());
        let renamed = marked.replace("kind_name = { vi = \"A\"", "kind_name = { vi = \"B\"");
        assert_eq!(two(&renamed), "b.toml:3: forms \"a\" and \"b\" name their kind differently");
    }

    #[test]
    fn a_folder_without_forms_is_said() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(FormSet::from_folder(folder.path()), Err(FormError::Empty(_))));
        assert!(matches!(FormSet::from_folder(&folder.path().join("absent")), Err(FormError::Unreadable { .. })));
    }
}
